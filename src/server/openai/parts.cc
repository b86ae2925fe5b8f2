// Usage, log-probabilities, reasons.
#include "server/openai/parts.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace bantam::server {

std::string Event(const Json& data) {
  return "data: " + data.Dump() + "\n\n";
}

Json Usage(int prompt_tokens, int completion_tokens, int cached_tokens, int reasoning_tokens) {
  Json completion = Json::MakeObject();
  completion.Set("reasoning_tokens", Json::Int(reasoning_tokens));
  Json details = Json::MakeObject();
  details.Set("cached_tokens", Json::Int(cached_tokens));
  Json usage = Json::MakeObject();
  usage.Set("prompt_tokens", Json::Int(prompt_tokens));
  usage.Set("completion_tokens", Json::Int(completion_tokens));
  usage.Set("total_tokens", Json::Int(int64_t{prompt_tokens} + completion_tokens));
  usage.Set("prompt_tokens_details", std::move(details));
  usage.Set("completion_tokens_details", std::move(completion));
  return usage;
}

Json Timings(const GenerationStats& stats) {
  const auto rate = [](int tokens, double seconds) {
    return seconds > 0 ? std::round(tokens / seconds * 100) / 100 : 0;
  };
  const auto milliseconds = [](double seconds) {
    return Json::Double(std::round(seconds * 1e6) / 1e3);
  };
  const int read = stats.prompt_tokens - stats.cached_tokens;
  Json timings = Json::MakeObject();
  timings.Set("cache_n", Json::Int(stats.cached_tokens));
  timings.Set("prompt_n", Json::Int(read));
  timings.Set("prompt_ms", milliseconds(stats.prefill_s));
  timings.Set("prompt_per_second", Json::Double(rate(read, stats.prefill_s)));
  timings.Set("predicted_n", Json::Int(stats.generated_tokens));
  timings.Set("predicted_ms", milliseconds(stats.decode_s));
  timings.Set("predicted_per_second",
              Json::Double(rate(std::max(0, stats.generated_tokens - 1), stats.decode_s)));
  return timings;
}

const char* FinishText(const ReplyEnd& end, bool named_tool) {
  if (end.n_tool_calls > 0) return named_tool ? "stop" : "tool_calls";
  return end.finish == FinishReason::kStop ? "stop" : "length";
}

Json StopReason(const ReplyEnd& end) {
  if (end.stop_token) return Json::Int(*end.stop_token);
  return end.stop_string.empty() ? Json() : Json::String(end.stop_string);
}

Json LogprobJson(float value) {
  // What OpenAI sends for tokens that are all but impossible.
  return Json::Double(std::isfinite(value) ? value : -9999.0F);
}

Json LogprobList(const Model& model, const std::vector<TokenLogprob>& tokens) {
  const auto one = [&model](TokenId id, float logprob) {
    const std::string_view bytes = model.TokenBytes(id);
    Json list = Json::MakeArray();
    for (const char byte : bytes) list.Append(Json::Int(static_cast<unsigned char>(byte)));
    Json entry = Json::MakeObject();
    entry.Set("token", Json::String(std::string(bytes)));
    entry.Set("logprob", LogprobJson(logprob));
    entry.Set("bytes", std::move(list));
    return entry;
  };
  Json list = Json::MakeArray();
  for (const TokenLogprob& token : tokens) {
    Json entry = one(token.token, token.logprob);
    Json top = Json::MakeArray();
    for (const auto& [id, logprob] : token.top) top.Append(one(id, logprob));
    entry.Set("top_logprobs", std::move(top));
    list.Append(std::move(entry));
  }
  return list;
}

Json ChatLogprobs(const Model& model, const std::vector<TokenLogprob>& tokens) {
  Json logprobs = Json::MakeObject();
  logprobs.Set("content", LogprobList(model, tokens));
  logprobs.Set("refusal", Json());
  return logprobs;
}

Json Remarks(const ReplyEnd& end, int left_out) {
  Json remarks = Json::MakeObject();
  if (end.shortened_at) {
    Json place = Json::MakeObject();
    place.Set("byte", Json::Int(end.shortened_at->byte));
    place.Set("pointer", Json::String(end.shortened_at->pointer));
    remarks.Set("shortened_at", std::move(place));
  }
  if (!end.copied.empty()) {
    Json spans = Json::MakeArray();
    for (const CopiedSpan& span : end.copied) {
      Json item = Json::MakeObject();
      item.Set("pointer", Json::String(span.pointer));
      if (span.name) item.Set("name", Json::Bool(true));
      item.Set("byte", Json::Int(span.byte));
      item.Set("bytes", Json::Int(span.bytes));
      item.Set("text", Json::Int(span.text));
      item.Set("source_byte", Json::Int(span.source_byte));
      item.Set("source_bytes", Json::Int(span.source_bytes));
      spans.Append(std::move(item));
    }
    remarks.Set("copied", std::move(spans));
  }
  if (end.language) {
    const auto code = [](const Language* language) {
      return language == nullptr ? Json() : Json::String(std::string(language->code));
    };
    Json check = Json::MakeObject();
    check.Set("asked", code(end.language->asked));
    check.Set("found", code(end.language->found));
    check.Set("retried", Json::Bool(end.language->retried));
    remarks.Set("reply_language", std::move(check));
  }
  if (left_out > 0) remarks.Set("left_out_tokens", Json::Int(left_out));
  return remarks.members().empty() ? Json() : remarks;
}

Json IdsJson(const std::vector<TokenId>& ids) {
  Json list = Json::MakeArray();
  for (const TokenId id : ids) list.Append(Json::Int(id));
  return list;
}

std::string Fingerprint(std::string_view version) {
  return "bantam-" + std::string(version);
}

}  // namespace bantam::server
