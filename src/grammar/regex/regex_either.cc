// Alternation: associative, commutative, idempotent; classes and counters merge.
#include <tuple>

#include "grammar/regex/regex_impl.h"

namespace bantam::grammar {

RegexId RegexPool::Impl::Either(std::span<const RegexId> options) {
  if (options.size() == 2 && options[0] == options[1]) return options[0];
  std::vector<RegexId> flat;
  std::vector<RegexId> input(options.begin(), options.end());
  while (true) {
    flat.clear();
    if (!FlattenEither(input, flat)) return kAnything;
    if (!MergeCounted(flat)) break;
    input = flat;  // shorter by at least one each time
  }
  if (flat.empty()) return kNothing;
  if (flat.size() == 1) return flat[0];
  if (flat.size() == 2 && flat[0] == kEmpty) return Repeat(flat[1], 0, 1);
  return MakeEither(flat);
}

// Collects the options of options, sorted, each once, classes as one. False: anything matches.
bool RegexPool::Impl::FlattenEither(std::span<const RegexId> options, std::vector<RegexId>& flat) {
  CodePointSet set;
  RegexId only_class = kNothing;
  bool merged = false;
  const auto add = [&](RegexId id) {
    if (IsKind(id, RegexKind::kClass)) {
      if (only_class == kNothing) {
        only_class = id;
      } else if (only_class != id) {
        if (!merged) set = sets[nodes[only_class].a];
        merged = true;
        set.Add(sets[nodes[id].a]);
      }
    } else if (id != kNothing) {
      flat.push_back(id);
    }
  };
  for (const RegexId id : options) {
    if (id == kAnything) return false;
    if (IsKind(id, RegexKind::kEither)) {
      for (const RegexId option : List(id)) add(option);
    } else {
      add(id);
    }
  }
  if (only_class != kNothing) flat.push_back(merged ? Class(set) : only_class);
  std::ranges::sort(flat);
  flat.erase(std::unique(flat.begin(), flat.end()), flat.end());
  if (!flat.empty() && flat[0] == kEmpty) {
    const bool matched =
        std::any_of(flat.begin() + 1, flat.end(), [&](RegexId id) { return nodes[id].nullable; });
    if (matched) flat.erase(flat.begin());
  }
  for (const RegexId id : flat) {  // x|not x
    if (IsKind(id, RegexKind::kNot) && std::ranges::binary_search(flat, nodes[id].a)) return false;
  }
  return true;
}

// x{a,b}t | x{c,d}t = x{min(a,c),max(b,d)}t where the counts overlap or touch, and t counts as
// x{0,0}t: what keeps the states of counted repeats few. False: nothing to merge.
bool RegexPool::Impl::MergeCounted(std::vector<RegexId>& flat) {
  struct Entry {
    RegexId base;
    RegexId tail;
    uint64_t min;
    uint64_t max;
    RegexId id;
  };
  std::vector<Entry> entries;
  bool counters = false;
  for (const RegexId id : flat) {
    const auto [head, tail] = Split(id);
    const Counted counted = AsCounted(head);
    counters |= counted.max > 1;
    entries.push_back({counted.base, tail, counted.min, counted.max, id});
  }
  if (!counters) return false;
  std::ranges::sort(entries, {}, [](const Entry& entry) {
    return std::tuple(entry.base, entry.tail, entry.min, entry.max);
  });
  std::vector<RegexId> out;
  std::vector<RegexId> gone;
  for (size_t i = 0; i < entries.size();) {
    Entry entry = entries[i];
    size_t next = i + 1;
    for (; next < entries.size() && entries[next].base == entry.base &&
           entries[next].tail == entry.tail && entries[next].min <= SaturatingAdd(entry.max, 1);
         ++next) {
      entry.max = std::max(entry.max, entries[next].max);
    }
    const bool with_tail = entry.min == 1 && entry.max > 1 && entry.tail != entry.id &&
                           std::ranges::binary_search(flat, entry.tail);
    if (with_tail) {
      entry.min = 0;
      gone.push_back(entry.tail);
    }
    if (next > i + 1 || with_tail) {
      out.push_back(Concat(Repeat(entry.base, entry.min, entry.max), entry.tail));
    } else {
      out.push_back(entry.id);
    }
    i = next;
  }
  for (const RegexId id : gone) std::erase(out, id);
  std::ranges::sort(out);
  if (out == flat || out.size() >= flat.size()) return false;
  flat = std::move(out);
  return true;
}

RegexId RegexPool::Impl::MakeEither(std::span<const RegexId> options) {
  RegexNode node;
  node.kind = RegexKind::kEither;
  node.least = kUnbounded;
  node.life = RegexLife::kDead;
  uint64_t alive_least = kUnbounded;  // of the options that are exact
  bool all_known = true;
  for (const RegexId id : options) {
    const RegexNode& option = nodes[id];
    node.nullable |= option.nullable;
    node.spans |= option.spans;
    node.depth = std::max<uint16_t>(node.depth, option.depth + 1);
    node.longest = std::max(node.longest, option.longest);
    if (option.life == RegexLife::kDead) continue;
    node.least = std::min(node.least, option.least);
    if (option.life == RegexLife::kExact) alive_least = std::min(alive_least, option.least);
    if (option.life == RegexLife::kUnknown && node.life == RegexLife::kDead) {
      node.life = RegexLife::kUnknown;
    }
    if (option.life == RegexLife::kExact || option.life == RegexLife::kAlive) {
      node.life = RegexLife::kAlive;
    }
    all_known &= option.life == RegexLife::kExact;
  }
  if (node.life == RegexLife::kAlive && (all_known || alive_least <= node.least)) {
    node.life = RegexLife::kExact;
  }
  // Do the options that have every length between their ends cover all between the node's?
  std::vector<std::pair<uint64_t, uint64_t>> spans;
  for (const RegexId id : options) {
    if (nodes[id].dense) spans.emplace_back(nodes[id].least, nodes[id].longest);
  }
  std::ranges::sort(spans);
  node.dense = !spans.empty() && spans[0].first == node.least;
  uint64_t reach = spans.empty() ? 0 : spans[0].second;
  for (const auto& [least, longest] : spans) {
    node.dense &= least <= SaturatingAdd(reach, 1);
    reach = std::max(reach, longest);
  }
  node.dense &= reach >= node.longest;
  return Intern(node, options);
}

}  // namespace bantam::grammar
