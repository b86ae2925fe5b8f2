// Fuzzes the reader of FAQ files, the form of questions and what must agree between them.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "store/cache/faq_file.h"
#include "store/cache/question_form.h"
#include "store/cache/question_traits.h"

namespace {

namespace store = bantam::store;

void CheckQuestion(std::string_view text) {
  const std::string form = store::QuestionForm(text);
  CHECK(bantam::ValidUtf8Prefix(form) == form.size());
  const store::QuestionTraits traits = store::TraitsOf(text);
  CHECK(traits.negations >= 0);
  const float words = store::WordSimilarity(traits, traits);
  CHECK(words == 0 || words == 1);
}

void CheckFaq(std::string_view text) {
  const auto items = store::ReadFaq(text, "faq");
  if (!items) {
    CHECK(items.error().message.starts_with("faq:"));
    return;
  }
  std::string again;
  for (const store::FaqItem& item : *items) {
    for (const std::string& question : item.questions) CheckQuestion(question);
    again += store::FaqLine(item);
  }
  const auto reread = store::ReadFaq(again, "faq");
  CHECK(reread && reread->size() == items->size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckFaq(text);
  CheckQuestion(text);
  const size_t half = size / 2;
  const auto a = store::TraitsOf(text.substr(0, half));
  const auto b = store::TraitsOf(text.substr(half));
  CHECK(store::TraitsAgree(a, b) == store::TraitsAgree(b, a));
  return 0;
}
