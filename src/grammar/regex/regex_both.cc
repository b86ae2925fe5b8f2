// Intersection: associative, commutative, idempotent; repeats of classes meet in one, and finite
// sets of texts are tried one by one.
#include "grammar/regex/regex_impl.h"

namespace bantam::grammar {

RegexId RegexPool::Impl::Both(std::span<const RegexId> parts) {
  if (parts.size() == 2 && parts[0] == parts[1]) return parts[0];
  std::vector<RegexId> flat;
  std::vector<RegexId> input(parts.begin(), parts.end());
  while (true) {
    flat.clear();
    if (!FlattenBoth(input, flat)) return kNothing;
    if (flat.empty()) return kAnything;
    if (flat.size() == 1) return flat[0];
    if (!MeetCounted(flat)) break;
    input = flat;  // shorter by at least one each time
  }
  if (const auto filtered = FilterSingles(flat)) return *filtered;
  if (const auto drawn_out = DrawOutSpans(flat)) return *drawn_out;
  return MakeBoth(flat);
}

// Collects the parts of parts, sorted, each once. False: they contradict each other.
bool RegexPool::Impl::FlattenBoth(std::span<const RegexId> parts, std::vector<RegexId>& flat) {
  for (const RegexId id : parts) {
    if (id == kNothing) return false;
    if (id == kAnything) continue;
    if (IsKind(id, RegexKind::kBoth)) {
      const auto inner = List(id);
      flat.insert(flat.end(), inner.begin(), inner.end());
    } else {
      flat.push_back(id);
    }
  }
  std::ranges::sort(flat);
  flat.erase(std::unique(flat.begin(), flat.end()), flat.end());
  if (!flat.empty() && flat[0] == kEmpty) {
    for (const RegexId id : flat) {
      if (!nodes[id].nullable) return false;
    }
    flat.resize(1);
    return true;
  }
  uint64_t least = 0;
  uint64_t longest = kUnbounded;
  for (const RegexId id : flat) {
    least = std::max(least, nodes[id].least);
    longest = std::min(longest, nodes[id].longest);
    if (IsKind(id, RegexKind::kNot) && std::ranges::binary_search(flat, nodes[id].a)) return false;
  }
  return least <= longest;
}

// S{a,b} & T{c,d} = (S&T){max(a,c),min(b,d)} for classes S and T; lengths that the other parts
// have anyway fall away. False: nothing has changed.
bool RegexPool::Impl::MeetCounted(std::vector<RegexId>& flat) {
  std::vector<RegexId> rest;
  CodePointSet set = CodePointSet::All();
  uint64_t min = 0;
  uint64_t max = kUnbounded;
  uint64_t least = 0;
  uint64_t longest = kUnbounded;
  size_t met = 0;
  bool any_one = true;
  for (const RegexId id : flat) {
    const Counted counted = AsCounted(id);
    if (!IsKind(counted.base, RegexKind::kClass)) {
      rest.push_back(id);
      least = std::max(least, nodes[id].least);
      longest = std::min(longest, nodes[id].longest);
      continue;
    }
    ++met;
    if (counted.base != kAnyOne) {
      const CodePointSet& other = sets[nodes[counted.base].a];
      set = any_one ? other : set.Intersect(other);
      any_one = false;
    }
    min = std::max(min, counted.min);
    max = std::min(max, counted.max);
  }
  if (met == 0) return false;
  const bool implied = any_one && !rest.empty() && min <= least && max >= longest;
  if (met == 1 && !implied) return false;
  if (!implied) rest.push_back(Repeat(Class(set), min, max));
  flat = std::move(rest);
  return true;
}

// The only text of `id`, a `single` one; false if it is longer than `max_length`.
bool RegexPool::Impl::SingleText(RegexId id, size_t max_length, std::vector<char32_t>& text) const {
  text.clear();
  if (nodes[id].least > max_length) return false;
  std::vector<std::pair<RegexId, uint64_t>> todo = {{id, 1}};
  while (!todo.empty()) {
    auto& [top, times] = todo.back();
    if (times == 0) {
      todo.pop_back();
      continue;
    }
    --times;
    const RegexNode& node = nodes[top];
    if (node.kind == RegexKind::kClass) {
      text.push_back(sets[node.a].ranges()[0].first);
    } else if (node.kind == RegexKind::kRepeat) {
      todo.emplace_back(node.a, node.min);
    } else if (node.kind == RegexKind::kConcat) {
      if (times == 0) todo.pop_back();
      todo.emplace_back(node.b, 1);
      todo.emplace_back(node.a, 1);
    }
  }
  return true;
}

// If a part is a set of single texts: those of them that the other parts match.
std::optional<RegexId> RegexPool::Impl::FilterSingles(std::span<const RegexId> parts) {
  constexpr size_t kMaxCharacters = 1 << 20;
  size_t chosen = parts.size();
  std::vector<RegexId> options;
  for (size_t i = 0; i < parts.size() && chosen == parts.size(); ++i) {
    if (nodes[parts[i]].single) {
      options = {parts[i]};
    } else if (IsKind(parts[i], RegexKind::kEither)) {
      const auto list = List(parts[i]);
      options.assign(list.begin(), list.end());
    } else {
      continue;
    }
    size_t characters = 0;
    bool single = true;
    for (const RegexId id : options) {
      single &= nodes[id].single;
      characters += static_cast<size_t>(std::min<uint64_t>(nodes[id].least, kMaxCharacters));
    }
    if (single && characters < kMaxCharacters) chosen = i;
  }
  if (chosen == parts.size()) return std::nullopt;
  std::vector<RegexId> kept;
  std::vector<char32_t> text;
  for (const RegexId option : options) {
    if (!SingleText(option, kMaxCharacters, text)) return std::nullopt;
    bool matched = true;
    for (size_t i = 0; i < parts.size() && matched; ++i) {
      if (i == chosen) continue;
      RegexId state = parts[i];
      for (const char32_t c : text) state = Derive(state, c);
      matched = nodes[state].nullable;
    }
    if (matched) kept.push_back(option);
  }
  return Either(kept);
}

// x & (s|t) = x&s | x&t where only s has to do with spans: those are worked out for intersections
// that have them as a part.
std::optional<RegexId> RegexPool::Impl::DrawOutSpans(std::span<const RegexId> parts) {
  constexpr size_t kMost = 8;
  std::optional<size_t> chosen;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!IsKind(parts[i], RegexKind::kEither) || !nodes[parts[i]].spans) continue;
    if (chosen) return std::nullopt;  // each of them would double what comes of it
    chosen = i;
  }
  if (!chosen) return std::nullopt;
  std::vector<RegexId> with;
  std::vector<RegexId> without;
  for (const RegexId option : List(parts[*chosen])) {
    (nodes[option].spans ? with : without).push_back(option);
  }
  if (with.size() > kMost) return std::nullopt;
  with.push_back(Either(without));
  std::vector<RegexId> met(parts.begin(), parts.end());
  for (RegexId& option : with) {
    met[*chosen] = option;
    option = Both(met);
  }
  return Either(with);
}

RegexId RegexPool::Impl::MakeBoth(std::span<const RegexId> parts) {
  RegexNode node;
  node.kind = RegexKind::kBoth;
  node.nullable = true;
  node.longest = kUnbounded;
  for (const RegexId id : parts) {
    const RegexNode& part = nodes[id];
    node.nullable &= part.nullable;
    node.spans |= part.spans;
    node.least = std::max(node.least, part.least);
    node.longest = std::min(node.longest, part.longest);
    node.depth = std::max<uint16_t>(node.depth, part.depth + 1);
    if (part.life == RegexLife::kDead) node.life = RegexLife::kDead;
  }
  if (node.nullable) node.life = RegexLife::kExact;
  // A text of every length and some lengths: the shortest is known at once.
  if (parts.size() == 2 && nodes[parts[0]].dense && nodes[parts[1]].dense &&
      (AsCounted(parts[0]).base == kAnyOne || AsCounted(parts[1]).base == kAnyOne)) {
    node.life = RegexLife::kExact;
    node.dense = true;
  }
  return Intern(node, parts);
}

}  // namespace bantam::grammar
