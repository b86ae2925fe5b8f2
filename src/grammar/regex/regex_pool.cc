// The public face of the pool, and the questions about plain text.
#include "grammar/regex/regex_pool.h"

#include <map>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/regex/regex_impl.h"

namespace bantam::grammar {

RegexPool::RegexPool() : RegexPool(Limits{}) {}
RegexPool::RegexPool(const Limits& limits)
    : impl_(std::make_unique<Impl>(limits)), room_(&impl_->room) {}
RegexPool::~RegexPool() = default;

uint64_t RegexPool::work() const {
  return impl_->work;
}

void RegexPool::LimitWork(uint64_t most) {
  impl_->most_work = SaturatingAdd(impl_->work, most);
}

RegexId RegexPool::Class(const CodePointSet& set) {
  return impl_->Class(set);
}

RegexId RegexPool::Literal(std::string_view text) {
  std::vector<RegexId> classes;
  for (size_t at = 0; at < text.size();) {
    const DecodedChar c = DecodeUtf8(text, at);
    classes.push_back(impl_->Character(c.code_point));
    at += c.length;
  }
  return Concat(classes);
}

RegexId RegexPool::Concat(std::span<const RegexId> parts) {
  RegexId result = kEmpty;
  for (size_t i = parts.size(); i-- > 0;) result = impl_->Concat(parts[i], result);
  return result;
}

RegexId RegexPool::Either(std::span<const RegexId> options) {
  return impl_->Either(options);
}
RegexId RegexPool::Both(std::span<const RegexId> parts) {
  return impl_->Both(parts);
}
RegexId RegexPool::Not(RegexId id) {
  return impl_->Not(id);
}
RegexId RegexPool::Repeat(RegexId id, uint64_t min, uint64_t max) {
  return impl_->Repeat(id, min, max);
}
RegexId RegexPool::Length(uint64_t min, uint64_t max) {
  return impl_->Repeat(Impl::kAnyOne, min, max);
}
RegexId RegexPool::Spans(std::shared_ptr<const SpanAutomaton> source) {
  CHECK(impl_->source == nullptr || impl_->source == source);
  impl_->source = std::move(source);
  return impl_->Span(SpanAutomaton::kStart);
}

RegexId RegexPool::Derive(RegexId id, char32_t code_point) {
  return impl_->Derive(id, code_point);
}

RegexId RegexPool::DeriveAlone(RegexId id, char32_t code_point, Memo& memo) {
  return impl_->DeriveAlone(id, code_point, memo);
}

bool RegexPool::Matches(RegexId id, std::string_view text) {
  for (size_t at = 0; at < text.size() && id != kNothing && id != kAnything;) {
    const DecodedChar c = DecodeUtf8(text, at);
    id = impl_->Derive(id, c.code_point);
    at += c.length;
  }
  return Nullable(id);
}

bool RegexPool::Nullable(RegexId id) const {
  return impl_->nodes[id].nullable;
}

bool RegexPool::Alive(RegexId id) {
  return impl_->Alive(id);
}
uint64_t RegexPool::ShortestLength(RegexId id) {
  return impl_->ShortestLength(id);
}
std::string RegexPool::Shortest(RegexId id) {
  return impl_->Shortest(id);
}
std::string RegexPool::FewestBytes(RegexId id, TextForm form) {
  return impl_->FewestBytes(id, form);
}

bool RegexPool::AliveWithin(RegexId id, char32_t first, char32_t last) {
  for (size_t i = 0;; ++i) {
    const auto segments = impl_->Segments(id);  // anew: questions move them
    if (i == 0) {
      i = std::ranges::partition_point(segments,
                                       [&](const RegexSegment& s) { return s.last < first; }) -
          segments.begin();
    }
    if (i >= segments.size() || segments[i].first > last) return false;
    if (impl_->Alive(segments[i].target)) return true;
  }
}

std::optional<char32_t> RegexPool::BestWithin(RegexId id, char32_t first, char32_t last) {
  const std::vector<Way> ways = WaysWithin(id, first, last);
  return ways.empty() ? std::nullopt : std::optional(ways[0].code_point);
}

std::vector<RegexPool::Way> RegexPool::WaysWithin(RegexId id, char32_t first, char32_t last) {
  const auto segments = impl_->Segments(id);
  auto it =
      std::ranges::partition_point(segments, [&](const RegexSegment& s) { return s.last < first; });
  std::vector<Way> ways;
  for (; it != segments.end() && it->first <= last; ++it) {
    ways.push_back({std::max(first, it->first), it->target, 0});
  }
  std::ranges::sort(ways, {}, [](const Way& way) { return std::pair(way.target, way.code_point); });
  const auto twice = std::ranges::unique(ways, {}, &Way::target);
  ways.erase(twice.begin(), twice.end());
  std::erase_if(ways, [&](const Way& way) { return !impl_->Alive(way.target); });
  for (Way& way : ways) way.length = impl_->ShortestLength(way.target);
  std::ranges::sort(ways, {}, [](const Way& way) { return std::pair(way.length, way.code_point); });
  return ways;
}

std::optional<char32_t> RegexPool::OnlyNext(RegexId id) {
  if (Nullable(id)) return std::nullopt;
  const auto found = impl_->Segments(id);
  const std::vector<RegexSegment> segments(found.begin(), found.end());
  std::optional<char32_t> only;
  for (const RegexSegment& s : segments) {
    if (!impl_->Alive(s.target)) continue;
    if (only || s.first != s.last) return std::nullopt;
    only = s.first;
  }
  return only;
}

const CodePointSet& RegexPool::PlainCodePoints() {
  static const CodePointSet plain = [] {
    CodePointSet set = CodePointSet::Of(0x20, '"' - 1);
    set.Add('"' + 1, '\\' - 1);
    set.Add('\\' + 1, CodePointSet::kLast);
    return set;
  }();
  return plain;
}

uint64_t RegexPool::LengthOfMany(RegexId id, uint64_t many) {
  constexpr size_t kMostStates = 200;  // at one length
  constexpr uint64_t kMostLength = 100;
  constexpr uint64_t kMostWork = 50'000;
  const uint64_t before = impl_->work;
  uint64_t found = 0;
  std::map<RegexId, uint64_t> states = {{id, 1}};  // how many texts lead there, at most `many`
  for (uint64_t length = 0; length <= kMostLength && states.size() <= kMostStates; ++length) {
    std::map<RegexId, uint64_t> next;
    for (const auto& [state, texts] : states) {
      if (!impl_->Alive(state)) continue;
      if (Nullable(state)) found += texts;
      const auto segments = impl_->Segments(state);
      impl_->CountWork(segments.size());  // a state is met again at each length
      if (impl_->work - before > kMostWork) return kUnbounded;
      auto at = next.end();
      for (const RegexSegment& s : segments) {
        if (at == next.end() || at->first != s.target) at = next.emplace(s.target, 0).first;
        const auto characters = uint64_t{s.last} - s.first + 1;
        at->second = std::min(many, at->second + texts * characters);
      }
    }
    if (found >= many) return length;
    states = std::move(next);
  }
  return kUnbounded;
}

std::optional<std::vector<std::string>> RegexPool::FewTexts(RegexId id, size_t most) {
  std::vector<std::string> texts;
  std::vector<std::pair<RegexId, std::string>> open = {{id, ""}};
  size_t steps = 0;
  while (!open.empty()) {
    const auto [state, text] = std::move(open.back());
    open.pop_back();
    if (!impl_->Alive(state)) continue;
    if (Nullable(state)) texts.push_back(text);
    const auto found = impl_->Segments(state);
    const std::vector<RegexSegment> segments(found.begin(), found.end());
    if (texts.size() > most || text.size() > most || ++steps > most * most) return std::nullopt;
    for (const RegexSegment& s : segments) {
      if (s.last - s.first >= most) return std::nullopt;
      for (char32_t c = s.first; c <= s.last; ++c) {
        open.emplace_back(s.target, text);
        AppendUtf8(c, open.back().second);
      }
    }
  }
  return texts;
}

bool RegexPool::HasSpans(RegexId id) const {
  return impl_->nodes[id].spans;
}

std::span<const CodePointSet> RegexPool::sets() const {
  return impl_->sets;
}

CodePointSet RegexPool::Leading(RegexId from, RegexId to) {
  CodePointSet leading;
  for (const RegexSegment& s : impl_->Segments(from)) {
    if (s.target == to || to == kNothing) leading.Add(s.first, s.last);
  }
  return to == kNothing ? leading.Complement() : leading;
}

std::optional<RegexPool::Run> RegexPool::ClassRun(RegexId id) const {
  const Impl::Counted counted = impl_->AsCounted(id);
  if (!impl_->IsKind(counted.base, RegexKind::kClass)) return std::nullopt;
  return Run{impl_->sets[impl_->nodes[counted.base].a], counted.max};
}

RegexPool::Unlimited RegexPool::WithoutLengthLimit(RegexId id) {
  if (!impl_->IsKind(id, RegexKind::kBoth)) return {id, kUnbounded};
  uint64_t most = kUnbounded;
  std::vector<RegexId> rest;
  for (const RegexId part : impl_->List(id)) {
    const Impl::Counted counted = impl_->AsCounted(part);
    const bool limit = counted.base == Impl::kAnyOne && counted.min == 0;
    if (limit) most = counted.max;  // lengths that meet are one part
    if (!limit) rest.push_back(part);
  }
  return {most == kUnbounded ? id : Both(rest), most};
}

namespace {

// The states that plain code points lead to; false if some of them leads to nothing.
bool PlainTargets(std::span<const RegexSegment> segments, std::vector<RegexId>& targets) {
  auto it = segments.begin();
  for (const auto& range : RegexPool::PlainCodePoints().ranges()) {
    char32_t next = range.first;
    while (next <= range.last) {
      while (it != segments.end() && it->last < next) ++it;
      if (it == segments.end() || it->first > next) return false;
      if (targets.empty() || targets.back() != it->target) targets.push_back(it->target);
      next = it->last + 1;
    }
  }
  return true;
}

}  // namespace

namespace {

// Some plain characters at least may follow: where not, that is known without all ranges.
template <typename Pool>
bool PlainMayFollow(Pool& pool, RegexId id) {
  for (const char32_t c : {U'a', U' ', U'~', char32_t{0x4E2D}}) {
    RegexPool::Memo memo;
    if (pool.DeriveAlone(id, c, memo) == RegexPool::kNothing) return false;
  }
  return true;
}

}  // namespace

// States of which the answer is known count as well: else it would depend on what was asked before.
bool RegexPool::AliveAfterAnyPlain(RegexId id) {
  constexpr size_t kMaxStates = 200;
  if (impl_->nodes[id].plain == 0 && !PlainMayFollow(*impl_, id)) impl_->nodes[id].plain = 2;
  if (impl_->nodes[id].plain != 0) return impl_->nodes[id].plain == 1;
  std::vector<RegexId> states = {id};
  std::vector<uint32_t> parents = {0};
  std::vector<uint64_t> most;                        // by state: of it and of all it leads to
  std::vector<std::pair<uint32_t, uint32_t>> edges;  // from, to
  std::unordered_map<RegexId, uint32_t> found = {
      {id, 0}};  // not marks: Alive() explores with those
  std::vector<RegexId> targets;
  std::optional<uint32_t> bad;  // the state that is not, or leads to one that is not, always alive
  for (uint32_t at = 0; at < states.size() && !bad; ++at) {
    targets.clear();
    const bool alive = impl_->nodes[states[at]].longest == kUnbounded && impl_->Alive(states[at]) &&
                       PlainTargets(impl_->Segments(states[at]), targets);
    if (!alive) bad = at;
    if (alive) most.push_back(impl_->ShortestLength(states[at]));
    for (const RegexId target : targets) {
      if (impl_->nodes[target].plain == 2) bad = at;
      const auto [it, added] = found.try_emplace(target, static_cast<uint32_t>(states.size()));
      edges.emplace_back(at, it->second);
      if (!added) continue;
      states.push_back(target);
      parents.push_back(at);
    }
    if (states.size() > kMaxStates && !bad) bad = 0;
  }
  if (bad) {  // and so are all on the way to it
    for (uint32_t at = *bad; at != 0; at = parents[at]) impl_->nodes[states[at]].plain = 2;
    impl_->nodes[id].plain = 2;
    return false;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = edges.size(); i-- > 0;) {
      const auto [from, to] = edges[i];
      if (most[to] <= most[from]) continue;
      most[from] = most[to];
      changed = true;
    }
  }
  for (size_t i = 0; i < states.size(); ++i) {
    impl_->nodes[states[i]].plain = 1;
    impl_->most_after_plain[states[i]] = most[i];
  }
  return true;
}

uint64_t RegexPool::MostAfterPlain(RegexId id) {
  return AliveAfterAnyPlain(id) ? impl_->most_after_plain[id] : kUnbounded;
}

bool RegexPool::LoopsOnPlain(RegexId id) {
  if (impl_->nodes[id].loops == 0 && !PlainMayFollow(*impl_, id)) impl_->nodes[id].loops = 2;
  if (impl_->nodes[id].loops == 0) {
    std::vector<RegexId> targets;
    const bool loops =
        PlainTargets(impl_->Segments(id), targets) && targets.size() == 1 && targets[0] == id;
    impl_->nodes[id].loops = loops ? 1 : 2;
  }
  return impl_->nodes[id].loops == 1;
}

}  // namespace bantam::grammar
