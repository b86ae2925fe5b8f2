// A sorted array narrowed byte by byte: a trie without nodes.
#include "text/special_tokens.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace bantam {

SpecialTokens::SpecialTokens(std::vector<Token> tokens) : tokens_(std::move(tokens)) {
  std::sort(tokens_.begin(), tokens_.end(), [](const Token& a, const Token& b) {
    return std::tie(a.text, a.id) < std::tie(b.text, b.id);
  });
  for (const Token& token : tokens_) ++by_first_[static_cast<uint8_t>(token.text[0]) + 1u];
  for (size_t i = 1; i < by_first_.size(); ++i) by_first_[i] += by_first_[i - 1];
}

std::optional<SpecialTokens::Match> SpecialTokens::Find(std::string_view text, size_t pos) const {
  for (size_t begin = pos; begin < text.size(); ++begin) {
    const auto first = static_cast<uint8_t>(text[begin]);
    const Token* low = tokens_.data() + by_first_[first];
    const Token* high = tokens_.data() + by_first_[first + 1u];
    std::optional<Match> longest;
    for (size_t length = 1; low != high; ++length) {
      // Here [low, high) are the tokens that start with `length` bytes of the text. The sort puts
      // the one that ends here first.
      if (low->text.size() == length) {
        longest = {begin, begin + length, low->id};
        while (low != high && low->text.size() == length) ++low;
        if (low == high) break;
      }
      if (begin + length == text.size()) break;
      const auto next = static_cast<uint8_t>(text[begin + length]);
      const auto byte = [length](const Token& token) {
        return static_cast<uint8_t>(token.text[length]);
      };
      low = std::partition_point(low, high, [&](const Token& t) { return byte(t) < next; });
      high = std::partition_point(low, high, [&](const Token& t) { return byte(t) <= next; });
    }
    if (longest) return longest;
  }
  return std::nullopt;
}

}  // namespace bantam
