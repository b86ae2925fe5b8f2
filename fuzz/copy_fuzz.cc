// Fuzzes spans of texts and what patterns allow of them, against a search of all spans.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/regex/regex_pool.h"
#include "grammar/regex/regex_syntax.h"
#include "grammar/regex/span_automaton.h"

namespace {

using bantam::grammar::Anchoring;
using bantam::grammar::RegexId;
using bantam::grammar::RegexPool;
using bantam::grammar::SpanAutomaton;

constexpr size_t kMostSearched = 64;  // bytes of texts of which every span is tried

std::string_view Take(std::string_view& input) {
  const size_t end = std::min(input.find('\0'), input.size());
  const std::string_view part = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return part;
}

std::optional<SpanAutomaton::Place> Search(const std::vector<std::string>& texts,
                                           std::string_view span) {
  for (size_t i = 0; i < texts.size(); ++i) {
    const size_t offset = texts[i].find(span);
    if (offset != std::string::npos) return SpanAutomaton::Place{i, offset};
  }
  return std::nullopt;
}

// The length of the shortest span that matches, in characters, at least `least`.
std::optional<uint64_t> ShortestMatch(RegexPool& pool, RegexId regex, uint64_t least,
                                      const std::vector<std::string>& texts) {
  std::optional<uint64_t> best;
  const auto offer = [&](uint64_t length) {
    if (length >= least) best = std::min(best.value_or(length), length);
  };
  if (!texts.empty() && pool.Nullable(regex)) offer(0);
  for (const std::string& text : texts) {
    for (size_t begin = 0; begin < text.size(); begin += bantam::Utf8CharLength(text, begin)) {
      RegexId state = regex;
      uint64_t length = 0;
      for (size_t at = begin; at < text.size();) {
        const auto c = bantam::DecodeUtf8(text, at);
        at += c.length;
        state = pool.Derive(state, c.code_point);
        ++length;
        if (pool.Nullable(state)) offer(length);
      }
    }
  }
  return best;
}

}  // namespace

// The input: a byte that is the least length, a pattern, a span, texts; each ends with a zero byte.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint64_t least = data[0] % 16;
  std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string_view pattern = Take(input);
  const std::string probe = bantam::LossyUtf8(Take(input));
  std::vector<std::string> texts;
  size_t bytes = 0;
  while (!input.empty()) {
    texts.push_back(bantam::LossyUtf8(Take(input)));
    bytes += texts.back().size();
  }
  const auto source = SpanAutomaton::Build(texts);
  CHECK(source.has_value());
  CHECK((*source)->Find(probe) == Search(texts, probe));

  RegexPool pool({.expressions = 20'000, .states = 300});
  const RegexId spans = pool.Spans(*source);
  const auto parsed = ParseRegex(pool, pattern, Anchoring::kSearch);
  if (!parsed || pool.exhausted()) return 0;
  const RegexId both =
      pool.Both(std::array{spans, *parsed, pool.Length(least, RegexPool::kUnbounded)});
  const bool alive = pool.Alive(both);
  if (pool.exhausted()) return 0;
  const bool matches = pool.Matches(both, probe) && !pool.exhausted();
  if (matches) {
    CHECK(alive);
    CHECK(texts.empty() || Search(texts, probe).has_value());
    CHECK(pool.Matches(*parsed, probe) || pool.exhausted());
  }
  if (alive) {
    const std::string shortest = pool.Shortest(both);
    CHECK(pool.exhausted() || texts.empty() || Search(texts, shortest).has_value());
    CHECK(pool.exhausted() || pool.Matches(*parsed, shortest) || pool.exhausted());
  }
  if (bytes > kMostSearched || texts.empty() || pool.exhausted()) return 0;
  const auto expected = ShortestMatch(pool, *parsed, least, texts);
  if (pool.exhausted()) return 0;
  CHECK(alive == expected.has_value());
  if (alive) CHECK(pool.ShortestLength(both) == *expected || pool.exhausted());
  return 0;
}
