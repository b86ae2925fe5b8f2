// ShortestNumbers: the members of a set one after the other, the shortest texts first.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "grammar/number/number_set.h"

namespace bantam::grammar {

// Looks through the texts of numbers from their beginnings on, best first (Dijkstra), so that a
// thousand take a thousand steps, not a thousand sets each without one more number. Each number
// comes once, in a shortest text that IsWrittenNumber allows. Not thread-safe.
class ShortestNumbers {
 public:
  // A set in which it does not matter how numbers are written: others() is null.
  explicit ShortestNumbers(std::shared_ptr<const NumberSet> numbers);

  // Nothing: there are no others, or none that is found within NumberSet's limits.
  std::optional<std::string> Next();

 private:
  using Open = std::tuple<size_t, uint64_t, std::string>;  // bytes of its best text, order, prefix

  void Add(std::string prefix);
  std::optional<std::string> Offer(const std::string& text);
  std::optional<std::string> NextLeft();

  std::shared_ptr<const NumberSet> numbers_;
  std::priority_queue<Open, std::vector<Open>, std::greater<>> open_;
  std::set<Decimal> given_;
  uint64_t order_ = 0;
  uint32_t idle_ = 0;  // steps since the last number
  bool one_by_one_ = false;
};

}  // namespace bantam::grammar
