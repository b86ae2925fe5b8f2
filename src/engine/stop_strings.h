// StopStrings: finds the first of several strings in text that comes in pieces.
//
// One automaton per string (Knuth, Morris, Pratt, "Fast Pattern Matching in Strings", 1977):
// every byte is looked at once, and it is always known how much of the text might still turn out
// to be the beginning of a match.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bantam {

// One per reply. Not thread-safe.
class StopStrings {
 public:
  // None may be empty.
  explicit StopStrings(const std::vector<std::string>& strings);

  // Whether a string that begins at this byte of the text counts; asked in the order of their ends.
  using Guard = std::function<bool(size_t begin)>;

  // Reads on. True once one of the strings is complete and counts (without a guard each does): of
  // several that end with the same byte, the longest. The rest of `text` is not read then.
  bool Push(std::string_view text, const Guard& guard = nullptr);

  // Bytes from the beginning of the text that cannot be part of a match: all of it that may be
  // shown. After a match, where the match begins.
  size_t certain() const { return certain_; }

  // The string that was found; empty before.
  const std::string& found() const { return found_; }

 private:
  struct Automaton {
    std::string text;
    std::vector<size_t> borders;  // [i] longest proper border of the first i bytes
    size_t matched = 0;           // bytes of `text` that the input ends with
  };

  // The longest string that is complete now and counts, or nothing.
  const Automaton* FindComplete(const Guard& guard);

  std::vector<Automaton> automata_;
  size_t read_ = 0;
  size_t certain_ = 0;
  std::string found_;
};

}  // namespace bantam
