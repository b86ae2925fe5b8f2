// The fields of a cache key, and replies to and from the cache.
#include "server/api/reply_cache.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/syntax.h"

namespace bantam::server {
namespace {

constexpr const char* kStop = "stop";
constexpr const char* kLength = "length";

// What tells a model from every other, and what it is computed with.
std::string IdentityOf(const ModelEntry& entry, const Model& model,
                       const ReplyCacheOptions& options) {
  const MemoryChoice* memory = model.memory();
  const int kv = memory == nullptr ? -1 : static_cast<int>(memory->kv);
  return entry.identity + " " + options.computed_by + " kv " + std::to_string(kv);
}

void AddSampling(const SamplingParams& sampling, store::CacheKeyBuilder& key) {
  key.Add("temperature", static_cast<double>(sampling.temperature))
      .Add("top_k", sampling.top_k)
      .Add("top_p", static_cast<double>(sampling.top_p))
      .Add("min_p", static_cast<double>(sampling.min_p))
      .Add("typical_p", static_cast<double>(sampling.typical_p))
      .Add("repeat_penalty", static_cast<double>(sampling.repeat_penalty))
      .Add("presence_penalty", static_cast<double>(sampling.presence_penalty))
      .Add("frequency_penalty", static_cast<double>(sampling.frequency_penalty))
      .Add("repeat_last_n", sampling.repeat_last_n)
      .Add("seeded", sampling.seed.has_value());
  if (sampling.seed) key.Add("seed", *sampling.seed);
  std::string biases;
  for (const auto& [token, bias] : sampling.logit_bias) {
    biases += std::to_string(token) + ":" + std::to_string(std::bit_cast<uint32_t>(bias)) + " ";
  }
  key.Add("logit_bias", biases);
}

void AddAdapters(const ReplyOptions& reply, store::CacheKeyBuilder& key) {
  std::string scales = reply.lora ? "given" : "";
  for (const auto& [id, scale] : reply.lora.value_or(std::vector<std::pair<int, float>>())) {
    scales += " " + std::to_string(id) + ":" + std::to_string(std::bit_cast<uint32_t>(scale));
  }
  key.Add("lora", scales);
}

void AddShape(const std::optional<AskedShape>& shape, store::CacheKeyBuilder& key) {
  key.Add("shape", shape ? static_cast<int>(shape->spec.kind) : -1);
  if (!shape) return;
  key.Add("shape_text", shape->spec.text)
      .Add("shape_items", std::span<const std::string>(shape->spec.items))
      .Add("shape_formats", shape->spec.assert_formats);
}

// The last message's text, taken out, if it is the user's.
std::string TakeQuestion(Json& list) {
  if (list.items().empty()) return {};
  Json::Array items = list.items();
  Json& last = items.back();
  const Json* role = last.Find("role");
  const Json* content = last.Find("content");
  if (role == nullptr || !role->is_string() || role->AsString() != "user") return {};
  if (content == nullptr || !content->is_string()) return {};
  std::string question = content->AsString();
  last.Set("content", Json::String(""));
  list = Json::MakeArray(std::move(items));
  return question;
}

bool IsOfSystem(const Json& message) {
  const Json* role = message.Find("role");
  return role != nullptr && role->is_string() && role->AsString() == "system";
}

// Whether a reply of that text would come to its end within these limits.
bool Fits(std::string_view text, const std::vector<std::string>& stop, int max_tokens,
          const Model& model) {
  const bool stopped = std::ranges::any_of(
      stop, [text](const std::string& word) { return !word.empty() && text.contains(word); });
  if (stopped || max_tokens < 0) return !stopped;
  return std::ssize(model.Tokenize(text, {.add_special = false, .parse_special = false})) <=
         max_tokens;
}

// What was found out of a reply's language, beside the reply, and back.
std::string LanguageJson(const LanguageCheck& check) {
  Json json = Json::MakeObject();
  json.Set("found", check.found == nullptr ? Json() : Json::String(std::string(check.found->code)));
  json.Set("retried", Json::Bool(check.retried));
  return json.Dump();
}

LanguageCheck ReadLanguage(const std::string& text, const Language& asked) {
  LanguageCheck check = {.asked = &asked};
  const auto json = Json::Parse(text);
  if (!json || !json->is_object()) return check;
  const Json* found = json->Find("found");
  const Json* retried = json->Find("retried");
  if (found != nullptr && found->is_string()) check.found = FindLanguage(found->AsString());
  check.retried = retried != nullptr && retried->is_bool() && retried->AsBool();
  return check;
}

class KeepingSink final : public ReplySink {
 public:
  KeepingSink(std::shared_ptr<store::ResponseCache> cache, store::CacheQuery query,
              std::shared_ptr<ReplySink> sink)
      : cache_(std::move(cache)), query_(std::move(query)), sink_(std::move(sink)) {}

