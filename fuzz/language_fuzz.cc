// What language a text is in: the same each time, and one of the list.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "engine/language_identifier.h"
#include "engine/language_list.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bantam::Language* found = bantam::LanguageOf(text, nullptr);
  CHECK(bantam::LanguageOf(text, nullptr) == found);
  CHECK(found == nullptr || bantam::LanguageByCode(found->code) == found);
  // What is believed of a likely language is that language, or what is found anyway.
  const auto languages = bantam::AllLanguages();
  const bantam::Language* likely = &languages[size % languages.size()];
  const bantam::Language* believed = bantam::LanguageOf(text, likely);
  CHECK(believed == likely || believed == found);
  (void)bantam::LanguageByCode(text);
  return 0;
}
