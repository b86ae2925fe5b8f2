// PassageRanking: how much each of some passages has to do with a question (BM25).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bantam {

// A term of the question and how much it counts.
struct WeightedTerm {
  uint64_t term;
  double weight;
};

// Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
// with k1 = 1.2 and b = 0.75. The same numbers on every machine.
class PassageRanking {
 public:
  // `passages`: the SearchTerms of each.
  explicit PassageRanking(std::vector<std::vector<uint64_t>> passages);

  // One score a passage, 0 or more. Terms that occur twice count once, with the larger weight.
  std::vector<double> Scores(std::span<const WeightedTerm> question) const;

 private:
  std::vector<std::vector<uint64_t>> passages_;  // each sorted
  double mean_length_ = 1;
};

}  // namespace bantam
