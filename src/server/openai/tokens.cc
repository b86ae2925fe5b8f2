// POST /tokenize, POST /detokenize, GET /tokenizer_info.
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "server/api/chat_prompt.h"
#include "server/api/fields.h"
#include "server/api/messages.h"
#include "server/openai/handlers.h"
#include "server/openai/parts.h"

namespace bantam::server {
namespace {

constexpr size_t kMostBytes = size_t{8} << 20;  // as of chats that are made to fit

Result<std::vector<TokenId>> TokensOf(const Model& model, const Messages& messages) {
  PromptRequest input;
  input.messages = messages;
  input.context = std::numeric_limits<int>::max();
  return TRY(RenderPrompt(model, std::move(input))).tokens;
}

}  // namespace

void PostTokenize(Server& server, const std::shared_ptr<Call>& call) {
  struct Request {
    std::string model, text;
    std::optional<Messages> messages;
    TokenizeOptions options;
    bool pieces = false;
  };
  const auto read = [&]() -> Result<Request> {
    const Json body = TRY(ParseBody(call->request().body));
    const Fields fields(body);
    Request request;
    request.model = TRY(fields.Text("model")).value_or("");
    if (const Json* messages = fields.Get("messages")) {
      request.messages = TRY(ReadMessages(*messages));
    } else {
      const auto content = TRY(fields.Text("content"));
      const auto prompt = TRY(fields.Text("prompt"));
      if (!content && !prompt) {
        return fields.Bad("content", "must be given (or \"prompt\", or \"messages\")");
      }
      request.text = content ? *content : *prompt;
      if (request.text.size() > kMostBytes) {
        return About(content ? "content" : "prompt",
                     {ErrorCode::kTooLong, "the text has " + std::to_string(request.text.size()) +
                                               " bytes; there may be 8 MiB"});
      }
      // llama-server's default for "content", vLLM's for "prompt".
      request.options.add_special = !content.has_value();
    }
    for (const char* name : {"add_special", "add_special_tokens"}) {
      if (const auto add = TRY(fields.Bool(name))) request.options.add_special = *add;
    }
    request.options.parse_special = TRY(fields.Bool("parse_special")).value_or(true);
    for (const char* name : {"with_pieces", "return_token_strs"}) {
      if (TRY(fields.Bool(name)).value_or(false)) request.pieces = true;
    }
    return request;
  };
  auto request = read();
  if (!request) return call->ReplyError(request.error());
  WithModel(server, call, request->model, std::nullopt,
            [call, request = *std::move(request)](ModelEntry, const std::shared_ptr<Lease>& lease) {
              const Model& model = lease->model();
              Result<std::vector<TokenId>> tokens =
                  request.messages ? TokensOf(model, *request.messages)
                                   : model.Tokenize(request.text, request.options);
              if (!tokens) return call->ReplyError(tokens.error());
              Json body = Json::MakeObject();
              body.Set("count", Json::Int(std::ssize(*tokens)));
              body.Set("max_model_len", Json::Int(lease->context()));
              body.Set("tokens", IdsJson(*tokens));
              if (request.pieces) {
                Json pieces = Json::MakeArray();
                for (const TokenId id : *tokens) {
                  pieces.Append(Json::String(std::string(model.TokenBytes(id))));
                }
                body.Set("token_strs", std::move(pieces));
              }
              call->ReplyJson(200, body);
            });
}

void PostDetokenize(Server& server, const std::shared_ptr<Call>& call) {
  std::vector<TokenId> ids;
  const auto read = [&]() -> Result<std::string> {
    const Json body = TRY(ParseBody(call->request().body));
    const Fields fields(body);
    if (!fields.Has("tokens")) return fields.Bad("tokens", "must be given");
    ids = TRY(fields.TokenIds("tokens"));
    return TRY(fields.Text("model")).value_or("");
  };
  const auto model = read();
  if (!model) return call->ReplyError(model.error());
  WithModel(server, call, *model, std::nullopt,
            [call, ids = std::move(ids)](ModelEntry, const std::shared_ptr<Lease>& lease) {
              auto text = lease->model().Detokenize(ids, true);
              if (!text) return call->ReplyError(BadField("tokens", text.error().message).error());
              Json body = Json::MakeObject();
              body.Set("content", Json::String(*text));
              body.Set("prompt", Json::String(*text));
              call->ReplyJson(200, body);
            });
}

// As vLLM's: what a client needs that makes prompts of token ids itself (lm-eval).
void GetTokenizerInfo(Server& server, const std::shared_ptr<Call>& call) {
  WithModel(server, call, "", std::nullopt,
            [call](const ModelEntry&, const std::shared_ptr<Lease>& lease) {
              const Model& model = lease->model();
              const auto token = [&model](TokenId id) {
                return id < 0 ? Json() : Json::String(std::string(model.TokenBytes(id)));
              };
              Json body = Json::MakeObject();
              body.Set("tokenizer_class", Json::String(model.info().tokenizer));
              body.Set("bos_token", token(model.begin_token()));
              body.Set("eos_token", token(model.end_token()));
              body.Set("model_max_length", Json::Int(lease->context()));
              body.Set("chat_template", model.info().chat_template.empty()
                                            ? Json()
                                            : Json::String(model.info().chat_template));
              call->ReplyJson(200, body);
            });
}

}  // namespace bantam::server
