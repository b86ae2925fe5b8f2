// Fuzzes documents of a pattern: whatever the pattern, its matcher keeps the promises of matcher.h.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/regex_matcher.h"
#include "matcher_check.h"

namespace {

auto Compile(std::string_view pattern) {
  const bantam::grammar::StepBound bound;
  return bantam::grammar::CompileRegex(pattern);
}

}  // namespace

// The input: a pattern, a zero byte, moves along a document.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMostMoves = 32;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(input.find('\0'), input.size());
  const std::string_view pattern = input.substr(0, end);
  const auto regex = Compile(pattern);
  if (!regex) {
    CHECK(!regex.error().message.empty());
    return 0;
  }
  const auto matcher = (*regex)->NewMatcher();
  if (matcher->FinishBytes() > 500) return 0;  // each step of the walk would write it
  const std::string_view moves =
      input.substr(std::min(end + 1, input.size())).substr(0, kMostMoves);
  const std::string read = bantam::grammar::WalkMatcher(*matcher, moves);
  if (matcher->losses() > 0) return 0;
  const std::string document = read + matcher->Completion();
  CHECK(bantam::LossyUtf8(document) == document);

  const auto again = Compile(pattern);
  const auto other = (*again)->NewMatcher();
  CHECK(bantam::grammar::PushAll(*other, read));
  bantam::grammar::CheckSame(*matcher, *other);
  return 0;
}
