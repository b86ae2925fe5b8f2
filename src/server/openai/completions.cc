// POST /v1/completions.
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"
#include "server/api/chat_request.h"
#include "server/api/end_fields.h"
#include "server/api/lora_fields.h"
#include "server/api/parameters.h"
#include "server/api/reply_language.h"
#include "server/api/reply_run.h"
#include "server/api/sampling_fields.h"
#include "server/api/shape_fields.h"
#include "server/openai/completion_sink.h"
#include "server/openai/handlers.h"

namespace bantam::server {
namespace {

using TextOrIds = std::variant<std::string, std::vector<TokenId>>;

struct CompletionRequest {
  std::string model;
  std::vector<TextOrIds> prompts;
  ReplyOptions options;
  int context = 0;  // tokens of prompt and reply; 0: the model's
  CompletionForm form;
};

Result<std::vector<TextOrIds>> ReadPrompts(const Fields& fields) {
  std::vector<TextOrIds> prompts;
  const Json* prompt = fields.Get("prompt");
  if (prompt == nullptr) return fields.Bad("prompt", "must be given");
  if (prompt->is_string()) {
    prompts.emplace_back(prompt->AsString());
    return prompts;
  }
  if (!prompt->is_array() || prompt->items().empty()) {
    return fields.Bad("prompt",
                      "must be a string, an array of strings, or token ids, not " + Shown(*prompt));
  }
  if (prompt->items()[0].is_number()) {
    prompts.emplace_back(TRY(ReadSomeTokenIds(*prompt, "prompt")));
    return prompts;
  }
  for (size_t i = 0; i < prompt->items().size(); ++i) {
    const Json& item = prompt->items()[i];
    const std::string name = "prompt[" + std::to_string(i) + "]";
    if (item.is_string()) {
      prompts.emplace_back(item.AsString());
    } else if (item.is_array()) {
      prompts.emplace_back(TRY(ReadSomeTokenIds(item, name)));
    } else {
      return BadField(name, "must be a string or an array of token ids, not " + Shown(item));
    }
  }
  return prompts;
}

Result<int> ReadLogprobs(const Fields& fields) {
  const Json* value = fields.Get("logprobs");
  if (value == nullptr || (value->is_bool() && !value->AsBool())) return -1;
  if (value->is_bool()) return 1;
  return static_cast<int>(TRY(fields.Integer("logprobs", 0, 100)).value_or(0));
}

Result<void> ReadForm(const Fields& fields, CompletionForm& form) {
  form.echo = TRY(fields.Bool("echo")).value_or(false);
  form.tokens_as_ids = TRY(fields.Bool("return_tokens_as_token_ids")).value_or(false);
  if (const auto suffix = TRY(fields.Text("suffix")); suffix && !suffix->empty()) {
    return fields.Bad("suffix", "filling in the middle is not supported");
  }
  return {};
}

Result<CompletionRequest> Read(const Server& server, const Call& call) {
  const Json body = TRY(ParseBody(call.request().body));
  const Fields fields(body);
  CompletionRequest request;
  ReplyOptions& options = request.options;
  options.deadlines = server.options.deadlines;
  request.model = TRY(fields.Text("model")).value_or("");
  request.prompts = TRY(ReadPrompts(fields));
  options.max_tokens = 16;  // as OpenAI's
  TRY(ApplyModelDefaults(server.library, request.model, options, request.context));
  TRY(ReadSamplingFields(fields, options.sampling));
  TRY(ReadLora(fields, options));
  for (const char* name : {"n_predict", "max_tokens"}) {
    const auto limit = TRY(fields.Integer(name, -1, std::numeric_limits<int>::max()));
    if (limit) options.max_tokens = static_cast<int>(*limit);
  }
  options.logprobs = TRY(ReadLogprobs(fields));
  options.shape = TRY(ReadShapeFields(fields));
  options.language = TRY(ReadReplyLanguage(fields, nullptr));
  TRY(ReadEndFields(fields, options));
  options.keep_special = !TRY(fields.Bool("skip_special_tokens")).value_or(true);
  const int most = server.options.max_choices;
  options.n = static_cast<int>(TRY(fields.Integer("n", 1, most)).value_or(1));
  const auto best_of = TRY(fields.Integer("best_of", 1, most));
  if (best_of && *best_of != options.n) {
    return fields.Bad("best_of", "must be the same as n: choices are not ranked here");
  }
  if (std::ssize(request.prompts) * options.n > 4096) {
    return fields.Bad("prompt", "there may be at most 4096 choices in all");
  }
  TRY(ReadReplyForm(fields, "cmpl-", server.options.version, request.form));
  TRY(ReadForm(fields, request.form));
  CompletionForm& form = request.form;
  form.logprobs = options.logprobs;
  form.n = options.n;
  return request;
}

// The tokens of a prompt, and its text if that is to be said again.
Result<void> AddPrompt(const Lease& lease, const TextOrIds& prompt, int context,
                       CompletionForm& form) {
  if (const auto* text = std::get_if<std::string>(&prompt)) {
    auto tokens =
        TRY(TokenizePrompt(lease.model(), *text, context, lease.served()->longest_token, {}));
    // Nothing to go on from: the end of another text, where one begins.
    if (tokens.empty()) return BadField("prompt", "must not be empty");
    form.prompts.push_back(std::move(tokens));
    form.texts.push_back(*text);
    return {};
  }
  const auto& ids = std::get<std::vector<TokenId>>(prompt);
  if (std::ssize(ids) >= context) return PromptTooLong(std::to_string(ids.size()), context);
  auto text = lease.model().Detokenize(ids, true);
  if (!text) return BadField("prompt", text.error().message);
  form.prompts.push_back(ids);
  form.texts.push_back(*std::move(text));
  return {};
}

Result<void> Submit(Server& server, const std::shared_ptr<Call>& call, CompletionRequest request,
                    const ModelEntry& entry, const std::shared_ptr<Lease>& lease) {
  CompletionForm& form = request.form;
  form.model = entry.name;
  ApplyLoraDefaults(server.lora, entry.path, lease->model(), request.options);
  const int context = ContextOf(*lease, request.context);
  std::vector<ReplyRequest> replies;
  for (const TextOrIds& prompt : request.prompts) {
    TRY(AddPrompt(*lease, prompt, context, form));
    ReplyRequest reply;
    reply.prompt = form.prompts.back();
    reply.options = request.options;
    TRY(SetAdapterScales(lease->model(), reply.options));
    LimitTokens(reply.options, context, reply.prompt.size());
    if (request.options.shape && request.options.max_tokens != 0) {
      reply.shape = TRY(CompileShape(lease->shapes(), *request.options.shape, {form.texts.back()}));
      reply.any_characters = CopiesText(request.options.shape->spec);
    }
    if (form.echo && form.logprobs >= 0) reply.score_top = form.logprobs;
    reply.client = call->client();
    reply.state = call->state();
    replies.push_back(std::move(reply));
  }
  auto sink = MakeCompletionSink(call, lease->served()->model, std::move(form));
  if (request.options.language != nullptr) {
    const int n = request.options.n * static_cast<int>(replies.size());
    const bool json = IsJson(request.options.shape);
    sink = CheckLanguage(*request.options.language, json, n, nullptr, std::move(sink));
  }
  return RunReplies(server.host, lease, std::move(replies), sink);
}

}  // namespace

void PostCompletions(Server& server, const std::shared_ptr<Call>& call) {
  auto request = Read(server, *call);
  if (!request) return call->ReplyError(request.error());
  const auto shared = std::make_shared<CompletionRequest>(*std::move(request));
  WithModel(server, call, shared->model, std::nullopt,
            [&server, call, shared](ModelEntry entry, const std::shared_ptr<Lease>& lease) {
              const auto done = Submit(server, call, std::move(*shared), entry, lease);
              if (!done) call->ReplyError(done.error());
            });
}

}  // namespace bantam::server
