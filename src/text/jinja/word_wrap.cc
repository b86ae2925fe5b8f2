// Cutting a line into chunks (words, parts of hyphenated words, dashes, blanks) and filling lines.
#include "text/jinja/word_wrap.h"

#include <algorithm>

#include "base/check.h"
#include "base/utf8.h"
#include "text/jinja/characters.h"

namespace bantam::jinja {
namespace {

using Line = std::u32string;

struct Chunk {
  size_t begin;
  size_t end;
  size_t size() const { return end - begin; }
};

bool IsBlank(char32_t c) {
  return (c >= 9 && c <= 13) || c == ' ';
}
bool IsWord(char32_t c) {
  return IsWordCharacter(static_cast<uint32_t>(c));
}
bool IsLetter(char32_t c) {
  return c != '_' ? IsWord(c) && (FlagsOf(static_cast<uint32_t>(c)) & kDecimal) == 0 : true;
}
bool IsWordOrMark(char32_t c) {
  return IsWord(c) || std::u32string_view(U"!\"'&.,?").find(c) != std::u32string_view::npos;
}

class Cutter {
 public:
  Cutter(const Line& line, bool at_hyphens) : line_(line), at_hyphens_(at_hyphens) {}

  std::vector<Chunk> Cut() const {
    std::vector<Chunk> chunks;
    for (size_t at = 0; at < line_.size();) {
      const size_t end = IsBlank(line_[at]) ? BlanksEnd(at) : WordEnd(at);
      chunks.push_back({at, end});
      at = end;
    }
    return chunks;
  }

 private:
  char32_t At(size_t i) const { return i < line_.size() ? line_[i] : U'\0'; }
  size_t BlanksEnd(size_t at) const {
    while (at < line_.size() && IsBlank(line_[at])) ++at;
    return at;
  }
  size_t HyphensEnd(size_t at) const {
    while (At(at) == '-') ++at;
    return at;
  }

  // A dash of several hyphens between words; its end, or 0.
  size_t DashEnd(size_t at) const {
    if (at == 0 || At(at) != '-' || !IsWordOrMark(line_[at - 1])) return 0;
    const size_t end = HyphensEnd(at);
    return end - at >= 2 && end < line_.size() && IsWord(line_[end]) ? end : 0;
  }

  // Whether a word may be broken after the hyphen at `at`.
  bool BreaksAfter(size_t at) const {
    if (At(at) != '-') return false;
    const bool two_letters = at >= 2 && IsLetter(line_[at - 1]) && IsLetter(line_[at - 2]);
    const bool lone =
        at >= 3 && IsLetter(line_[at - 3]) && line_[at - 2] == '-' && IsWordOrMark(line_[at - 1]);
    if (!two_letters && !lone) return false;
    if (at + 1 >= line_.size() || !IsLetter(line_[at + 1])) return false;
    const size_t next = At(at + 2) == '-' ? at + 3 : at + 2;
    return next < line_.size() && IsLetter(line_[next]);
  }

  size_t WordEnd(size_t begin) const {
    if (at_hyphens_) {
      if (const size_t dash = DashEnd(begin); dash != 0) return dash;
    }
    for (size_t at = begin + 1;; ++at) {
      if (at >= line_.size() || IsBlank(line_[at])) return at;
      if (!at_hyphens_) continue;
      if (BreaksAfter(at)) return at + 1;
      if (DashEnd(at) != 0) return at;
    }
  }

  const Line& line_;
  bool at_hyphens_;
};

class Filler {
 public:
  Filler(const Line& line, const WrapStyle& style, std::vector<Chunk> chunks)
      : line_(line), style_(style), chunks_(std::move(chunks)) {}

  Result<std::vector<std::string>> Fill(Interpreter& in) {
    std::vector<std::string> lines;
    while (next_ < chunks_.size()) {
      TRY(in.Work());
      if (!lines.empty() && IsBlankChunk(chunks_[next_]) && ++next_ == chunks_.size()) break;
      std::vector<Chunk> current = TakeFitting();
      if (!current.empty() && IsBlankChunk(current.back())) current.pop_back();
      if (!current.empty()) lines.push_back(TextOf(current.front().begin, current.back().end));
    }
    return lines;
  }

 private:
  bool IsBlankChunk(const Chunk& chunk) const {
    return std::all_of(line_.begin() + static_cast<std::ptrdiff_t>(chunk.begin),
                       line_.begin() + static_cast<std::ptrdiff_t>(chunk.end),
                       [](char32_t c) { return IsSpace(static_cast<uint32_t>(c)); });
  }

  std::string TextOf(size_t begin, size_t end) const {
    std::string out;
    for (size_t i = begin; i < end; ++i) AppendUtf8(static_cast<uint32_t>(line_[i]), out);
    return out;
  }

  // The chunks of the next line; a word longer than a line is broken.
  std::vector<Chunk> TakeFitting() {
    std::vector<Chunk> current;
    const auto width = static_cast<size_t>(style_.width);
    size_t length = 0;
    while (next_ < chunks_.size() && length + chunks_[next_].size() <= width) {
      length += chunks_[next_].size();
      current.push_back(chunks_[next_++]);
    }
    if (next_ >= chunks_.size() || chunks_[next_].size() <= width) return current;
    Chunk& word = chunks_[next_];
    if (style_.break_long_words) {
      const size_t end = BreakOf(word, width - length);
      current.push_back({word.begin, end});
      word.begin = end;
    } else if (current.empty()) {
      current.push_back(chunks_[next_++]);
    }
    return current;
  }

  // Where a word is broken that has `space` characters left on its line.
  size_t BreakOf(const Chunk& word, size_t space) const {
    if (style_.break_on_hyphens && word.size() > space) {
      size_t hyphen = space;
      while (hyphen > 0 && line_[word.begin + hyphen - 1] != '-') --hyphen;
      if (hyphen > 1) {  // after it, unless only hyphens stand before it
        for (size_t i = 0; i + 1 < hyphen; ++i) {
          if (line_[word.begin + i] != '-') return word.begin + hyphen;
        }
      }
    }
    return word.begin + space;
  }

  const Line& line_;
  const WrapStyle& style_;
  std::vector<Chunk> chunks_;
  size_t next_ = 0;
};

}  // namespace

Result<std::vector<std::string>> WrapLine(Interpreter& in, std::string_view text,
                                          const WrapStyle& style) {
  if (style.width <= 0) return Invalid("invalid width (must be > 0)");
  TRY(in.Work(text.size()));
  Line line;
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    line += static_cast<char32_t>(c.code_point);
    at += c.length;
  }
  return Filler(line, style, Cutter(line, style.break_on_hyphens).Cut()).Fill(in);
}

}  // namespace bantam::jinja
