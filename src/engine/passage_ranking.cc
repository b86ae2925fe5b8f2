// BM25 over a few thousand short passages: counted anew for every question.
#include "engine/passage_ranking.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/math.h"

namespace bantam {
namespace {

constexpr double kSaturation = 1.2;  // k1
constexpr double kLength = 0.75;     // b

}  // namespace

PassageRanking::PassageRanking(std::vector<std::vector<uint64_t>> passages)
    : passages_(std::move(passages)) {
  size_t terms = 0;
  for (std::vector<uint64_t>& passage : passages_) {
    std::ranges::sort(passage);
    terms += passage.size();
  }
  if (terms > 0) mean_length_ = static_cast<double>(terms) / static_cast<double>(passages_.size());
}

std::vector<double> PassageRanking::Scores(std::span<const WeightedTerm> question) const {
  std::map<uint64_t, double> weights;
  for (const WeightedTerm& one : question) {
    double& weight = weights[one.term];
    weight = std::max(weight, one.weight);
  }
  std::vector<double> scores(passages_.size(), 0);
  std::vector<double> counts(passages_.size(), 0);
  const auto n = static_cast<double>(passages_.size());
  for (const auto& [term, weight] : weights) {
    double found = 0;
    for (size_t i = 0; i < passages_.size(); ++i) {
      const auto range = std::ranges::equal_range(passages_[i], term);
      counts[i] = static_cast<double>(range.size());
      if (!range.empty()) ++found;
    }
    if (found == 0) continue;
    const double rarity = Log(1 + (n - found + 0.5) / (found + 0.5));
    for (size_t i = 0; i < passages_.size(); ++i) {
      if (counts[i] == 0) continue;
      const double length = static_cast<double>(passages_[i].size()) / mean_length_;
      const double norm = kSaturation * (1 - kLength + kLength * length);
      scores[i] += weight * rarity * counts[i] * (kSaturation + 1) / (counts[i] + norm);
    }
  }
  return scores;
}

}  // namespace bantam
