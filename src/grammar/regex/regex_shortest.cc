// The shortest text of an expression, written from the parts of it; the one of the fewest bytes, by
// A* over the states: Hart, Nilsson and Raphael, "A Formal Basis for the Heuristic Determination of
// Minimum Cost Paths" (1968). No text has fewer bytes than code points.
#include <queue>
#include <tuple>

#include "base/utf8.h"
#include "grammar/regex/regex_impl.h"

namespace bantam::grammar {
namespace {

// What to prefer in a text that nobody asked for: letters, digits, a space, then anything that JSON
// needs not escape. Lower is better.
int Rank(char32_t c) {
  if (c >= 'a' && c <= 'z') return 0;
  if (c >= 'A' && c <= 'Z') return 1;
  if (c >= '0' && c <= '9') return 2;
  if (c == ' ') return 3;
  if (c == '"' || c == '\\' || c < 0x20) return 7;
  if (c < 0x7F) return 4;
  return c >= 0xA0 ? 5 : 6;
}

// The best code point of [first, last].
char32_t BestOf(char32_t first, char32_t last) {
  constexpr CodePointSet::Range kByRank[] = {
      {'a', 'z'},  {'A', 'Z'}, {'0', '9'}, {' ', ' '},
      {'!', '!'},  {'#', '['}, {']', '~'}, {0xA0, CodePointSet::kLast},
      {0x7F, 0x9F}};
  for (const auto& range : kByRank) {
    const char32_t begin = std::max(first, range.first);
    if (begin <= std::min(last, range.last)) return begin;
  }
  return first;
}

// Code points of which one is as good as another, the better ones first, and how many bytes they
// are written with.
struct Written {
  char32_t first, last;
  uint32_t utf8, json;
};
constexpr Written kWritten[] = {{'a', 'z', 1, 1},      {'A', 'Z', 1, 1},
                                {'0', '9', 1, 1},      {' ', ' ', 1, 1},
                                {'!', '!', 1, 1},      {'#', '[', 1, 1},
                                {']', '~', 1, 1},      {0x7F, 0x7F, 1, 1},
                                {0xA0, 0x7FF, 2, 2},   {0x80, 0x9F, 2, 2},
                                {'"', '"', 1, 2},      {'\\', '\\', 1, 2},
                                {'\b', '\n', 1, 2},    {'\f', '\r', 1, 2},
                                {0x800, 0xFFFF, 3, 3}, {0x10000, CodePointSet::kLast, 4, 4},
                                {0, '\b' - 1, 1, 6},   {'\n' + 1, '\n' + 1, 1, 6},
                                {'\r' + 1, 0x1F, 1, 6}};

// The code point of [first, last] of the fewest bytes, and them.
std::pair<char32_t, uint32_t> CheapestOf(char32_t first, char32_t last, TextForm form) {
  std::pair<char32_t, uint32_t> best = {first, ~uint32_t{0}};
  for (const Written& row : kWritten) {
    const char32_t begin = std::max(first, row.first);
    const uint32_t bytes = form == TextForm::kJson ? row.json : row.utf8;
    if (begin <= std::min(last, row.last) && bytes < best.second) best = {begin, bytes};
  }
  return best;
}

uint64_t BytesOf(std::string_view text, TextForm form) {
  uint64_t bytes = 0;
  for (size_t at = 0; at < text.size();) {
    const DecodedChar c = DecodeUtf8(text, at);
    bytes += CheapestOf(c.code_point, c.code_point, form).second;
    at += c.length;
  }
  return bytes;
}

}  // namespace

// The option of an alternation that has the shortest text, if there is just one: where there are
// more, their characters decide.
std::optional<RegexId> RegexPool::Impl::OnlyShortest(RegexId id) {
  if (!IsKind(id, RegexKind::kEither)) return std::nullopt;
  const auto list = List(id);
  const std::vector<RegexId> options(list.begin(), list.end());  // `lists` may grow
  std::optional<RegexId> best;
  for (const RegexId option : options) {
    if (ShortestLength(option) != nodes[id].least) continue;
    if (best) return std::nullopt;
    best = option;
  }
  return best;
}

std::string RegexPool::Impl::Shortest(RegexId id) {
  constexpr uint64_t kMaxLength = uint64_t{1} << 20;  // as of GBNF
  std::string text;
  if (ShortestLength(id) > kMaxLength) {
    room.exhausted = true;
    return text;
  }
  struct Part {
    RegexId id;
    uint64_t copies = 0;  // unless 0: what stands from `begin` on is written so many times more
    size_t begin = 0;
  };
  std::vector<Part> todo = {{id}};
  while (!todo.empty()) {
    const Part part = todo.back();
    const RegexId top = part.id;
    todo.pop_back();
    if (part.copies > 0) {
      const size_t end = text.size() + (text.size() - part.begin) * part.copies;
      while (text.size() < end) {
        const size_t written = text.size() - part.begin;
        text.append(text, part.begin, std::min(written, end - text.size()));
      }
      continue;
    }
    Resolve(top);
    const RegexNode node = nodes[top];
    if (node.least == 0 || node.life == RegexLife::kDead) continue;
    if (node.kind == RegexKind::kRepeat) {
      if (node.min > 1) todo.push_back({top, node.min - 1, text.size()});
      todo.push_back({node.a});
    } else if (node.kind == RegexKind::kConcat) {
      todo.push_back({node.b});
      todo.push_back({node.a});
    } else if (const auto option = OnlyShortest(top)) {
      todo.push_back({*option});
    } else {  // one code point on the shortest way
      char32_t best = 0;
      RegexId target = kNothing;
      const auto found = Segments(top);
      const std::vector<RegexSegment> ways(found.begin(), found.end());
      for (const RegexSegment& s : ways) {
        if (SaturatingAdd(ShortestLength(s.target), 1) != node.least) continue;
        const char32_t c = BestOf(s.first, s.last);
        if (target == kNothing || Rank(c) < Rank(best)) {
          best = c;
          target = s.target;
        }
      }
      if (target == kNothing) {  // lengths that could not be proven
        room.exhausted = true;
        return text;
      }
      AppendUtf8(best, text);
      todo.push_back({target});
    }
  }
  return text;
}

// Looks at every state by way of which a text may be as short as the shortest, so that the states
// of a found way never need a longer search than it did.
std::string RegexPool::Impl::FewestBytes(RegexId id, TextForm form) {
  constexpr uint64_t kMostWork = 30'000;  // segments
  std::string shortest = Shortest(id);
  uint64_t best = BytesOf(shortest, form);
  if (best == ShortestLength(id)) return shortest;
  struct Visit {
    uint64_t bytes;  // from the first state to this one
    RegexId from;
    char32_t by;
  };
  std::unordered_map<RegexId, Visit> visits = {{id, {0, id, 0}}};
  using Open =
      std::tuple<uint64_t, uint64_t, RegexId>;  // bytes in sum at least, bytes so far, state
  std::priority_queue<Open, std::vector<Open>, std::greater<>> open;
  open.emplace(ShortestLength(id), 0, id);
  std::optional<RegexId> end;
  uint64_t looked_at = 0;
  while (!open.empty()) {
    const auto [least, bytes, state] = open.top();
    open.pop();
    if (least > best || (!end && least == best)) break;
    if (visits[state].bytes < bytes) continue;  // reached by fewer meanwhile
    if (nodes[state].nullable && bytes < best) {
      best = bytes;
      end = state;
    }
    const auto found = Segments(state);
    const std::vector<RegexSegment> ways(found.begin(), found.end());
    looked_at += ways.size();
    CountWork(ways.size());
    if (looked_at > kMostWork || exhausted()) return shortest;
    for (const RegexSegment& way : ways) {
      const uint64_t length = ShortestLength(way.target);
      const auto [by, more] = CheapestOf(way.first, way.last, form);
      const uint64_t in_sum = SaturatingAdd(length, bytes + more);
      if (in_sum > best || (!end && in_sum == best)) continue;
      const auto [it, added] = visits.try_emplace(way.target, Visit{bytes + more, state, by});
      if (!added && it->second.bytes <= bytes + more) continue;
      it->second = {bytes + more, state, by};
      open.emplace(in_sum, bytes + more, way.target);
    }
  }
  if (!end) return shortest;
  std::u32string backwards;
  for (RegexId at = *end; at != id; at = visits[at].from) backwards += visits[at].by;
  std::string text;
  for (size_t i = backwards.size(); i-- > 0;) AppendUtf8(backwards[i], text);
  return text;
}

}  // namespace bantam::grammar