  bool OnDelta(int choice, const Delta& delta) override {
    reply_.text += delta.text;
    return sink_->OnDelta(choice, delta);
  }
  // Thoughts are no part of what is kept: a reply that has them is made anew.
  bool OnReasoning(int choice, const Delta& delta) override {
    whole_ = whole_ && delta.text.empty();
    return sink_->OnReasoning(choice, delta);
  }
  bool OnCallPiece(int choice, const CallPiece& piece) override {
    whole_ = false;
    return sink_->OnCallPiece(choice, piece);
  }
  bool OnToolCall(int choice, const ToolCall& call) override {
    whole_ = false;
    return sink_->OnToolCall(choice, call);
  }
  void OnEnd(int choice, Result<ReplyEnd> end) override {
    const bool ended =
        end && (end->finish == FinishReason::kStop || end->finish == FinishReason::kLength);
    whole_ = whole_ && !(end && end->language && end->language->other());
    if (whole_ && ended && !end->timed_out && !end->shortened_at && end->copied.empty()) {
      reply_.tokens = end->tokens;
      reply_.finish_reason = end->finish == FinishReason::kStop ? kStop : kLength;
      reply_.stop_string = end->stop_string;
      reply_.prompt_tokens = end->stats.prompt_tokens;
      reply_.generated_tokens = end->stats.generated_tokens;
      if (end->language) reply_.extra_json = LanguageJson(*end->language);
      cache_->Put(query_, std::move(reply_));
    }
    sink_->OnEnd(choice, std::move(end));
  }

 private:
  const std::shared_ptr<store::ResponseCache> cache_;
  const store::CacheQuery query_;
  const std::shared_ptr<ReplySink> sink_;
  store::CachedReply reply_;
  bool whole_ = true;
};

}  // namespace

std::optional<CacheableChat> CacheableChat::From(const ReplyCacheOptions& options,
                                                 const std::string& tenant,
                                                 const ChatRequest& request,
                                                 const ModelEntry& entry, const Model& model) {
  const ReplyOptions& reply = request.options;
  const bool drawn = reply.sampling.temperature != 0 && !reply.sampling.seed;
  if (options.cache == nullptr || reply.n != 1 || reply.logprobs >= 0 || request.tools.usable() ||
      !reply.stop_tokens.empty() || !request.begun_reply.empty()) {
    return std::nullopt;
  }
  CacheableChat chat(tenant, IdentityOf(entry, model, options));
  AddSampling(reply.sampling, chat.key_);
  AddAdapters(reply, chat.key_);
  AddShape(reply.shape, chat.key_);
  if (reply.include_stop) chat.key_.Add("include_stop", true);
  if (reply.language != nullptr) {
    chat.key_.Add("reply_language", reply.language->code)
        .Add("may_run_again", request.may_run_again());
  }
  chat.key_.Add("max_tokens", reply.max_tokens)
      .Add("stop", std::span<const std::string>(reply.stop))
      .Add("ignore_end", reply.ignore_end)
      .Add("keep_special", reply.keep_special)
      .Add("context", request.context)
      .Add("chat_template", request.chat_template)
      .Add("variables", request.variables.Dump())
      .Add("before", std::span<const int32_t>(request.before))
      .Add("raw", request.raw.has_value());
  Json rest = request.messages.list;
  if (!request.raw) chat.question_ = TakeQuestion(rest);
  chat.key_.Add("messages", rest.Dump());
  chat.kept_ = !drawn || options.sampled;
  chat.plain_ = !reply.shape && reply.language == nullptr && request.before.empty() &&
                !chat.question_.empty();
  chat.first_ = std::ranges::count_if(rest.items(), std::not_fn(IsOfSystem)) == 1;
  chat.max_tokens_ = reply.max_tokens;
  chat.stop_ = reply.stop;
  if (!chat.kept_ && !(chat.plain_ && chat.first_)) return std::nullopt;
  return chat;
}

store::CacheQuery CacheableChat::Query(std::span<const TokenId> prompt, bool trimmed,
                                       const std::shared_ptr<Lease>& lease) const {
  store::CacheKeyBuilder key = key_;
  key.AddPrompt("tokens", prompt);
  store::CacheQuery query;
  query.key = key.Finish();
  query.replies = kept_;
  if (plain_ && !trimmed) {
    query.question = question_;
    query.faq = first_;
    query.faq_fits = [stop = stop_, max_tokens = max_tokens_, lease](std::string_view answer) {
      return Fits(answer, stop, max_tokens, lease->model());
    };
  }
  return query;
}

bool WantsNewReply(const HttpRequest& request) {
  bool wanted = false;
  for (const HttpHeader& header : request.headers) {
    if (header.name != "cache-control") continue;
    ForListItems(header.value, [&](std::string_view directive) {
      wanted = wanted || EqualIgnoringCase(directive, "no-cache");
    });
  }
  return wanted;
}

void SayCached(const store::CacheHit& hit, const Language* language, ReplySink& sink) {
  ReplyEnd end;
  end.finish = hit.reply.finish_reason == kLength ? FinishReason::kLength : FinishReason::kStop;
  end.stop_string = hit.reply.stop_string;
  end.tokens = hit.reply.tokens;
  if (language != nullptr) end.language = ReadLanguage(hit.reply.extra_json, *language);
  end.stats.prompt_tokens = hit.reply.prompt_tokens;
  end.stats.cached_tokens = hit.reply.prompt_tokens;
  end.stats.generated_tokens = hit.reply.generated_tokens;
  Delta delta;
  delta.text = hit.reply.text;
  delta.tokens = hit.reply.tokens;
  if (sink.OnDelta(0, delta)) {
    sink.OnEnd(0, std::move(end));
  } else {
    end.finish = FinishReason::kCancelled;
    sink.OnEnd(0, std::move(end));
  }
}

std::shared_ptr<ReplySink> KeepReply(std::shared_ptr<store::ResponseCache> cache,
                                     store::CacheQuery query, std::shared_ptr<ReplySink> sink) {
  return std::make_shared<KeepingSink>(std::move(cache), std::move(query), std::move(sink));
}

}  // namespace bantam::server
