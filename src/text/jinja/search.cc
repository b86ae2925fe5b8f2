// Finding, splitting and replacing text: the searching half of text.h.
#include <algorithm>

#include "base/utf8.h"
#include "text/jinja/characters.h"
#include "text/jinja/text.h"

namespace bantam::jinja {
namespace {

// Up to this pattern length the plain search is quick enough, whatever the text.
constexpr size_t kShortPattern = 16;

// Finds a pattern again and again in one text (Knuth, Morris and Pratt 1977), so that crafted
// texts cost no more than others.
class Finder {
 public:
  explicit Finder(std::string_view pattern) : pattern_(pattern) {
    if (pattern_.size() <= kShortPattern) return;
    border_.resize(pattern_.size() + 1, 0);
    size_t k = 0;
    for (size_t i = 1; i < pattern_.size(); ++i) {
      while (k > 0 && pattern_[i] != pattern_[k]) k = border_[k];
      if (pattern_[i] == pattern_[k]) ++k;
      border_[i + 1] = k;
    }
  }

  size_t Find(std::string_view text, size_t from) const {
    if (border_.empty()) return text.find(pattern_, from);
    size_t matched = 0;
    for (size_t at = from; at < text.size(); ++at) {
      while (matched > 0 && text[at] != pattern_[matched]) matched = border_[matched];
      if (text[at] == pattern_[matched]) ++matched;
      if (matched == pattern_.size()) return at + 1 - matched;
    }
    return std::string_view::npos;
  }

 private:
  std::string_view pattern_;
  std::vector<size_t> border_;  // [i]: longest proper border of the first i bytes
};

std::string Reversed(std::string_view text) {
  return std::string(text.rbegin(), text.rend());
}

// The offsets of all occurrences, left to right or right to left.
std::vector<size_t> Occurrences(std::string_view text, std::string_view pattern, int64_t max,
                                bool from_right) {
  std::vector<size_t> found;
  const auto enough = [&] { return max >= 0 && static_cast<int64_t>(found.size()) >= max; };
  if (from_right) {
    const std::string text_back = Reversed(text);
    const std::string pattern_back = Reversed(pattern);
    const Finder finder(pattern_back);
    for (size_t at = 0; !enough();) {
      at = finder.Find(text_back, at);
      if (at == std::string_view::npos) break;
      at += pattern.size();
      found.push_back(text.size() - at);
    }
    std::reverse(found.begin(), found.end());
    return found;
  }
  const Finder finder(pattern);
  for (size_t at = 0; !enough();) {
    at = finder.Find(text, at);
    if (at == std::string_view::npos) break;
    found.push_back(at);
    at += pattern.size();
  }
  return found;
}

// Words of `text` with their offsets: runs without white space.
struct Word {
  size_t begin;
  size_t end;
};

std::vector<Word> WordsOf(std::string_view text) {
  std::vector<Word> words;
  bool inside = false;
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    const bool space = IsSpace(c.code_point);
    if (!space && !inside) words.push_back({at, at});
    at += c.length;
    if (!space) words.back().end = at;
    inside = !space;
  }
  return words;
}

}  // namespace

std::vector<std::string_view> SplitLines(std::string_view text, bool keep_ends) {
  std::vector<std::string_view> lines;
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    if (!IsLineEnd(c.code_point)) {
      at += c.length;
      continue;
    }
    size_t next = at + c.length;
    if (text.substr(at, 2) == "\r\n") ++next;
    lines.push_back(text.substr(begin, (keep_ends ? next : at) - begin));
    begin = at = next;
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

std::vector<std::string_view> SplitAtSpace(std::string_view text, int64_t max, bool from_right) {
  const std::vector<Word> words = WordsOf(text);
  const size_t count = words.size();
  std::vector<std::string_view> parts;
  const bool limited = max >= 0 && static_cast<uint64_t>(max) < count;
  const size_t single = limited ? static_cast<size_t>(max) : count;  // words on their own
  if (!limited) {
    for (const Word& w : words) parts.push_back(text.substr(w.begin, w.end - w.begin));
  } else if (from_right) {
    parts.push_back(text.substr(0, words[count - single - 1].end));
    for (size_t i = count - single; i < count; ++i) {
      parts.push_back(text.substr(words[i].begin, words[i].end - words[i].begin));
    }
  } else {
    for (size_t i = 0; i < single; ++i) {
      parts.push_back(text.substr(words[i].begin, words[i].end - words[i].begin));
    }
    parts.push_back(text.substr(words[single].begin));
  }
  return parts;
}

std::vector<std::string_view> SplitAt(std::string_view text, std::string_view separator,
                                      int64_t max, bool from_right) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (const size_t at : Occurrences(text, separator, max, from_right)) {
    parts.push_back(text.substr(begin, at - begin));
    begin = at + separator.size();
  }
  parts.push_back(text.substr(begin));
  return parts;
}

size_t FindText(std::string_view text, std::string_view pattern, size_t from) {
  return Finder(pattern).Find(text, from);
}

size_t FindLast(std::string_view text, std::string_view pattern) {
  if (pattern.size() <= kShortPattern) return text.rfind(pattern);
  const std::vector<size_t> found = Occurrences(text, pattern, 1, true);
  return found.empty() ? std::string_view::npos : found[0];
}

size_t CountText(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return CountCharacters(text) + 1;
  return Occurrences(text, pattern, -1, false).size();
}

std::string ReplaceText(std::string_view text, std::string_view old, std::string_view with,
                        int64_t max) {
  std::string out;
  size_t begin = 0;
  if (!old.empty()) {
    for (const size_t at : Occurrences(text, old, max, false)) {
      out += text.substr(begin, at - begin);
      out += with;
      begin = at + old.size();
    }
    out += text.substr(begin);
    return out;
  }
  for (int64_t done = 0; max < 0 || done < max; ++done) {
    out += with;
    if (begin == text.size()) return out;
    const size_t length = CharacterAt(text, begin).length;
    out += text.substr(begin, length);
    begin += length;
  }
  out += text.substr(begin);
  return out;
}

}  // namespace bantam::jinja
