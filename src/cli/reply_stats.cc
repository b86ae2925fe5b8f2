// Text about token counts, rates and memory.
#include "cli/reply_stats.h"

#include <algorithm>

#include "base/json.h"
#include "cli/format_text.h"

namespace bantam::cli {
namespace {

std::string Line(const char* name, const std::string& value) {
  return PadRight(name, 14) + value + "\n";
}

std::string Tokens(int64_t count) {
  return FormatCount(static_cast<uint64_t>(std::max<int64_t>(count, 0))) +
         (count == 1 ? " token" : " tokens");
}

std::string PromptLine(int64_t tokens, int64_t cached, double seconds) {
  std::string text = Tokens(tokens);
  if (cached > 0) text += " (" + FormatCount(static_cast<uint64_t>(cached)) + " from the cache)";
  text += " in " + FormatSeconds(seconds) + ", " +
          FormatRate(static_cast<double>(tokens - cached), seconds);
  return Line("prompt", text);
}

// decode_s runs from the first token to the last: one step less than tokens.
std::string ReplyLine(int64_t tokens, int64_t steps, double seconds) {
  return Line("reply", Tokens(tokens) + " in " + FormatSeconds(seconds) + ", " +
                           FormatRate(static_cast<double>(steps), seconds));
}

const char* WhyEnded(const GenerationResult& result) {
  switch (result.finish) {
    case FinishReason::kStop: return result.stop_string.empty() ? "end of text" : "stop string";
    case FinishReason::kLength: return "length";
    case FinishReason::kCancelled: return "stopped by the user";
    case FinishReason::kError: return "error";
  }
  return "unknown";
}

}  // namespace

std::string DescribeReply(const GenerationResult& result, uint64_t peak_bytes) {
  const GenerationStats& stats = result.stats;
  return PromptLine(stats.prompt_tokens, stats.cached_tokens, stats.prefill_s) +
         ReplyLine(stats.generated_tokens, stats.generated_tokens - 1, stats.decode_s) +
         Line("first token", FormatSeconds(stats.first_token_s)) +
         Line("ended by", WhyEnded(result)) + Line("seed", std::to_string(result.seed)) +
         Line("peak memory", FormatBytes(peak_bytes));
}

std::string CopiesAsJson(const GenerationResult& result) {
  std::string lines;
  for (const CopiedSpan& span : result.copied) {
    lines += "{\"pointer\":" + JsonQuote(span.pointer) + (span.name ? ",\"name\":true" : "") +
             ",\"offset\":" + std::to_string(span.byte) +
             ",\"bytes\":" + std::to_string(span.bytes) + ",\"text\":" + std::to_string(span.text) +
             ",\"text_offset\":" + std::to_string(span.source_byte) +
             ",\"text_bytes\":" + std::to_string(span.source_bytes) + "}\n";
  }
  return lines;
}

void SessionStats::Add(const GenerationStats& stats) {
  ++replies;
  prompt_tokens += stats.prompt_tokens;
  cached_tokens += stats.cached_tokens;
  generated_tokens += stats.generated_tokens;
  decode_steps += std::max(stats.generated_tokens - 1, 0);
  prefill_s += stats.prefill_s;
  decode_s += stats.decode_s;
}

std::string DescribeSession(const SessionStats& stats, uint64_t peak_bytes) {
  return Line("replies", FormatCount(static_cast<uint64_t>(stats.replies))) +
         PromptLine(stats.prompt_tokens, stats.cached_tokens, stats.prefill_s) +
         ReplyLine(stats.generated_tokens, stats.decode_steps, stats.decode_s) +
         Line("peak memory", FormatBytes(peak_bytes));
}

}  // namespace bantam::cli
