// Paragraphs, lines, sentences: the largest that is short enough.
#include "engine/passages.h"

#include <algorithm>

namespace bantam {
namespace {

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

// Without white space at its ends.
Passage Trimmed(std::string_view text, Passage passage) {
  while (passage.begin < passage.end && IsSpace(text[passage.begin])) ++passage.begin;
  while (passage.end > passage.begin && IsSpace(text[passage.end - 1])) --passage.end;
  return passage;
}

// Where a piece may end: after how many bytes from `at`; 0: not there.
using EndsAt = size_t (*)(std::string_view text, size_t at);

size_t EndOfParagraph(std::string_view text, size_t at) {
  if (text[at] != '\n') return 0;
  size_t next = at + 1;
  while (next < text.size() && IsSpace(text[next]) && text[next] != '\n') ++next;
  return next < text.size() && text[next] == '\n' ? next + 1 - at : 0;
}

size_t EndOfLine(std::string_view text, size_t at) {
  return text[at] == '\n' ? 1 : 0;
}

// After . ! ? and a space, or a full stop of Chinese, Japanese or Hindi.
size_t EndOfSentence(std::string_view text, size_t at) {
  const char c = text[at];
  if (c == '.' || c == '!' || c == '?' || c == ';') {
    return at + 1 < text.size() && IsSpace(text[at + 1]) ? 1 : 0;
  }
  for (const std::string_view stop : {"。", "！", "？", "；", "।"}) {
    if (text.substr(at, stop.size()) == stop) return stop.size();
  }
  return 0;
}

size_t EndOfWord(std::string_view text, size_t at) {
  return IsSpace(text[at]) ? 1 : 0;
}

size_t EndOfCharacter(std::string_view text, size_t at) {
  size_t n = 1;
  while (at + n < text.size() && (static_cast<uint8_t>(text[at + n]) & 0xC0) == 0x80) ++n;
  return n;
}

constexpr EndsAt kEnds[] = {EndOfParagraph, EndOfLine, EndOfSentence, EndOfWord, EndOfCharacter};

// Cuts what is too long at the ends of `level`, and the pieces at those of the next; then puts
// neighbours together as far as they fit (paragraphs stay apart).
class Splitter {
 public:
  Splitter(std::string_view text, size_t most) : text_(text), most_(most) {}

  std::vector<Passage> Run() {
    std::vector<Passage> pieces = Cut({0, text_.size()}, EndOfParagraph);
    for (const Passage& paragraph : pieces) Split(paragraph);
    return std::move(done_);
  }

 private:
  std::vector<Passage> Cut(Passage whole, EndsAt ends_at) const {
    std::vector<Passage> pieces;
    Passage piece = {whole.begin, whole.begin};
    while (piece.end < whole.end) {
      const size_t end = ends_at(text_.substr(0, whole.end), piece.end);
      piece.end += std::max<size_t>(end, 1);
      if (end == 0 && piece.end < whole.end) continue;
      const Passage trimmed = Trimmed(text_, piece);
      if (trimmed.begin < trimmed.end) pieces.push_back(trimmed);
      piece.begin = piece.end;
    }
    return pieces;
  }

  void Split(Passage paragraph) {
    std::vector<Passage> pieces = {paragraph};
    for (size_t level = 1; level < std::size(kEnds); ++level) {
      std::vector<Passage> finer;
      for (const Passage& piece : pieces) {
        if (piece.end - piece.begin <= most_) {
          finer.push_back(piece);
          continue;
        }
        const std::vector<Passage> cut = Cut(piece, kEnds[level]);
        Join(cut, finer);
      }
      pieces = std::move(finer);
    }
    Join(pieces, done_);
  }

  // Appends pieces of one paragraph, those that fit together as one.
  void Join(const std::vector<Passage>& pieces, std::vector<Passage>& out) const {
    const size_t first = out.size();
    for (const Passage& piece : pieces) {
      if (out.size() > first && piece.end - out.back().begin <= most_) {
        out.back().end = piece.end;
      } else {
        out.push_back(piece);
      }
    }
  }

  std::string_view text_;
  size_t most_;
  std::vector<Passage> done_;
};

}  // namespace

std::vector<Passage> SplitPassages(std::string_view text, size_t most) {
  return Splitter(text, std::max<size_t>(most, 1)).Run();
}

}  // namespace bantam
