// Optimal string alignment distance, for words of a few letters.
#include "cli/suggest.h"

#include <algorithm>
#include <vector>

namespace bantam::cli {

int EditDistance(std::string_view a, std::string_view b) {
  // Nobody mistypes a long word into another: keeps the cost bounded for hostile arguments.
  constexpr size_t kLongest = 64;
  if (a.size() > kLongest || b.size() > kLongest) return static_cast<int>(kLongest);
  std::vector<std::vector<int>> cost(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = static_cast<int>(i + j);
        continue;
      }
      const int replace = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

std::string Closest(std::string_view word, std::span<const std::string> candidates) {
  std::string best;
  int best_distance = static_cast<int>(std::max<size_t>(word.size(), 2) / 3) + 1;
  for (const std::string& candidate : candidates) {
    // A beginning of at least three letters counts as nearly right (--temp for --temperature).
    const bool prefix = word.size() >= 3 && candidate.starts_with(word);
    const int distance = prefix ? 1 : EditDistance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace bantam::cli
