// UTF-8 decoding and bracketed paste.
#include "cli/paste_decoder.h"

#include <utility>

#include "cli/utf8.h"

namespace bantam::cli {
namespace {

constexpr std::string_view kBegin = "\x1b[200~";
constexpr std::string_view kEnd = "\x1b[201~";
constexpr uint32_t kReturnMark = 0x23CE;  // ⏎
constexpr uint32_t kTabMark = 0x21E5;     // ⇥

bool IsPrefix(std::string_view part, std::string_view whole) {
  return part.size() < whole.size() && whole.starts_with(part);
}

}  // namespace

std::optional<uint32_t> PasteDecoder::Next(bool more_may_come) {
  while (!bytes_.empty()) {
    const std::string_view mark = pasting_ ? kEnd : kBegin;
    if (bytes_.starts_with(mark)) {
      bytes_.erase(0, mark.size());
      pasting_ = !pasting_;
      after_return_ = false;
      continue;
    }
    if (more_may_come && IsPrefix(bytes_, mark)) return std::nullopt;
    const Utf8Char c = DecodeUtf8(bytes_);
    const auto lead = static_cast<unsigned char>(bytes_[0]);
    const bool cut_short = !c.valid && c.size == bytes_.size() && lead >= 0xC2 && lead <= 0xF4;
    if (cut_short && more_may_come) return std::nullopt;
    bytes_.erase(0, c.size);
    if (!pasting_) return c.code_point;
    const bool second_half = std::exchange(after_return_, c.code_point == '\r');
    if (c.code_point == '\n' && second_half) continue;
    if (c.code_point == '\r' || c.code_point == '\n') return kReturnMark;
    if (c.code_point == '\t') return kTabMark;
    if (c.code_point < 0x20 || (c.code_point >= 0x7F && c.code_point < 0xA0)) continue;
    return c.code_point;
  }
  return std::nullopt;
}

void PasteDecoder::Reset() {
  *this = PasteDecoder();
}

std::string PasteDecoder::Restore(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    const Utf8Char c = DecodeUtf8(line);
    if (c.code_point == kReturnMark) {
      out += '\n';
    } else if (c.code_point == kTabMark) {
      out += '\t';
    } else {
      out += line.substr(0, c.size);
    }
    line.remove_prefix(c.size);
  }
  return out;
}

}  // namespace bantam::cli
