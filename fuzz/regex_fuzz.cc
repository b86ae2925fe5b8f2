// Fuzzes patterns and the questions about their expressions: answers must agree with each other.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/regex/regex_pool.h"
#include "grammar/regex/regex_syntax.h"

namespace {

using bantam::grammar::Anchoring;
using bantam::grammar::RegexId;
using bantam::grammar::RegexPool;

// Walks along a text and asks everything at each state.
void Walk(RegexPool& pool, RegexId id, std::string_view text) {
  for (size_t at = 0; at < text.size() && !pool.exhausted();) {
    const auto c = bantam::DecodeUtf8(text, at);
    const RegexId next = pool.Derive(id, c.code_point);
    const bool alive = pool.Alive(next);
    if (pool.exhausted()) return;
    CHECK(pool.AliveWithin(id, c.code_point, c.code_point) == alive || pool.exhausted());
    CHECK(pool.BestWithin(id, c.code_point, c.code_point).has_value() == alive || pool.exhausted());
    if (pool.exhausted()) return;
    if (alive) CHECK(pool.Alive(id));
    if (alive && !pool.exhausted()) {
      CHECK(pool.ShortestLength(id) <= pool.ShortestLength(next) + 1 || pool.exhausted());
    }
    const bool plain = RegexPool::PlainCodePoints().Has(c.code_point);
    if (plain && pool.AliveAfterAnyPlain(id)) CHECK(alive && pool.AliveAfterAnyPlain(next));
    if (plain && pool.LoopsOnPlain(id)) CHECK(next == id);
    id = next;
    at += c.length;
  }
}

}  // namespace

// The input: a pattern, a zero byte, a text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(input.find('\0'), input.size());
  const std::string_view pattern = input.substr(0, end);
  const std::string text = bantam::LossyUtf8(input.substr(std::min(end + 1, input.size())));

  RegexPool pool({.expressions = 3000, .states = 300});
  const auto search = ParseRegex(pool, pattern, Anchoring::kSearch);
  if (!search) {
    CHECK(!search.error().message.empty());
    return 0;
  }
  const RegexId both = pool.Both(std::array{*search, pool.Length(2, 1000)});
  const RegexId not_it = pool.Not(*search);
  const bool matches = pool.Matches(*search, text);
  if (!pool.exhausted()) {
    CHECK(pool.Matches(not_it, text) != matches || pool.exhausted());
    CHECK(!matches || pool.Alive(*search) || pool.exhausted());
  }
  for (const RegexId id : {*search, both, not_it}) {
    if (pool.Alive(id) && !pool.exhausted() && pool.ShortestLength(id) < 5000) {
      const std::string shortest = pool.Shortest(id);
      CHECK(pool.Matches(id, shortest) || pool.exhausted());
    }
    Walk(pool, id, text);
  }
  return 0;
}
