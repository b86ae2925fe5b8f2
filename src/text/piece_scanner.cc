// Whitespace runs and GPT-2's pieces, which several families share.
#include "text/piece_scanner.h"

namespace bantam::scan {
namespace {

using unicode::kLetter;
using unicode::kLineBreaks;
using unicode::kNumber;
using unicode::kSpace;

// The end of `\s+(?!\S)|\s+` for the run [pos, end).
size_t LeaveLast(std::string_view text, size_t pos, size_t end) {
  if (end == text.size()) return end;
  const size_t last = PreviousChar(text, end);
  return last > pos ? last : end;
}

// The length of 's|'t|'re|'ve|'m|'ll|'d at `pos`, where there must be an apostrophe; 0 if none.
size_t ContractionLength(std::string_view text, size_t pos) {
  const std::string_view rest = text.substr(pos + 1, 2);
  if (rest.empty()) return 0;
  if (rest[0] == 's' || rest[0] == 't' || rest[0] == 'm' || rest[0] == 'd') return 2;
  return rest == "re" || rest == "ve" || rest == "ll" ? 3 : 0;
}

}  // namespace

size_t WhitespacePiece(std::string_view text, size_t pos) {
  return LeaveLast(text, pos, Skip(text, pos, kSpace));
}

size_t WhitespaceOrLinesPiece(std::string_view text, size_t pos) {
  size_t after_line = pos;
  size_t end = pos;
  while (end < text.size()) {
    const Char c = CharAt(text, end);
    if (!c.In(kSpace)) break;
    end += c.length;
    if (c.In(kLineBreaks)) after_line = end;
  }
  return after_line > pos ? after_line : LeaveLast(text, pos, end);
}

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
size_t Gpt2Piece(std::string_view text, size_t pos) {
  if (text[pos] == '\'') {
    const size_t length = ContractionLength(text, pos);
    if (length != 0) return pos + length;
  }
  const size_t body = text[pos] == ' ' ? pos + 1 : pos;
  if (body < text.size()) {
    const Char c = CharAt(text, body);
    for (const unicode::ClassSet set : {kLetter, kNumber, ~(kSpace | kLetter | kNumber)}) {
      if (c.In(set)) return Skip(text, body + c.length, set);
    }
  }
  return WhitespacePiece(text, pos);
}

}  // namespace bantam::scan
