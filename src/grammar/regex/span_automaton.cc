// The construction, one code point at a time; edges in one hash table while it grows.
#include "grammar/regex/span_automaton.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "base/utf8.h"

namespace bantam::grammar {
namespace {

constexpr uint32_t kNone = ~uint32_t{0};

// The automaton while it grows. A state stands for all spans that end at the same places; its
// suffix is the state of the longest of their suffixes that ends at more of them.
class Growth {
 public:
  struct State {
    uint32_t length;  // of its longest span
    uint32_t suffix;
    uint32_t end;         // of its first occurrence
    uint32_t first_edge;  // a list
  };
  struct Edge {
    char32_t code_point;
    uint32_t target;
    uint32_t next;
    uint32_t state;
  };

  explicit Growth(size_t code_points) {
    states_.reserve(2 * code_points + 2);
    edges_.reserve(3 * code_points + 1);
    buckets_.resize(std::bit_ceil(4 * code_points + 16), kNone);
    states_.push_back({0, kNone, 0, kNone});
  }

  const std::vector<State>& states() const { return states_; }
  const std::vector<Edge>& edges() const { return edges_; }

  // The state of the text that `last` has read and one more code point, which ends at `end`.
  uint32_t Extend(uint32_t last, char32_t code_point, uint32_t end) {
    if (const uint32_t edge = Find(last, code_point); edge != kNone) {  // in an earlier text
      return WithLength(last, edge, code_point);
    }
    const uint32_t added = Add({states_[last].length + 1, SpanAutomaton::kStart, end, kNone});
    uint32_t at = last;
    uint32_t edge = kNone;
    for (; at != kNone; at = states_[at].suffix) {
      edge = Find(at, code_point);
      if (edge != kNone) break;
      Connect(at, code_point, added);
    }
    if (at != kNone) states_[added].suffix = WithLength(at, edge, code_point);
    return added;
  }

 private:
  uint32_t Add(const State& state) {
    states_.push_back(state);
    return static_cast<uint32_t>(states_.size() - 1);
  }

  // What `edge` of `from` leads to, split off from longer spans that end at fewer places.
  uint32_t WithLength(uint32_t from, uint32_t edge, char32_t code_point) {
    const uint32_t target = edges_[edge].target;
    if (states_[target].length == states_[from].length + 1) return target;
    State state = states_[target];
    state.length = states_[from].length + 1;
    state.first_edge = kNone;
    const uint32_t split = Add(state);
    for (uint32_t e = states_[target].first_edge; e != kNone; e = edges_[e].next) {
      Connect(split, edges_[e].code_point, edges_[e].target);
    }
    states_[target].suffix = split;
    for (uint32_t at = from; at != kNone; at = states_[at].suffix) {
      const uint32_t other = Find(at, code_point);
      if (other == kNone || edges_[other].target != target) break;
      edges_[other].target = split;
    }
    return split;
  }

  size_t BucketOf(uint32_t state, char32_t code_point) const {
    const uint64_t key = (uint64_t{state} << 21 | code_point) * 0x9E3779B97F4A7C15u;
    return static_cast<size_t>(key >> 20) & (buckets_.size() - 1);
  }

  uint32_t Find(uint32_t state, char32_t code_point) const {
    const uint32_t first = states_[state].first_edge;
    if (first == kNone || edges_[first].code_point == code_point) return first;
    if (edges_[first].next == kNone) return kNone;
    size_t at = BucketOf(state, code_point);
    for (; buckets_[at] != kNone; at = (at + 1) & (buckets_.size() - 1)) {
      const Edge& edge = edges_[buckets_[at]];
      if (edge.state == state && edge.code_point == code_point) return buckets_[at];
    }
    return kNone;
  }

  void Connect(uint32_t from, char32_t code_point, uint32_t to) {
    const auto edge = static_cast<uint32_t>(edges_.size());
    edges_.push_back({code_point, to, states_[from].first_edge, from});
    states_[from].first_edge = edge;
    size_t at = BucketOf(from, code_point);
    while (buckets_[at] != kNone) at = (at + 1) & (buckets_.size() - 1);
    buckets_[at] = edge;
  }

