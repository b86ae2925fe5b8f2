// In which encoding a JSON text is, from its first bytes; RFC 8259 allows UTF-8 without a mark
// only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bantam/json_repair.h"
#include "bantam/result.h"

namespace bantam::grammar {

enum class TextEncoding : uint8_t { kUtf8, kMarkedUtf8, kUtf16Little, kUtf16Big, kUtf32 };

// By a byte order mark, or else by the zero byte that ASCII has in wide encodings (RFC 4627, 3).
TextEncoding EncodingOf(std::string_view text);

// What is wrong with a text that is not kUtf8: "UTF-16 (little-endian), expected UTF-8".
std::string EncodingError(TextEncoding encoding);

// A text that is neither kUtf8 nor kUtf32 as UTF-8 without a mark; lone surrogates become U+FFFD.
std::string ToUtf8(std::string_view text, TextEncoding encoding);

// Makes a repair of ToUtf8(text, encoding) one of `text`: offsets count in that, and the first edit
// says how it was read.
void MoveToEncoded(std::string_view text, TextEncoding encoding, JsonRepair& repair);

// What `repair` makes of the text as UTF-8, as a repair of the text itself. Fails with kCorrupt for
// UTF-32.
template <typename Repair>
Result<JsonRepair> OfEncoded(std::string_view text, TextEncoding encoding, const Repair& repair) {
  if (encoding == TextEncoding::kUtf32) {
    return Fail(ErrorCode::kCorrupt, EncodingError(encoding) + " or UTF-16 at byte 0");
  }
  Result<JsonRepair> result = repair(ToUtf8(text, encoding));
  if (result) MoveToEncoded(text, encoding, *result);
  return result;
}

}  // namespace bantam::grammar
