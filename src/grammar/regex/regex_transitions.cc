// The automaton: for each state, which code points lead where, computed when first asked for.
#include "grammar/regex/regex_impl.h"

namespace bantam::grammar {
namespace {

// Appends to ascending segments, joining what touches and leads to the same state.
void Emit(char32_t first, char32_t last, RegexId target, std::vector<RegexSegment>& out) {
  if (target == RegexPool::kNothing) return;
  if (!out.empty() && out.back().target == target && out.back().last + 1 == first) {
    out.back().last = last;
  } else {
    out.push_back({first, last, target});
  }
}

// Replaces the targets from `begin` on; neighbours mostly have the same.
template <typename F>
void MapTargets(std::vector<RegexSegment>& segments, size_t begin, F function) {
  RegexId before = RegexPool::kNothing;
  RegexId after = RegexPool::kNothing;
  size_t kept = begin;
  for (size_t i = begin; i < segments.size(); ++i) {
    if (segments[i].target != before) {
      before = segments[i].target;
      after = function(before);
    }
    if (after == RegexPool::kNothing) continue;
    segments[kept] = segments[i];
    segments[kept++].target = after;
  }
  segments.resize(kept);
}

}  // namespace

std::span<const RegexSegment> RegexPool::Impl::Segments(RegexId id) {
  if (nodes[id].segments == 0) {
    std::vector<RegexSegment> out;
    if (work <= most_work) Compute(id, out);
    CountWork(1 + out.size());
    if (segments.size() + out.size() > uint64_t{limits.expressions} * 4) {
      Exhaust();
      out.clear();
    }
    segment_spans.emplace_back(static_cast<uint32_t>(segments.size()),
                               static_cast<uint32_t>(out.size()));
    segments.insert(segments.end(), out.begin(), out.end());
    CountUsed();
    nodes[id].segments = static_cast<uint32_t>(segment_spans.size());
  }
  const auto [offset, count] = segment_spans[nodes[id].segments - 1];
  return std::span<const RegexSegment>(segments).subspan(offset, count);
}

// Appends the segments of `id`. What is cheap to compute is not remembered.
void RegexPool::Impl::Collect(RegexId id, std::vector<RegexSegment>& out) {
  const RegexNode& node = nodes[id];
  const bool cheap = node.kind <= RegexKind::kClass || node.kind == RegexKind::kSpan ||
                     (node.kind == RegexKind::kConcat && IsKind(node.a, RegexKind::kClass));
  if (cheap && node.segments == 0) {
    Compute(id, out);
  } else {
    const auto found = Segments(id);
    out.insert(out.end(), found.begin(), found.end());
  }
}

void RegexPool::Impl::Compute(RegexId id, std::vector<RegexSegment>& out) {
  if (DeriveClasses(id)) {
    const auto intervals = classes.intervals();
    for (size_t i = 0; i < intervals.size(); ++i) {
      Emit(intervals[i].first, classes.EndOf(i) - 1, by_class[intervals[i].of], out);
    }
    return;
  }
  const RegexNode node = nodes[id];
  switch (node.kind) {
    case RegexKind::kNothing:
    case RegexKind::kEmpty: return;
    case RegexKind::kAnything:
      for (const auto& range : sets[nodes[kAnyOne].a].ranges()) {
        out.push_back({range.first, range.last, kAnything});
      }
      return;
    case RegexKind::kClass:
      for (const auto& range : sets[node.a].ranges()) {
        out.push_back({range.first, range.last, kEmpty});
      }
      return;
    case RegexKind::kConcat: return ComputeConcat(id, out);
    case RegexKind::kRepeat: {
      const size_t begin = out.size();
      Collect(node.a, out);
      const RegexId rest = Repeat(node.a, LessOne(node.min), LessOne(node.max));
      MapTargets(out, begin, [&](RegexId target) { return Concat(target, rest); });
      return;
    }
    case RegexKind::kEither:
    case RegexKind::kBoth: return ComputeList(id, out);
    case RegexKind::kNot: return ComputeNot(id, out);
    case RegexKind::kSpan:
      for (const SpanAutomaton::Edge& edge : source->Edges(node.a)) {
        Emit(edge.code_point, edge.code_point, Span(edge.target), out);
      }
      return;
  }
}

// Walks along the sequence as far as the text may begin, without recursion.
void RegexPool::Impl::ComputeConcat(RegexId id, std::vector<RegexSegment>& out) {
  std::vector<RegexSegment> all;
  size_t options = 0;
  for (bool more = true; more && id != kEmpty; ++options) {
    const auto [head, tail] = Split(id);
    const size_t begin = all.size();
    Collect(head, all);
    MapTargets(all, begin, [&](RegexId target) { return Concat(target, tail); });
    more = nodes[head].nullable;
    id = tail;
  }
  if (options == 1) {
    for (const RegexSegment& s : all) Emit(s.first, s.last, s.target, out);
  } else {
    Sweep(all, 0, out);
  }
}

void RegexPool::Impl::ComputeList(RegexId id, std::vector<RegexSegment>& out) {
  const auto list = List(id);
  const std::vector<RegexId> parts(list.begin(), list.end());  // `lists` may grow
  std::vector<RegexSegment> all;
  for (const RegexId part : parts) Collect(part, all);
  Sweep(all, IsKind(id, RegexKind::kBoth) ? parts.size() : 0, out);
}

void RegexPool::Impl::ComputeNot(RegexId id, std::vector<RegexSegment>& out) {
  std::vector<RegexSegment> inner;
  Collect(nodes[id].a, inner);
  const auto gap = [&](char32_t first, char32_t last) {
    const CodePointSet set = CodePointSet::Of(first, last);  // without surrogates
    for (const auto& range : set.ranges()) Emit(range.first, range.last, kAnything, out);
  };
  char32_t next = 0;
  for (const RegexSegment& s : inner) {
    if (s.first > next) gap(next, s.first - 1);
    Emit(s.first, s.last, Not(s.target), out);
    next = s.last + 1;
  }
  if (next <= CodePointSet::kLast) gap(next, CodePointSet::kLast);
}

// Where each class of code points leads, for a state that tells letters of Unicode apart in many
// ways: there are thousands of ranges, but seldom more than fifty classes. False: where ranges are
// as good.
bool RegexPool::Impl::DeriveClasses(RegexId id) {
  constexpr size_t kMostMemoized = 500'000;
  constexpr uint64_t kRangesAClass = 4;  // that are cut and sorted while one class is derived
  const RegexNode& node = nodes[id];
  if (!node.wide || node.spans || node.kind <= RegexKind::kClass) return false;
  if (classes.Learn(sets) || memoized > kMostMemoized) {
    class_memos.clear();
    memoized = 0;
  }
  if (classes.gave_up() || node.ranges < kRangesAClass * classes.count() * node.heads) return false;
  class_memos.resize(classes.count());
  // Deriving may come here again. What it makes are unions and intersections of sets: no new class.
  std::vector<RegexId> targets;
  for (size_t i = 0; i < class_memos.size(); ++i) {
    if (i == CodePointClasses::kSurrogates) {
      targets.push_back(kNothing);  // no text holds them, not even one of a Not
      continue;
    }
    Memo memo = std::exchange(class_memos[i], {});
    const size_t known = memo.size();
    targets.push_back(DeriveParts(id, classes.representatives()[i], memo));
    memoized += memo.size() - known;
    class_memos[i] = std::move(memo);
  }
  CountWork(targets.size());
  by_class = std::move(targets);
  return true;
}

void RegexPool::Impl::Targets(RegexId id, std::vector<RegexId>& out) {
  out.clear();
  if (nodes[id].segments == 0 && DeriveClasses(id)) {
    out = by_class;
  } else {
    for (const RegexSegment& s : Segments(id)) {
      if (out.empty() || out.back() != s.target) out.push_back(s.target);
    }
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (!out.empty() && out[0] == kNothing) out.erase(out.begin());
}

// Cuts overlapping segments into disjoint ones that lead to the alternation of their targets or,
// if `required` is not 0, to the intersection where so many overlap.
void RegexPool::Impl::Sweep(std::vector<RegexSegment>& in, size_t required,
                            std::vector<RegexSegment>& out) {
  CountWork(in.size());
  std::ranges::sort(in, {}, &RegexSegment::first);
  std::vector<char32_t> cuts;
  for (const RegexSegment& s : in) {
    cuts.push_back(s.first);
    cuts.push_back(s.last + 1);
  }
  std::ranges::sort(cuts);
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::vector<uint32_t> active;
  std::vector<RegexId> targets;
  std::vector<std::pair<std::vector<RegexId>, RegexId>> seen;  // the last few, most are the same
  size_t next = 0;
  for (size_t i = 0; i + 1 < cuts.size(); ++i) {
    std::erase_if(active, [&](uint32_t s) { return in[s].last < cuts[i]; });
    for (; next < in.size() && in[next].first == cuts[i]; ++next) {
      active.push_back(static_cast<uint32_t>(next));
    }
    CountWork(active.size());
    if (work > most_work) return;
    if (active.empty() || active.size() < required) continue;
    targets.clear();
    for (const uint32_t s : active) targets.push_back(in[s].target);
    std::ranges::sort(targets);
    auto it = std::ranges::find_if(seen, [&](const auto& entry) { return entry.first == targets; });
    if (it == seen.end()) {
      if (seen.size() == 16) seen.erase(seen.begin());
      seen.emplace_back(targets, required == 0 ? Either(targets) : Both(targets));
      it = std::prev(seen.end());
    }
    Emit(cuts[i], cuts[i + 1] - 1, it->second, out);
  }
}

void RegexPool::Impl::MakeTable(RegexId id) {
  constexpr size_t kFew = 8;
  const auto found = Segments(id);
  if (nodes[id].spans && found.size() <= kFew) return;      // most of very many states
  if (tables.size() >= limits.expressions / 8 + 1) return;  // 512 bytes each
  tables.emplace_back();
  tables.back().fill(kNothing);
  for (const RegexSegment& s : found) {
    for (char32_t c = s.first; c <= s.last && c < 128; ++c) tables.back()[c] = s.target;
  }
  table_of[id] = static_cast<uint32_t>(tables.size());
}

// Where there is no table yet, or none for this code point. The segments of a state that tells
// letters of Unicode apart take a hundred times as long as one step: many states are met only once.
RegexId RegexPool::Impl::DeriveAnew(RegexId id, char32_t code_point) {
  constexpr uint8_t kSeldom = 64;
  if (IsKind(id, RegexKind::kSpan)) {
    const uint32_t next = source->Next(nodes[id].a, code_point);
    return next == SpanAutomaton::kNowhere ? kNothing : Span(next);
  }
  if (nodes[id].segments == 0 && nodes[id].wide && nodes[id].asked < kSeldom) {
    ++nodes[id].asked;
    Memo memo;
    return DeriveAlone(id, code_point, memo);
  }
  if (code_point < 128) {
    if (table_of[id] == 0) MakeTable(id);
    if (table_of[id] != 0) return tables[table_of[id] - 1][code_point];
  }
  const auto found = Segments(id);
  const auto it = std::ranges::partition_point(
      found, [&](const RegexSegment& s) { return s.last < code_point; });
  return it != found.end() && it->first <= code_point ? it->target : kNothing;
}

RegexId RegexPool::Impl::DeriveAlone(RegexId id, char32_t code_point, Memo& memo) {
  const RegexNode& node = nodes[id];
  switch (node.kind) {
    case RegexKind::kNothing:
    case RegexKind::kEmpty: return kNothing;
    case RegexKind::kAnything: return sets[nodes[kAnyOne].a].Has(code_point) ? id : kNothing;
    case RegexKind::kClass: return sets[node.a].Has(code_point) ? kEmpty : kNothing;
    case RegexKind::kSpan: return Derive(id, code_point);
    default: break;
  }
  if (node.segments != 0 || !node.wide) return Derive(id, code_point);
  if (const auto it = memo.find(id); it != memo.end()) return it->second;
  const RegexId derived = DeriveParts(id, code_point, memo);
  memo.emplace(id, derived);
  return derived;
}

// As Compute does for all code points at once.
RegexId RegexPool::Impl::DeriveParts(RegexId id, char32_t code_point, Memo& memo) {
  const RegexNode node = nodes[id];
  const bool has_list = node.kind == RegexKind::kEither || node.kind == RegexKind::kBoth;
  CountWork(has_list ? node.b : 1);
  if (work > most_work) return kNothing;
  if (node.kind == RegexKind::kNot) return Not(DeriveAlone(node.a, code_point, memo));
  if (node.kind == RegexKind::kRepeat) {
    const RegexId first = DeriveAlone(node.a, code_point, memo);
    if (first == kNothing) return kNothing;
    return Concat(first, Repeat(node.a, LessOne(node.min), LessOne(node.max)));
  }
  std::vector<RegexId> targets;
  if (node.kind == RegexKind::kConcat) {
    for (bool more = true; more && id != kEmpty;) {
      const auto [head, tail] = Split(id);
      const RegexId first = DeriveAlone(head, code_point, memo);
      if (first != kNothing) targets.push_back(Concat(first, tail));
      more = nodes[head].nullable;
      id = tail;
    }
    return Either(targets);
  }
  const auto list = List(id);
  for (const RegexId part : std::vector<RegexId>(list.begin(), list.end())) {  // `lists` may grow
    const RegexId target = DeriveAlone(part, code_point, memo);
    if (target != kNothing) targets.push_back(target);
    if (target == kNothing && node.kind == RegexKind::kBoth) return kNothing;
  }
  return node.kind == RegexKind::kBoth ? Both(targets) : Either(targets);
}

}  // namespace bantam::grammar