  std::vector<State> states_;
  std::vector<Edge> edges_;        // at most 3 for each code point
  std::vector<uint32_t> buckets_;  // open addressing: indices of edges
};

// States in such an order that edges lead to earlier ones: longer spans first.
std::vector<uint32_t> LongestFirst(const std::vector<Growth::State>& states) {
  uint32_t most = 0;
  for (const Growth::State& state : states) most = std::max(most, state.length);
  std::vector<uint32_t> begins(size_t{most} + 2);
  for (const Growth::State& state : states) ++begins[most - state.length + 1];
  for (size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
  std::vector<uint32_t> order(states.size());
  for (uint32_t i = 0; i < states.size(); ++i) order[begins[most - states[i].length]++] = i;
  return order;
}

}  // namespace

Result<std::shared_ptr<const SpanAutomaton>> SpanAutomaton::Build(
    std::span<const std::string> texts) {
  size_t code_points = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    const size_t valid = ValidUtf8Prefix(texts[i]);
    if (valid < texts[i].size()) {
      return Fail(ErrorCode::kInvalidArgument, "text " + std::to_string(i) +
                                                   " to copy from is not valid UTF-8 at byte " +
                                                   std::to_string(valid));
    }
    code_points += static_cast<size_t>(std::ranges::count_if(
        texts[i], [](char byte) { return (static_cast<uint8_t>(byte) & 0xC0) != 0x80; }));
  }
  if (code_points > kMostCodePoints) {
    return Fail(ErrorCode::kResourceExhausted,
                "the text to copy from has " + std::to_string(code_points) +
                    " characters, at most " + std::to_string(kMostCodePoints) + " are possible");
  }
  Growth growth(code_points);
  auto result = std::make_shared<SpanAutomaton>();
  uint32_t before = 0;
  for (const std::string& text : texts) {
    result->starts_.push_back(before);
    uint32_t last = kStart;
    for (size_t at = 0; at < text.size();) {
      const DecodedChar c = DecodeUtf8(text, at);
      at += c.length;
      last = growth.Extend(last, c.code_point, before + static_cast<uint32_t>(at));
    }
    before += static_cast<uint32_t>(text.size());
  }

  const auto& states = growth.states();
  result->states_.reserve(states.size() + 1);
  result->edges_.reserve(growth.edges().size());
  for (const Growth::State& state : states) {
    const size_t begin = result->edges_.size();
    result->states_.push_back({static_cast<uint32_t>(begin), 0, state.end});
    for (uint32_t e = state.first_edge; e != kNone; e = growth.edges()[e].next) {
      result->edges_.push_back({growth.edges()[e].code_point, growth.edges()[e].target});
    }
    std::ranges::sort(std::span(result->edges_).subspan(begin), {}, &Edge::code_point);
  }
  result->states_.push_back({static_cast<uint32_t>(result->edges_.size()), 0, 0});
  for (const uint32_t state : LongestFirst(states)) {
    for (const Edge& edge : result->Edges(state)) {
      result->states_[state].longest =
          std::max(result->states_[state].longest, result->states_[edge.target].longest + 1);
    }
  }
  return result;
}

uint32_t SpanAutomaton::Next(uint32_t state, char32_t code_point) const {
  const std::span<const Edge> edges = Edges(state);
  const auto it = std::ranges::lower_bound(edges, code_point, {}, &Edge::code_point);
  return it != edges.end() && it->code_point == code_point ? it->target : kNowhere;
}

std::optional<SpanAutomaton::Place> SpanAutomaton::Find(std::string_view span) const {
  if (starts_.empty() || ValidUtf8Prefix(span) < span.size()) return std::nullopt;
  if (span.empty()) return Place{};
  uint32_t state = kStart;
  for (size_t at = 0; at < span.size();) {
    const DecodedChar c = DecodeUtf8(span, at);
    at += c.length;
    state = Next(state, c.code_point);
    if (state == kNowhere) return std::nullopt;
  }
  const size_t begin = states_[state].end - span.size();
  const auto text = std::ranges::upper_bound(starts_, begin) - starts_.begin() - 1;
  return Place{static_cast<size_t>(text), begin - starts_[static_cast<size_t>(text)]};
}

}  // namespace bantam::grammar
