// RegexPool::Impl: the nodes of a pool and what is remembered about them. Only for regex_*.cc.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "grammar/regex/code_point_classes.h"
#include "grammar/regex/regex_lengths.h"
#include "grammar/regex/regex_pool.h"
#include "grammar/regex/span_lengths.h"

namespace bantam::grammar {

enum class RegexKind : uint8_t {
  kNothing,
  kEmpty,
  kAnything,
  kClass,   // a: index of the set
  kConcat,  // a, then b; a is no kConcat
  kRepeat,  // a, min to max times
  kEither,  // a, b: where its options begin in the lists, and how many
  kBoth,    // the same
  kNot,     // a
  kSpan,    // the spans that go on from state a of the source
};

// What is known about the texts of an expression.
enum class RegexLife : uint8_t {
  kUnknown,  // `least` is a lower bound
  kAlive,    // there is one; `least` is a lower bound
  kExact,    // the shortest has `least` code points
  kDead,     // there is none
};

struct RegexNode {
  RegexKind kind = RegexKind::kNothing;
  RegexLife life = RegexLife::kUnknown;
  bool nullable = false;
  bool dense = false;   // exact, and texts of every length from `least` to `longest` exist
  bool single = false;  // there is exactly one text
  uint8_t plain = 0;    // AliveAfterAnyPlain: 0 unknown, 1 yes, 2 no
  uint8_t loops = 0;    // LoopsOnPlain: the same
  bool spans = false;   // there is a kSpan in it
  bool wide = false;    // there is a class of many ranges in it
  uint8_t asked = 0;    // how often it was derived without its segments
  // Classes that its texts may begin with, as often as they are met, and their ranges in sum.
  uint32_t heads = 0;
  uint32_t ranges = 0;
  uint16_t depth = 0;  // of nesting; the tail of a kConcat is not deeper than it
  uint32_t a = 0;
  uint32_t b = 0;
  uint32_t segments = 0;  // index + 1 of its span of segments; 0: not computed
  uint32_t mark = 0;      // scratch of an exploration; 0 outside
  uint64_t min = 0;
  uint64_t max = 0;
  uint64_t least = 0;
  uint64_t longest = 0;  // no text is longer
};

// The code points [first, last] lead to `target`, which is never kNothing.
struct RegexSegment {
  char32_t first;
  char32_t last;
  RegexId target;
};

inline uint64_t SaturatingAdd(uint64_t a, uint64_t b) {
  return a > ~b ? RegexPool::kUnbounded : a + b;
}
inline uint64_t SaturatingMul(uint64_t a, uint64_t b) {
  return b != 0 && a > RegexPool::kUnbounded / b ? RegexPool::kUnbounded : a * b;
}
// One less, where kUnbounded and 0 stay.
inline uint64_t LessOne(uint64_t n) {
  return n == 0 || n == RegexPool::kUnbounded ? n : n - 1;
}

struct RegexPool::Impl {
  static constexpr uint16_t kMaxDepth = 1000;  // Collect recurses this deep at most
  static constexpr RegexId kAnyOne = 3;        // one code point, whichever

  explicit Impl(const Limits& pool_limits);

  // regex_build.cc: the constructors that keep expressions in a normal form.
  RegexId Intern(const RegexNode& node, std::span<const RegexId> list);
  RegexId Class(const CodePointSet& set);
  RegexId Character(char32_t c);
  RegexId Concat(RegexId head, RegexId tail);
  RegexId Repeat(RegexId id, uint64_t min, uint64_t max);
  RegexId Not(RegexId id);
  RegexId Span(uint32_t state);
  // regex_either.cc, regex_both.cc
  RegexId Either(std::span<const RegexId> options);
  RegexId Either(RegexId a, RegexId b) { return Either(std::array{a, b}); }
  RegexId Both(std::span<const RegexId> parts);
  RegexId Both(RegexId a, RegexId b) { return Both(std::array{a, b}); }

  // regex_transitions.cc
  // The segments of a state, ascending and disjoint; valid until the next call.
  std::span<const RegexSegment> Segments(RegexId id);
  RegexId Derive(RegexId id, char32_t code_point) {
    if (code_point < 128 && table_of[id] != 0) return tables[table_of[id] - 1][code_point];
    return DeriveAnew(id, code_point);
  }

  RegexId DeriveAlone(RegexId id, char32_t code_point, Memo& memo);

  // The states that a state leads to, each once, in the order of their ids.
  void Targets(RegexId id, std::vector<RegexId>& out);

  // regex_life.cc: afterwards the node is kExact or kDead.
  void Resolve(RegexId id);
  bool IsResolved(RegexId id) const {
    return nodes[id].life == RegexLife::kExact || nodes[id].life == RegexLife::kDead;
  }
  bool Alive(RegexId id);
  uint64_t ShortestLength(RegexId id);

  // regex_shortest.cc
  std::string Shortest(RegexId id);
  std::string FewestBytes(RegexId id, TextForm form);
  std::optional<RegexId> OnlyShortest(RegexId id);

