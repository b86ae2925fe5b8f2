// Hash-consing and the constructors for classes, sequences, repeats and complements.
#include <bit>

#include "base/check.h"
#include "grammar/regex/regex_impl.h"

namespace bantam::grammar {
namespace {

uint64_t Mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 29);
}

}  // namespace

RegexPool::Impl::Impl(const Limits& pool_limits) : limits(pool_limits) {
  buckets.resize(1024);
  RegexNode node;
  node.life = RegexLife::kDead;
  Intern(node, {});  // kNothing
  node.kind = RegexKind::kEmpty;
  node.life = RegexLife::kExact;
  node.nullable = node.dense = node.single = true;
  Intern(node, {});
  node.kind = RegexKind::kAnything;
  node.single = false;
  node.longest = kUnbounded;
  Intern(node, {});
  CHECK(Class(CodePointSet::All()) == kAnyOne);
}

uint64_t RegexPool::Impl::Hash(const RegexNode& node, std::span<const RegexId> list) const {
  uint64_t hash = Mix(0, static_cast<uint64_t>(node.kind));
  for (const RegexId id : list) hash = Mix(hash, id);
  if (!list.empty()) return hash;
  hash = Mix(hash, (uint64_t{node.a} << 32) | node.b);
  return node.kind == RegexKind::kRepeat ? Mix(Mix(hash, node.min), node.max) : hash;
}

bool RegexPool::Impl::Same(RegexId id, const RegexNode& node, std::span<const RegexId> list) const {
  const RegexNode& other = nodes[id];
  if (other.kind != node.kind) return false;
  if (!list.empty()) return std::ranges::equal(List(id), list);
  return other.a == node.a && other.b == node.b && other.min == node.min && other.max == node.max;
}

void RegexPool::Impl::GrowBuckets() {
  std::vector<uint32_t> grown(buckets.size() * 2);
  for (RegexId id = 0; id < nodes.size(); ++id) {
    const bool has_list =
        nodes[id].kind == RegexKind::kEither || nodes[id].kind == RegexKind::kBoth;
    uint64_t at = Hash(nodes[id], has_list ? List(id) : std::span<const RegexId>());
    while (grown[at & (grown.size() - 1)] != 0) ++at;
    grown[at & (grown.size() - 1)] = id + 1;
  }
  buckets = std::move(grown);
}

bool RegexPool::Impl::IsWide(const RegexNode& node, std::span<const RegexId> list) const {
  constexpr size_t kManyRanges = 32;
  switch (node.kind) {
    case RegexKind::kClass: return sets[node.a].ranges().size() > kManyRanges;
    case RegexKind::kConcat: return nodes[node.a].wide || nodes[node.b].wide;
    case RegexKind::kRepeat:
    case RegexKind::kNot: return nodes[node.a].wide;
    default: return std::ranges::any_of(list, [&](RegexId part) { return nodes[part].wide; });
  }
}

void RegexPool::Impl::MeasureHeads(RegexNode& node, std::span<const RegexId> list) const {
  constexpr uint32_t kMany = 1 << 24;
  const auto add = [&](RegexId part) {
    node.heads = std::min(kMany, node.heads + nodes[part].heads);
    node.ranges = std::min(kMany, node.ranges + nodes[part].ranges);
  };
  if (node.kind == RegexKind::kClass) {
    node.heads = 1;
    node.ranges = static_cast<uint32_t>(sets[node.a].ranges().size());
  } else if (node.kind == RegexKind::kConcat || node.kind == RegexKind::kRepeat ||
             node.kind == RegexKind::kNot) {
    add(node.a);
    if (node.kind == RegexKind::kConcat && nodes[node.a].nullable) add(node.b);
  }
  for (const RegexId part : list) add(part);
}

