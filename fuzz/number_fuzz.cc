// Fuzzes the reader of decimal numbers, the algebra of number sets and the completion of prefixes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "grammar/number/decimal.h"
#include "grammar/number/number_set.h"
#include "grammar/number/number_syntax.h"

namespace {

using bantam::Result;
using bantam::grammar::Decimal;
using bantam::grammar::NumberSet;
using bantam::grammar::NumberState;

NumberState Read(std::string_view text) {
  auto state = NumberState::kStart;
  for (const char c : text) state = Next(state, static_cast<uint8_t>(c));
  return state;
}

// The set that one line describes: an operator and a number.
NumberSet Leaf(char op, const Decimal& value) {
  switch (op) {
    case '<': return NumberSet::AtMost(value, true);
    case '[': return NumberSet::AtMost(value, false);
    case '>': return NumberSet::AtLeast(value, true);
    case ']': return NumberSet::AtLeast(value, false);
    case '=': return NumberSet::Just(value);
    default: break;
  }
  if (value.is_zero() || value.is_negative()) return NumberSet::Integers();
  return NumberSet::MultiplesOf(value);
}

Result<NumberSet> Combine(char how, const NumberSet& left, const NumberSet& right) {
  if (how == '|') return left.Or(right);
  if (how != '!') return left.And(right);
  const auto complement = right.Not();
  return complement ? left.And(*complement) : complement;
}

void CheckNumber(std::string_view text, const Result<Decimal>& value) {
  if (!value) {
    CHECK(!value.error().message.empty());
    return;
  }
  CHECK(IsComplete(Read(text)));
  const auto again = Decimal::Parse(value->ToString());
  CHECK(again.has_value() && *again == *value);
}

// Follows a completion: each character brings the end one nearer.
void CheckCompletion(const NumberSet& set, std::string text) {
  auto left = set.Complete(text);
  const auto length = set.CompletionLength(text);
  CHECK(left.has_value() == length.has_value());
  if (!left) return;
  CHECK(left->size() == *length);
  const auto value = Decimal::Parse(text + *left);
  CHECK(value.has_value() && set.Has(*value));
  if (left->empty() || left->size() > 20) return;
  text += left->front();
  const auto next = set.CompletionLength(text);
  CHECK(next.has_value() && *next + 1 == *length);
}

}  // namespace

// Lines "how op number", as in "&<12" or "|%0.5"; the last one is a prefix.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  NumberSet set = NumberSet::All();
  for (int lines = 0; lines < 12; ++lines) {
    const size_t end = input.find('\n');
    if (end == std::string_view::npos) break;
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(end + 1);
    if (line.size() < 3) continue;
    const std::string_view number = line.substr(2);
    const auto value = Decimal::Parse(number);
    CheckNumber(number, value);
    if (!value) continue;
    const NumberSet leaf = Leaf(line[1], *value);
    const bool in_leaf = leaf.Has(*value), in_set = set.Has(*value);
    auto combined = Combine(line[0], set, leaf);
    if (!combined) continue;
    const bool expected = line[0] == '|'   ? in_set || in_leaf
                          : line[0] == '!' ? in_set && !in_leaf
                                           : in_set && in_leaf;
    CHECK(combined->Has(*value) == expected);
    set = *std::move(combined);
  }
  CheckNumber(input, Decimal::Parse(input));
  CheckCompletion(set, std::string(input));
  CheckCompletion(set, "");
  return 0;
}
