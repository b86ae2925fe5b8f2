// Byte order marks and UTF-16 (Unicode 16.0, 3.10).
#include "grammar/repair/json_encoding.h"

#include <algorithm>

#include "base/utf8.h"

namespace bantam::grammar {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kMark = 0xFEFF;

// Characters of UTF-16, one after the other.
class Utf16Reader {
 public:
  Utf16Reader(std::string_view text, TextEncoding encoding)
      : text_(text), big_(encoding == TextEncoding::kUtf16Big) {
    if (!Ends() && Unit(0) == kMark) at_ = 2;
  }

  size_t at() const { return at_; }
  bool Ends() const { return at_ >= text_.size(); }
  char32_t Next() {
    if (at_ + 1 == text_.size()) {  // half a unit
      ++at_;
      return kReplacement;
    }
    const char32_t unit = Unit(at_);
    at_ += 2;
    if (unit < 0xD800 || unit > 0xDFFF) return unit;
    const bool pair =
        unit < 0xDC00 && at_ + 1 < text_.size() && Unit(at_) >= 0xDC00 && Unit(at_) <= 0xDFFF;
    if (!pair) return kReplacement;
    const char32_t low = Unit(at_);
    at_ += 2;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }

 private:
  char32_t Unit(size_t at) const {
    if (at + 1 >= text_.size()) return 0;
    const auto first = static_cast<uint8_t>(text_[at]);
    const auto second = static_cast<uint8_t>(text_[at + 1]);
    return static_cast<char32_t>(big_ ? first << 8 | second : second << 8 | first);
  }

  std::string_view text_;
  bool big_;
  size_t at_ = 0;
};

std::string_view NameOf(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::kUtf8: return "UTF-8";
    case TextEncoding::kMarkedUtf8: return "UTF-8 with a byte order mark";
    case TextEncoding::kUtf16Little: return "UTF-16 (little-endian)";
    case TextEncoding::kUtf16Big: return "UTF-16 (big-endian)";
    case TextEncoding::kUtf32: return "UTF-32";
  }
  return "";
}

}  // namespace

TextEncoding EncodingOf(std::string_view text) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<int>(static_cast<uint8_t>(text[i])) : -1;
  };
  if (text.starts_with(kUtf8Mark)) return TextEncoding::kMarkedUtf8;
  const bool little_mark = byte(0) == 0xFF && byte(1) == 0xFE;
  if (byte(0) == 0 && byte(1) == 0 && (byte(2) == 0 || byte(2) == 0xFE)) {
    return byte(3) > 0 ? TextEncoding::kUtf32 : TextEncoding::kUtf8;
  }
  if (byte(2) == 0 && byte(3) == 0 && (little_mark || (byte(0) > 0 && byte(1) == 0))) {
    return TextEncoding::kUtf32;
  }
  if (little_mark || (byte(0) > 0 && byte(1) == 0)) return TextEncoding::kUtf16Little;
  const bool big_mark = byte(0) == 0xFE && byte(1) == 0xFF;
  if (big_mark || (byte(0) == 0 && byte(1) > 0)) return TextEncoding::kUtf16Big;
  return TextEncoding::kUtf8;
}

std::string EncodingError(TextEncoding encoding) {
  return "the text is " + std::string(NameOf(encoding)) + ", expected UTF-8" +
         (encoding == TextEncoding::kMarkedUtf8 ? " without" : "");
}

std::string ToUtf8(std::string_view text, TextEncoding encoding) {
  if (encoding == TextEncoding::kMarkedUtf8) return std::string(text.substr(kUtf8Mark.size()));
  std::string out;
  out.reserve(text.size());
  for (Utf16Reader reader(text, encoding); !reader.Ends();) AppendUtf8(reader.Next(), out);
  return out;
}

void MoveToEncoded(std::string_view text, TextEncoding encoding, JsonRepair& repair) {
  const bool marked = encoding == TextEncoding::kMarkedUtf8;
  if (marked) {
    for (JsonEdit& edit : repair.edits) edit.offset += kUtf8Mark.size();
  } else {
    Utf16Reader reader(text, encoding);
    size_t offset = 0;  // in UTF-8
    std::string character;
    for (JsonEdit& edit : repair.edits) {  // ascending
      while (offset < edit.offset && !reader.Ends()) {
        character.clear();
        AppendUtf8(reader.Next(), character);
        offset += character.size();
      }
      edit.offset = reader.at();
    }
  }
  const std::string what =
      marked ? "removed the byte order mark" : "read " + std::string(NameOf(encoding));
  repair.edits.insert(repair.edits.begin(), JsonEdit{0, what});
  if (repair.edits.size() > kMaxJsonEdits) repair.edits.pop_back();
  ++repair.edit_count;
}

}  // namespace bantam::grammar
