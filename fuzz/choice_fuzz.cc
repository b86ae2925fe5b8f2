// Fuzzes lists of texts: their matcher keeps the promises of matcher.h and ends with one of them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/choice_matcher.h"
#include "matcher_check.h"

// The input: moves along a document, then the texts, a zero byte before each.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> parts;
  for (size_t end = 0; end != input.npos;
       input.remove_prefix(std::min(end, input.size() - 1) + 1)) {
    end = input.find('\0');
    parts.emplace_back(input.substr(0, end));
    if (end == input.npos) break;
  }
  const std::vector<std::string> texts(parts.begin() + 1, parts.end());
  const auto choice = bantam::grammar::CompileChoice(texts);
  const bool valid = std::all_of(texts.begin(), texts.end(), [](const std::string& text) {
    return bantam::LossyUtf8(text) == text;
  });
  CHECK(choice.has_value() == (valid && !texts.empty()));
  if (!choice) return 0;
  const auto has = [&](const std::string& text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
  };
  for (const std::string& text : texts) {
    const auto matcher = (*choice)->NewMatcher();
    CHECK(bantam::grammar::PushAll(*matcher, text) && matcher->Accepting());
  }
  const auto matcher = (*choice)->NewMatcher();
  const std::string read = bantam::grammar::WalkMatcher(*matcher, parts[0]);
  CHECK(has(read + matcher->Completion()) && matcher->Accepting() == has(read));
  return 0;
}
