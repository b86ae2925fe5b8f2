// Backward images of the accepting states, until they repeat.
#include "grammar/regex/regex_lengths.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "grammar/regex/regex_impl.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMaxStates = 2'000;
constexpr size_t kMaxWork = 4'000'000;  // edges looked at

uint64_t HashOf(const std::vector<uint64_t>& words) {
  uint64_t hash = 0;
  for (const uint64_t word : words) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 31;
  }
  return hash;
}

}  // namespace

std::unique_ptr<RegexLengths> RegexLengths::Make(RegexPool::Impl& pool, RegexId id) {
  auto result = std::make_unique<RegexLengths>();
  std::vector<RegexId>& states = result->states_;
  std::vector<std::pair<uint32_t, uint32_t>> edges;
  std::unordered_map<RegexId, uint32_t> index = {{id, 0}};
  states.push_back(id);
  std::vector<RegexId> targets;
  for (uint32_t from = 0; from < states.size(); ++from) {
    pool.Targets(states[from], targets);
    for (const RegexId target : targets) {
      const auto [it, added] = index.emplace(target, static_cast<uint32_t>(states.size()));
      if (added) states.push_back(target);
      edges.emplace_back(from, it->second);
    }
    if (states.size() > kMaxStates || pool.exhausted()) return result;
  }
  std::ranges::sort(edges);
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());

  std::vector<uint64_t> set((states.size() + 63) / 64);
  for (uint32_t i = 0; i < states.size(); ++i) {
    if (pool.nodes[states[i]].nullable) set[i / 64] |= uint64_t{1} << (i % 64);
  }
  std::unordered_multimap<uint64_t, uint64_t> seen;
  for (size_t work = 0; work < kMaxWork; work += edges.size() + set.size() + 1) {
    const uint64_t hash = HashOf(set);
    const auto [begin, end] = seen.equal_range(hash);
    for (auto it = begin; it != end; ++it) {
      if (result->sets_[it->second] == set) {
        result->repeats_from_ = it->second;
        result->complete_ = true;
        return result;
      }
    }
    seen.emplace(hash, result->sets_.size());
    result->sets_.push_back(set);
    std::vector<uint64_t> before(set.size());
    for (const auto& [from, to] : edges) {
      before[from / 64] |= (set[to / 64] >> (to % 64) & 1) << (from % 64);
    }
    set = std::move(before);
  }
  result->sets_.clear();
  return result;
}

std::optional<uint64_t> RegexLengths::Least(uint32_t state, uint64_t min, uint64_t max) const {
  const uint64_t period = sets_.size() - repeats_from_;
  // From the later of min and the periodic part on, one period says all.
  uint64_t length = min;
  for (; length < sets_.size() && length <= max; ++length) {
    if (Accepts(length, state)) return length;
  }
  for (uint64_t step = 0; step < period && length <= max; ++step, ++length) {
    const uint64_t at = repeats_from_ + (length - repeats_from_) % period;
    if (Accepts(at, state)) return length;
  }
  return std::nullopt;
}

}  // namespace bantam::grammar
