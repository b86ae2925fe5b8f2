// Walks a token once, character by character.
#include "grammar/mask/token_shape.h"

#include <algorithm>

#include "base/utf8.h"

namespace bantam::grammar {
namespace {

// Bytes of the character that `lead` begins; 0: none begins so.
size_t CharacterSize(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

// Bytes at the start of `rest` that are one character, or all of it if it is a tail; 0: no
// character begins so.
size_t LongCharacter(std::string_view rest) {
  const Utf8Prefix prefix = ScanUtf8(rest);
  return prefix.kind == Utf8Prefix::kInvalid ? 0 : prefix.length;
}

// All of it; `rest` as far as the first byte is a plain character.
TokenShape Scan(std::string_view bytes) {
  TokenShape shape{bytes.size(), bytes.size(), 0, 0, 0, 0};
  TextClasses classes = 0;
  TextClasses rest = 0;
  for (size_t at = 0; at < bytes.size();) {
    const auto byte = static_cast<uint8_t>(bytes[at]);
    TextClass text_class = ClassOf(byte);
    size_t size = text_class != TextClass::kNotPlain ? 1 : 0;
    if (byte >= 0x80) size = LongCharacter(bytes.substr(at));
    if (size > 1 && size == CharacterSize(byte)) {
      text_class = ClassOfCharacter(DecodeUtf8(bytes, at).code_point);
    }
    if (!IsContinuation(bytes[at])) ++shape.characters;
    if (size == 0) {
      shape.plain_prefix = std::min(shape.plain_prefix, at);
      shape.plain_from = ++at;
      continue;
    }
    if (byte >= 0x80 && size < CharacterSize(byte)) {
      shape.tail = at;
    } else if (at < shape.plain_prefix) {
      classes |= BitOf(text_class);
      if (at > 0) rest |= BitOf(text_class);
    }
    at += size;
  }
  shape.plain_prefix = std::min(shape.plain_prefix, shape.tail);
  const TextClasses not_plain = shape.plain_prefix < bytes.size() ? BitOf(TextClass::kNotPlain) : 0;
  shape.classes = classes | not_plain;
  shape.rest = rest | not_plain;
  return shape;
}

}  // namespace

TokenShape ShapeOf(std::string_view bytes) {
  TokenShape shape = Scan(bytes);
  const bool plain_byte = shape.plain_prefix > 0 && static_cast<uint8_t>(bytes[0]) < 0x80;
  if (!plain_byte && !bytes.empty()) shape.rest = Scan(bytes.substr(1)).classes;
  return shape;
}

bool EndsInsideCharacter(std::string_view bytes) {
  const size_t most = std::min<size_t>(bytes.size(), 3);
  for (size_t back = 1; back <= most; ++back) {
    const char byte = bytes[bytes.size() - back];
    if (!IsContinuation(byte)) return CharacterSize(static_cast<uint8_t>(byte)) > back;
  }
  return false;
}

}  // namespace bantam::grammar
