// Lists of pairs, and pairs derived from scores.
#include "text/merge_rules.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "base/check.h"
#include "base/quote.h"
#include "base/utf8.h"

namespace bantam {
namespace {

constexpr size_t kMaxScoredBytes = 512;

std::string At(const std::string& place, size_t index) {
  return place + "[" + std::to_string(index) + "]";
}

// The text of a merge's part; false if it has none.
bool AppendPart(std::string_view part, TokenSpelling spelling, std::string& bytes) {
  return AppendTokenBytes(part, TokenKind::kAdded, spelling, bytes);
}

}  // namespace

Result<TokenIndex> MakeTokenIndex(const Vocabulary& vocabulary, const std::vector<bool>& spelled,
                                  const std::string& place) {
  TokenIndex index(vocabulary.bytes);
  for (size_t i = 0; i < spelled.size(); ++i) {
    if (!spelled[i]) continue;
    switch (index.Insert(static_cast<TokenId>(i))) {
      case TokenIndex::Insertion::kDone: break;
      case TokenIndex::Insertion::kDuplicate: {
        const auto first = static_cast<size_t>(index.Find(vocabulary.bytes[i]));
        if ((vocabulary.kinds[i] == TokenKind::kAdded) !=
            (vocabulary.kinds[first] == TokenKind::kAdded)) {
          break;
        }
        return Fail(ErrorCode::kCorrupt,
                    At(place, i) + " is there twice: " + Quote(vocabulary.bytes[i]));
      }
      case TokenIndex::Insertion::kCrowded:
        return Fail(ErrorCode::kCorrupt, At(place, i) + ": too many tokens that hash alike");
    }
  }
  return index;
}

bool SplitMerge(std::string_view merge, std::string_view& left, std::string_view& right) {
  const size_t space = merge.find(' ');
  if (space == 0 || space == std::string_view::npos || space + 1 == merge.size()) return false;
  left = merge.substr(0, space);
  right = merge.substr(space + 1);
  return right.find(' ') == std::string_view::npos;
}

Result<MergeTable> MakeMergeTable(const std::vector<MergeRule>& rules, TokenSpelling spelling,
                                  const TokenIndex& index, const Vocabulary& vocabulary,
                                  const std::vector<bool>& spelled, const std::string& place) {
  MergeTable table(rules.size());
  std::string bytes;
  TokenId result = -1;
  for (size_t i = 0; i < rules.size(); ++i) {
    // Where spaces are marks no text has a space: such a merge never comes about.
    const bool has_space = rules[i].left.find(' ') != std::string_view::npos ||
                           rules[i].right.find(' ') != std::string_view::npos;
    if (spelling == TokenSpelling::kSpaceMarks && has_space) continue;
    bytes.clear();
    const bool has_left = AppendPart(rules[i].left, spelling, bytes);
    const size_t middle = bytes.size();
    const bool has_right = AppendPart(rules[i].right, spelling, bytes);
    const std::string_view both = bytes;
    const TokenId left = has_left ? index.Find(both.substr(0, middle)) : -1;
    const TokenId right = has_right ? index.Find(both.substr(middle)) : -1;
    // Most files number tokens in the order of merges; a third of the time went into this search.
    const auto next = static_cast<size_t>(result + 1);
    const bool in_order = next < spelled.size() && spelled[next] && vocabulary.bytes[next] == both;
    result = in_order ? static_cast<TokenId>(next) : index.Find(both);
    if (left < 0 || right < 0 || result < 0) {
      const std::string merge =
          Quote(std::string(rules[i].left) + " " + std::string(rules[i].right));
      return Fail(ErrorCode::kCorrupt,
                  At(place, i) + " is " + merge +
                      (left < 0 || right < 0 ? ", whose parts are not both tokens"
                                             : ", whose result is no token"));
    }
    if (!table.Insert(left, right, {static_cast<uint32_t>(i), result})) {
      return Fail(ErrorCode::kCorrupt, At(place, i) + ": too many merges that hash alike");
    }
  }
  return table;
}

namespace {

// Collects every way to cut tokens in two.
class ScoredMergeMaker {
 public:
  ScoredMergeMaker(const TokenIndex& index, size_t n_tokens) : index_(index), n_tokens_(n_tokens) {}

  void AddToken(std::string_view token, TokenId id, uint32_t rank) {
    const size_t first = Utf8CharLength(token, 0);
    for (size_t at = first; at < token.size(); at += Utf8CharLength(token, at)) {
      const TokenId left = Part(token.substr(0, at), at == first);
      if (left < 0) continue;
      const std::string_view rest = token.substr(at);
      const TokenId right = Part(rest, Utf8CharLength(rest, 0) == rest.size());
      if (right >= 0) pairs_.push_back({left, right, {rank, id}});
    }
  }

  size_t size() const { return pairs_.size(); }

  bool Fill(MergeTable& table) const {
    return std::all_of(pairs_.begin(), pairs_.end(), [&table](const Pair& pair) {
      return table.Insert(pair.left, pair.right, pair.merge);
    });
  }

  std::vector<std::string> TakeExtra() {
    std::vector<std::string> extra(extra_.size());
    for (const auto& [text, id] : extra_) extra[static_cast<size_t>(id) - n_tokens_] = text;
    return extra;
  }

 private:
  struct Pair {
    TokenId left;
    TokenId right;
    Merge merge;
  };

  TokenId Part(std::string_view part, bool is_char) {
    const TokenId id = index_.Find(part);
    if (id >= 0 || !is_char) return id;
    const auto next = static_cast<TokenId>(n_tokens_ + extra_.size());
    return extra_.try_emplace(std::string(part), next).first->second;
  }

  const TokenIndex& index_;
  size_t n_tokens_;
  std::vector<Pair> pairs_;
  std::map<std::string, TokenId, std::less<>> extra_;
};

}  // namespace

Result<ScoredMerges> MakeScoredMerges(const std::vector<double>& scores, const TokenIndex& index,
                                      const Vocabulary& vocabulary,
                                      const std::vector<bool>& spelled, const std::string& place) {
  for (size_t i = 0; i < scores.size(); ++i) {
    if (std::isnan(scores[i])) return Fail(ErrorCode::kCorrupt, At(place, i) + " is not a number");
  }
  std::vector<double> order = scores;
  std::sort(order.begin(), order.end(), std::greater<>());
  order.erase(std::unique(order.begin(), order.end()), order.end());
  ScoredMergeMaker maker(index, spelled.size());
  for (size_t i = 0; i < spelled.size(); ++i) {
    const std::string& token = vocabulary.bytes[i];
    const auto id = static_cast<TokenId>(i);
    if (!spelled[i] || index.Find(token) != id || ValidUtf8Prefix(token) != token.size()) continue;
    if (token.size() > kMaxScoredBytes) {
      return Fail(ErrorCode::kUnsupported,
                  "token " + std::to_string(i) + " has " + std::to_string(token.size()) +
                      " bytes; Bantam takes at most " + std::to_string(kMaxScoredBytes));
    }
    const auto rank = std::lower_bound(order.begin(), order.end(), scores[i], std::greater<>());
    maker.AddToken(token, id, static_cast<uint32_t>(rank - order.begin()));
  }
  ScoredMerges merges{MergeTable(maker.size()), {}};
  if (!maker.Fill(merges.table)) {
    return Fail(ErrorCode::kCorrupt, place + ": too many merges that hash alike");
  }
  merges.extra = maker.TakeExtra();
  return merges;
}

}  // namespace bantam
