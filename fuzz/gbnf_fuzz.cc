// Fuzzes GBNF: a grammar, a zero byte, moves along a document. Whatever the grammar, its matcher
// keeps the promises of matcher.h, and what was asked before changes no answer.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/gbnf/gbnf.h"
#include "matcher_check.h"

namespace {

constexpr size_t kMostMoves = 32;

// Small, so that an input takes little time; the first byte of the moves chooses among ways that
// must not differ.
bantam::grammar::GbnfLimits Limits(uint8_t way) {
  bantam::grammar::GbnfLimits limits;
  limits.nodes = 2'000;
  limits.states = 5'000;
  limits.edges = 20'000;
  limits.shortest_bytes = 2'000;
  limits.steps_per_character = (way & 1) != 0 ? 5 : 500;
  if ((way & 2) != 0) limits.inlined_states = 0;
  if ((way & 4) != 0) limits.repeated_states = 0;
  limits.subset_members = (way & 8) != 0 ? 0 : 50'000;
  return limits;
}

auto Compile(std::string_view text, uint8_t way) {
  const bantam::grammar::StepBound bound;
  return bantam::grammar::CompileGbnf(text, Limits(way));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t end = text.find('\0');
  std::string_view document = end == text.npos ? "" : text.substr(end + 1);
  text = text.substr(0, end);
  const uint8_t way = document.empty() ? 0 : static_cast<uint8_t>(document[0]);
  const auto grammar = Compile(text, way);
  if (!grammar) {
    CHECK(!grammar.error().message.empty());
    return 0;
  }
  const auto matcher = (*grammar)->NewMatcher();
  const std::string_view moves = document.substr(std::min<size_t>(1, document.size()), kMostMoves);
  const std::string read = bantam::grammar::WalkMatcher(*matcher, moves);
  if (matcher->losses() > 0) return 0;
  const bool is_long = matcher->FinishBytes() > bantam::grammar::kMostCompletion;
  const std::string whole = read + (is_long ? "" : matcher->Completion());
  CHECK(is_long || bantam::LossyUtf8(whole) == whole);

  const auto again = Compile(text, way);
  const auto other = (*again)->NewMatcher();
  CHECK(bantam::grammar::PushAll(*other, read));
  bantam::grammar::CheckSame(*matcher, *other);
  return 0;
}