// `list` must not point into `lists`.
RegexId RegexPool::Impl::Intern(const RegexNode& node, std::span<const RegexId> list) {
  if (buckets.size() < 2 * nodes.size()) GrowBuckets();
  const uint64_t mask = buckets.size() - 1;
  uint64_t at = Hash(node, list);
  for (; buckets[at & mask] != 0; ++at) {
    if (Same(buckets[at & mask] - 1, node, list)) return buckets[at & mask] - 1;
  }
  const uint64_t list_limit = uint64_t{limits.expressions} * 4;
  if (work > most_work || nodes.size() >= limits.expressions ||
      lists.size() + list.size() > list_limit || node.depth > kMaxDepth) {
    return Exhaust();
  }
  const auto id = static_cast<RegexId>(nodes.size());
  nodes.push_back(node);
  nodes.back().wide = IsWide(node, list);
  MeasureHeads(nodes.back(), list);
  table_of.push_back(0);
  if (!list.empty()) {
    nodes.back().a = static_cast<uint32_t>(lists.size());
    nodes.back().b = static_cast<uint32_t>(list.size());
    lists.insert(lists.end(), list.begin(), list.end());
  }
  CountUsed();
  buckets[at & mask] = id + 1;
  return id;
}

RegexId RegexPool::Impl::Class(const CodePointSet& set) {
  if (set.empty()) return kNothing;
  uint64_t hash = 0;
  for (const auto& range : set.ranges()) hash = Mix(hash, uint64_t{range.first} << 32 | range.last);
  RegexNode node;
  node.kind = RegexKind::kClass;
  node.life = RegexLife::kExact;
  node.dense = true;
  node.least = node.longest = 1;
  node.single = set.ranges().size() == 1 && set.ranges()[0].first == set.ranges()[0].last;
  node.a = static_cast<uint32_t>(sets.size());
  const auto [begin, end] = set_index.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    if (sets[it->second] == set) node.a = it->second;
  }
  if (node.a == sets.size()) {
    if (nodes.size() >= limits.expressions) return Exhaust();
    set_index.emplace(hash, node.a);
    sets.push_back(set);
  }
  return Intern(node, {});
}

// The class of one code point.
RegexId RegexPool::Impl::Character(char32_t c) {
  if (c >= ascii_classes.size()) return Class(CodePointSet::Of(c, c));
  if (ascii_classes[c] == 0) ascii_classes[c] = Class(CodePointSet::Of(c, c));
  return ascii_classes[c];
}

RegexId RegexPool::Impl::Concat(RegexId head, RegexId tail) {
  if (!IsKind(head, RegexKind::kConcat)) return Cons(head, tail);
  std::vector<RegexId> spine;
  while (IsKind(head, RegexKind::kConcat)) {
    spine.push_back(nodes[head].a);
    head = nodes[head].b;
  }
  tail = Cons(head, tail);
  for (size_t i = spine.size(); i-- > 0;) tail = Cons(spine[i], tail);
  return tail;
}

// `head` before `tail`; `head` is no sequence.
RegexId RegexPool::Impl::Cons(RegexId head, RegexId tail) {
  if (head == kNothing || tail == kNothing) return kNothing;
  if (head == kEmpty) return tail;
  if (tail == kEmpty) return head;
  const auto [next, rest] = Split(tail);
  // x{a,b} x{c,d} = x{a+c,b+d}
  const Counted counted = AsCounted(head);
  const Counted follower = AsCounted(next);
  if (counted.base == follower.base) {
    const RegexId merged = Repeat(counted.base, SaturatingAdd(counted.min, follower.min),
                                  SaturatingAdd(counted.max, follower.max));
    return IsKind(merged, RegexKind::kConcat) ? Concat(merged, rest) : Cons(merged, rest);
  }
  if (head == kAnything) {
    if (nodes[tail].nullable) return kAnything;
    if (follower.max > follower.min) {  // more of it than it takes is a part of anything
      return Cons(head, Concat(Repeat(follower.base, follower.min, follower.min), rest));
    }
  }
  if (next == kAnything) {
    if (nodes[head].nullable) return tail;
    if (counted.max > counted.min) {
      return Concat(Repeat(counted.base, counted.min, counted.min), tail);
    }
  }
  RegexNode node;
  node.kind = RegexKind::kConcat;
  node.a = head;
  node.b = tail;
  MeasureConcat(node);
  return Intern(node, {});
}

