// Texts, tokens, vectors.
#include "server/api/embed_request.h"

#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/quote.h"
#include "server/host/embed_queue.h"

namespace bantam::server {
namespace {

constexpr size_t kMostTexts = 2048;  // as OpenAI's
constexpr size_t kMostBytes = size_t{1} << 20;

std::string TextName(const EmbedRequest& request, size_t i) {
  return request.field + ": text " + std::to_string(i);
}

// The request's texts as tokens of the encoder, none longer than it may be.
Result<std::vector<std::vector<TokenId>>> Tokens(const Encoder& encoder, EmbedRequest& request) {
  const int most = request.max_tokens > 0 ? request.max_tokens : encoder.max_tokens();
  if (most > encoder.positions()) {
    return BadField("truncate_prompt_tokens",
                    "texts may have at most " + std::to_string(encoder.positions()) +
                        " tokens with this model, not " + std::to_string(most));
  }
  std::vector<std::vector<TokenId>> texts;
  for (size_t i = 0; i < request.texts.size(); ++i) {
    EmbedRequest::Text& text = request.texts[i];
    if (auto* ids = std::get_if<std::vector<TokenId>>(&text)) {
      texts.push_back(std::move(*ids));
    } else {
      const std::string& given = std::get<std::string>(text);
      if (given.size() > kMostBytes) {
        return Fail(ErrorCode::kTooLong, TextName(request, i) + " has " +
                                             std::to_string(given.size()) +
                                             " bytes; there may be 1 MiB of tokens");
      }
      texts.push_back(encoder.Tokenize(given));
    }
    if (texts.back().empty()) {
      return Fail(ErrorCode::kInvalidArgument, TextName(request, i) + " has no tokens");
    }
    for (const TokenId id : texts.back()) {
      if (id < encoder.info().vocabulary_size) continue;
      return Fail(ErrorCode::kInvalidArgument,
                  TextName(request, i) + ": " + std::to_string(id) +
                      " is no token of this model (ids of another model's tokenizer? "
                      "send the text)");
    }
    if (std::ssize(texts.back()) > most && !request.truncate) {
      return Fail(ErrorCode::kTooLong,
                  TextName(request, i) + " has " + std::to_string(texts.back().size()) +
                      " tokens; the model reads at most " + std::to_string(most));
    }
  }
  return texts;
}

Result<void> CheckDims(const Encoder& encoder, const EmbedRequest& request) {
  if (!request.dims || *request.dims == encoder.dims()) return {};
  return BadField("dimensions", "this model's vectors have " + std::to_string(encoder.dims()) +
                                    " dimensions; it was not made to have them cut to " +
                                    std::to_string(*request.dims));
}

using Reply = std::function<void(const EmbedReply&)>;

Result<void> Submit(Server& server, const std::shared_ptr<Call>& call, EmbedRequest request,
                    const std::string& name, const std::shared_ptr<Lease>& lease, Reply reply) {
  const Encoder& encoder = *lease->encoder();
  TRY(CheckDims(encoder, request));
  auto job = std::make_unique<EmbedJob>();
  job->texts = TRY(Tokens(encoder, request));
  EmbedReply answer;
  answer.model = name;
  answer.load_s = lease->load_s();
  if (job->texts.empty()) {
    reply(answer);
    return {};
  }
  job->options.normalize = request.normalize;
  job->options.max_tokens = request.max_tokens;
  job->deadlines = server.options.deadlines;
  job->state = call->state();
  // Writing the numbers takes time that the engine's thread does not have.
  job->on_done = [&server, call, lease, answer = std::move(answer),
                  reply = std::move(reply)](Result<Embeddings> done) mutable {
    if (!done) return call->ReplyError(done.error());
    answer.embeddings = *std::move(done);
    for (const int n : answer.embeddings.tokens) answer.tokens += n;
    server.metrics.embedded_tokens += static_cast<uint64_t>(answer.tokens);
    call->NoteTokens(answer.tokens, 0, 0);
    const bool posted = PostWork(
        server, *call, [answer = std::move(answer), reply = std::move(reply)] { reply(answer); });
    if (!posted) call->ReplyError({ErrorCode::kResourceExhausted, "too many requests wait"});
  };
  return server.host.Submit(*lease, std::move(job));
}

}  // namespace

Result<std::vector<EmbedRequest::Text>> ReadTexts(const Fields& fields, const std::string& name) {
  std::vector<EmbedRequest::Text> texts;
  const Json* value = fields.Get(name);
  if (value == nullptr) return texts;
  if (value->is_string()) {
    texts.emplace_back(value->AsString());
    return texts;
  }
  if (!value->is_array()) {
    return fields.Bad(name, "must be a string, strings or token ids, not " + Shown(*value));
  }
  if (!value->items().empty() && value->items()[0].is_number()) {
    texts.emplace_back(TRY(ReadSomeTokenIds(*value, fields.Name(name))));
    return texts;
  }
  if (value->items().size() > kMostTexts) {
    return fields.Bad(name, "may have at most " + std::to_string(kMostTexts) + " texts, not " +
                                std::to_string(value->items().size()));
  }
  for (size_t i = 0; i < value->items().size(); ++i) {
    const Json& item = value->items()[i];
    const std::string item_name = fields.Name(name) + "[" + std::to_string(i) + "]";
    if (item.is_string()) {
      texts.emplace_back(item.AsString());
    } else if (item.is_array()) {
      texts.emplace_back(TRY(ReadSomeTokenIds(item, item_name)));
    } else {
      return BadField(item_name, "must be a string or token ids, not " + Shown(item));
    }
  }
  return texts;
}

void RunEmbed(Server& server, const std::shared_ptr<Call>& call, EmbedRequest request,
              Reply reply) {
  const auto shared = std::make_shared<EmbedRequest>(std::move(request));
  WithModel(
      server, call, shared->model, shared->keep_alive_s,
      [&server, call, shared, reply = std::move(reply)](const ModelEntry& entry,
                                                        const std::shared_ptr<Lease>& lease) {
        const auto done = Submit(server, call, std::move(*shared), entry.name, lease, reply);
        if (!done) call->ReplyError(done.error());
      },
      ModelKind::kEncoder);
}

std::string VectorText(std::span<const float> vector) {
  std::string text = "[";
  text.reserve(vector.size() * 13 + 2);
  char digits[32];
  for (size_t i = 0; i < vector.size(); ++i) {
    if (i > 0) text += ',';
    const auto end = std::to_chars(digits, digits + sizeof digits, vector[i]).ptr;
    text.append(digits, end);
  }
  return text + "]";
}

}  // namespace bantam::server
