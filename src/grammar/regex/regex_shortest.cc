// The shortest text of an expression, written from the parts of it.
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

}  // namespace bantam::grammar