void RegexPool::Impl::MeasureConcat(RegexNode& node) const {
  const RegexNode& head = nodes[node.a];
  const RegexNode& tail = nodes[node.b];
  node.nullable = head.nullable && tail.nullable;
  node.dense = head.dense && tail.dense;
  node.single = head.single && tail.single;
  node.least = SaturatingAdd(head.least, tail.least);
  node.longest = SaturatingAdd(head.longest, tail.longest);
  node.depth = std::max<uint16_t>(head.depth + 1, tail.depth);
  // kUnknown < kAlive < kExact: as much is known as of both.
  node.life = std::min(head.life, tail.life);
  if (head.life == RegexLife::kDead || tail.life == RegexLife::kDead) node.life = RegexLife::kDead;
}

RegexId RegexPool::Impl::Repeat(RegexId id, uint64_t min, uint64_t max) {
  if (min > max) return kNothing;
  if (id == kNothing) return min == 0 ? kEmpty : kNothing;
  if (max == 0 || id == kEmpty) return kEmpty;
  if (nodes[id].nullable) min = 0;
  if (id == kAnything) return kAnything;
  if (min == 0 && IsKind(id, RegexKind::kEither)) {  // (|x|y)* = (x|y)*
    const auto options = List(id);
    if (std::ranges::find(options, kEmpty) != options.end()) {
      std::vector<RegexId> rest(options.begin(), options.end());
      std::erase(rest, kEmpty);
      return Repeat(Either(rest), 0, max);
    }
  }
  if (min == 1 && max == 1) return id;
  if (IsKind(id, RegexKind::kRepeat)) {
    // (x{a,b}){min,max} = x{a·min,b·max} where no number between is left out.
    const RegexNode& inner = nodes[id];
    const bool no_gap = min == max || SaturatingMul(min + 1, inner.min) <=
                                          SaturatingAdd(SaturatingMul(min, inner.max), 1);
    if (no_gap) {
      return Repeat(inner.a, SaturatingMul(inner.min, min), SaturatingMul(inner.max, max));
    }
  }
  if (id == kAnyOne && min == 0 && max == kUnbounded) return kAnything;
  RegexNode node;
  node.kind = RegexKind::kRepeat;
  node.a = id;
  node.min = min;
  node.max = max;
  if (min == 0 && max == 1 && nodes[id].nullable) return id;
  MeasureRepeat(node);
  return Intern(node, {});
}

void RegexPool::Impl::MeasureRepeat(RegexNode& node) const {
  const RegexNode& inner = nodes[node.a];
  node.nullable = node.min == 0 || inner.nullable;
  node.single = inner.single && node.min == node.max;
  node.least = SaturatingMul(inner.least, node.min);
  node.longest = SaturatingMul(inner.longest, node.max);
  node.depth = inner.depth + 1;
  node.life = node.min == 0 ? RegexLife::kExact : inner.life;
  const uint64_t next = SaturatingMul(inner.least, SaturatingAdd(node.min, 1));
  node.dense = inner.dense && (node.min == node.max ||
                               next <= SaturatingAdd(SaturatingMul(inner.longest, node.min), 1));
}

RegexId RegexPool::Impl::Not(RegexId id) {
  if (id == kNothing) return kAnything;
  if (id == kAnything) return kNothing;
  if (IsKind(id, RegexKind::kNot)) return nodes[id].a;
  const Counted counted = AsCounted(id);
  if (counted.base == kAnyOne) {  // the other lengths
    const RegexId less = counted.min == 0 ? kNothing : Repeat(kAnyOne, 0, counted.min - 1);
    const RegexId more =
        counted.max == kUnbounded ? kNothing : Repeat(kAnyOne, counted.max + 1, kUnbounded);
    return Either(less, more);
  }
  RegexNode node;
  node.kind = RegexKind::kNot;
  node.a = id;
  node.nullable = !nodes[id].nullable;
  node.spans = nodes[id].spans;
  node.least = node.nullable ? 0 : 1;
  node.longest = kUnbounded;
  node.depth = nodes[id].depth + 1;
  if (node.nullable) node.life = RegexLife::kExact;
  return Intern(node, {});
}

// What may follow in a span once the automaton is in `state`.
RegexId RegexPool::Impl::Span(uint32_t state) {
  RegexNode node;
  node.longest = source->longest(state);
  if (node.longest == 0) return kEmpty;
  node.kind = RegexKind::kSpan;
  node.life = RegexLife::kExact;
  node.nullable = node.dense = node.spans = true;
  node.a = state;
  return Intern(node, {});
}

}  // namespace bantam::grammar
