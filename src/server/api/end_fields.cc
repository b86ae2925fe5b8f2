// Strings, tokens, and what becomes of them.
#include "server/api/end_fields.h"

#include <cstddef>
#include <string>

#include "base/check.h"
#include "server/api/sampling_fields.h"

namespace bantam::server {

Result<void> ReadEndFields(const Fields& fields, ReplyOptions& options) {
  constexpr size_t kMostTokens = 1024;
  TRY(ReadStop(fields, options.stop));
  options.stop_tokens = TRY(fields.TokenIds("stop_token_ids"));
  options.include_stop = TRY(fields.Bool("include_stop_str_in_output")).value_or(false);
  options.ignore_end = TRY(fields.Bool("ignore_eos")).value_or(false);
  if (options.stop_tokens.size() > kMostTokens) {
    return fields.Bad("stop_token_ids", "there may be at most " + std::to_string(kMostTokens));
  }
  if (!options.shape) return {};
  constexpr const char* kWhy = "a reply with a shape ends where that does";
  if (!options.stop_tokens.empty()) return fields.Bad("stop_token_ids", kWhy);
  if (options.include_stop) return fields.Bad("include_stop_str_in_output", kWhy);
  if (options.ignore_end) return fields.Bad("ignore_eos", kWhy);
  return {};
}

}  // namespace bantam::server