  // helpers
  std::span<const RegexId> List(RegexId id) const {
    return std::span(lists).subspan(nodes[id].a, nodes[id].b);
  }
  bool IsKind(RegexId id, RegexKind kind) const { return nodes[id].kind == kind; }
  // id as a repeat of `base`: (base, min, max); every expression repeats itself once.
  struct Counted {
    RegexId base;
    uint64_t min;
    uint64_t max;
  };
  Counted AsCounted(RegexId id) const {
    const RegexNode& node = nodes[id];
    if (id == kAnything) return {kAnyOne, 0, kUnbounded};
    if (node.kind == RegexKind::kRepeat) return {node.a, node.min, node.max};
    return {id, 1, 1};
  }
  // The first expression of a sequence and the rest of it.
  std::pair<RegexId, RegexId> Split(RegexId id) const {
    if (IsKind(id, RegexKind::kConcat)) return {nodes[id].a, nodes[id].b};
    return {id, kEmpty};
  }

  std::vector<RegexNode> nodes;
  std::vector<RegexId> lists;
  std::vector<CodePointSet> sets;
  std::vector<RegexSegment> segments;
  std::vector<std::pair<uint32_t, uint32_t>> segment_spans;  // offset, count
  std::vector<uint32_t> table_of;  // [node]: index + 1 of its ASCII table; 0: none
  std::vector<std::array<RegexId, 128>> tables;
  std::unordered_map<RegexId, uint64_t> most_after_plain;  // of those of which `plain` is 1
  std::array<RegexId, 128> ascii_classes = {};             // of one character; 0: not made
  std::vector<uint32_t> buckets;                           // open addressing: node index + 1
  std::unordered_multimap<uint64_t, uint32_t> set_index;
  std::unordered_map<RegexId, std::pair<uint32_t, uint32_t>> length_index;  // profile, state
  std::vector<std::unique_ptr<RegexLengths>> length_profiles;
  std::shared_ptr<const SpanAutomaton> source;  // null: there are no spans
  SpanLengths span_lengths;
  Limits limits;
  Room room;
  // Segments looked at since the beginning, to make others of them, and parts that were derived.
  uint64_t work = 0;
  uint64_t dear_work = 0;  // of the questions that took much of it
  uint64_t most_work = kUnbounded;

  bool exhausted() const { return room.exhausted; }
  void CountWork(uint64_t steps) {
    work += steps;
    if (work > most_work) Exhaust();
  }

 private:
  // After nodes, lists or segments have grown.
  void CountUsed() {
    const size_t kept = std::max(lists.size(), segments.size()) / 4;
    room.used = static_cast<uint32_t>(std::max(nodes.size(), kept));
  }
  RegexId Exhaust() {
    room.exhausted = true;
    return kNothing;
  }
  uint64_t Hash(const RegexNode& node, std::span<const RegexId> list) const;
  bool Same(RegexId id, const RegexNode& node, std::span<const RegexId> list) const;
  void GrowBuckets();
  bool IsWide(const RegexNode& node, std::span<const RegexId> list) const;
  void MeasureHeads(RegexNode& node, std::span<const RegexId> list) const;
  RegexId Cons(RegexId head, RegexId tail);
  void MeasureConcat(RegexNode& node) const;
  void MeasureRepeat(RegexNode& node) const;

  bool FlattenEither(std::span<const RegexId> options, std::vector<RegexId>& flat);
  bool MergeCounted(std::vector<RegexId>& flat);
  RegexId MakeEither(std::span<const RegexId> options);
  bool FlattenBoth(std::span<const RegexId> parts, std::vector<RegexId>& flat);
  std::optional<RegexId> FilterSingles(std::span<const RegexId> parts);
  bool MeetCounted(std::vector<RegexId>& flat);
  std::optional<RegexId> DrawOutSpans(std::span<const RegexId> parts);
  RegexId MakeBoth(std::span<const RegexId> parts);
  bool SingleText(RegexId id, size_t max_length, std::vector<char32_t>& text) const;

  void Collect(RegexId id, std::vector<RegexSegment>& out);
  void Compute(RegexId id, std::vector<RegexSegment>& out);
  void ComputeConcat(RegexId id, std::vector<RegexSegment>& out);
  void ComputeList(RegexId id, std::vector<RegexSegment>& out);
  void ComputeNot(RegexId id, std::vector<RegexSegment>& out);
  bool DeriveClasses(RegexId id);
  void Sweep(std::vector<RegexSegment>& in, size_t required, std::vector<RegexSegment>& out);
  void MakeTable(RegexId id);
  RegexId DeriveAnew(RegexId id, char32_t code_point);
  RegexId DeriveParts(RegexId id, char32_t code_point, Memo& memo);

  void ResolveParts(RegexId id);
  bool ResolveByLengths(RegexId id);
  bool ResolveBySpans(RegexId id);
  void Explore(RegexId id);
  const RegexLengths* LengthsOf(RegexId id, uint32_t& state);

  CodePointClasses classes;       // that all sets tell apart
  std::vector<Memo> class_memos;  // [classes]
  size_t memoized = 0;            // entries of all
  std::vector<RegexId> by_class;  // [classes] DeriveClasses
};

}  // namespace bantam::grammar
