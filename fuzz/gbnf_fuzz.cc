// Fuzzes GBNF: a grammar, a zero byte, a document. Whatever the grammar, its matcher must keep the
// promises of matcher.h at every byte of the document.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "grammar/gbnf/gbnf.h"

namespace {

using bantam::grammar::Matcher;

// Small, so that an input takes little time; the first byte of the document chooses among ways that
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

void CheckCompletion(Matcher& matcher) {
  uint32_t finish = matcher.FinishBytes();
  CHECK((finish == 0) == matcher.Accepting());
  if (finish > 40) return;
  const std::string completion = matcher.Completion();
  CHECK(completion.size() == finish);
  for (const char c : completion) {
    CHECK(matcher.Push(static_cast<uint8_t>(c)));
    CHECK(matcher.FinishBytes() < finish);
    finish = matcher.FinishBytes();
  }
  CHECK(finish == 0 && matcher.Accepting());
  matcher.Pop(completion.size());
  CHECK(matcher.FinishBytes() == completion.size() && matcher.Completion() == completion);
}

void CheckPlainText(Matcher& matcher) {
  if (matcher.plain_text() == bantam::grammar::PlainText::kTry) return;
  const bool is_uniform = matcher.plain_text() == bantam::grammar::PlainText::kUniform;
  const uint32_t finish = matcher.FinishBytes();
  const std::string_view text = "a|\u00e9~\U0001F600 ";
  for (const char c : text) CHECK(matcher.Push(static_cast<uint8_t>(c)));
  if (is_uniform) CHECK(matcher.FinishBytes() == finish);
  matcher.Pop(text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t end = text.find('\0');
  std::string_view document = end == text.npos ? "" : text.substr(end + 1);
  text = text.substr(0, end);
  const uint8_t way = document.empty() ? 0 : static_cast<uint8_t>(document[0]);
  const auto grammar = bantam::grammar::CompileGbnf(text, Limits(way));
  if (!grammar) {
    CHECK(!grammar.error().message.empty());
    return 0;
  }
  const auto matcher = (*grammar)->NewMatcher();
  CheckCompletion(*matcher);
  std::vector<uint32_t> finishes = {matcher->FinishBytes()};
  for (size_t i = 1; i < document.size() && i < 40; ++i) {
    const auto byte = static_cast<uint8_t>(document[i]);
    if (byte >= 0xF8) {  // never text: takes bytes back
      const size_t n = std::min<size_t>(byte & 7U, matcher->size());
      matcher->Pop(n);
      finishes.resize(finishes.size() - n);
    } else if (matcher->Push(byte)) {
      CHECK(finishes.back() <= 1 + matcher->FinishBytes());
      finishes.push_back(matcher->FinishBytes());
    }
    CHECK(matcher->size() + 1 == finishes.size());
    CHECK(matcher->FinishBytes() == finishes.back());
    CheckCompletion(*matcher);
    CheckPlainText(*matcher);
  }
  return 0;
}
