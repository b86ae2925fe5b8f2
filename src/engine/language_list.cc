// The list and its sets.
#include "engine/language_list.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.h"
#include "base/check.h"
#include "grammar/regex/unicode_property.h"

namespace bantam {
namespace {

struct Entry {
  Language language;
  std::array<Script, 2> scripts;
  size_t n_scripts;
};

constexpr Entry One(std::string_view code, std::string_view name, Script script) {
  return {{code, name}, {script, script}, 1};
}

// Those that Qwen2.5 was made for (Qwen2's announcement names them).
constexpr Entry kEntries[] = {
    One("ar", "Arabic", Script::kArabic),    One("bn", "Bengali", Script::kBengali),
    One("ceb", "Cebuano", Script::kLatin),   One("cs", "Czech", Script::kLatin),
    One("de", "German", Script::kLatin),     One("en", "English", Script::kLatin),
    One("es", "Spanish", Script::kLatin),    One("fa", "Persian", Script::kArabic),
    One("fr", "French", Script::kLatin),     One("he", "Hebrew", Script::kHebrew),
    One("hi", "Hindi", Script::kDevanagari), One("id", "Indonesian", Script::kLatin),
    One("it", "Italian", Script::kLatin),    {{"ja", "Japanese"}, {Script::kKana, Script::kHan}, 2},
    One("km", "Khmer", Script::kKhmer),      One("ko", "Korean", Script::kHangul),
    One("lo", "Lao", Script::kLao),          One("ms", "Malay", Script::kLatin),
    One("my", "Burmese", Script::kBurmese),  One("nl", "Dutch", Script::kLatin),
    One("pl", "Polish", Script::kLatin),     One("pt", "Portuguese", Script::kLatin),
    One("ru", "Russian", Script::kCyrillic), One("th", "Thai", Script::kThai),
    One("tl", "Tagalog", Script::kLatin),    One("tr", "Turkish", Script::kLatin),
    One("ur", "Urdu", Script::kArabic),      One("vi", "Vietnamese", Script::kLatin),
    One("zh", "Chinese", Script::kHan),
};
constexpr size_t kCount = std::size(kEntries);

constexpr auto kLanguages = [] {
  std::array<Language, kCount> list{};
  for (size_t i = 0; i < kCount; ++i) list[i] = kEntries[i].language;
  return list;
}();

// As Unicode calls the scripts, in the order of Script.
constexpr std::array<std::string_view, kScripts> kNames = {
    "Latin", "Han", "Hiragana", "Hangul", "Cyrillic",   "Arabic",  "Hebrew",
    "Thai",  "Lao", "Myanmar",  "Khmer",  "Devanagari", "Bengali",
};

grammar::CodePointSet Named(std::string_view script) {
  auto set = grammar::UnicodeProperty("sc=" + std::string(script));
  CHECK(set.has_value());
  return *std::move(set);
}

}  // namespace

const grammar::CodePointSet& CharactersOf(Script script) {
  static const auto sets = [] {
    std::array<grammar::CodePointSet, kScripts> all;
    for (size_t i = 0; i < kNames.size(); ++i) all[i] = Named(kNames[i]);
    all[static_cast<size_t>(Script::kKana)].Add(Named("Katakana"));
    return all;
  }();
  return sets[static_cast<size_t>(script)];
}

std::span<const Language> AllLanguages() {
  return kLanguages;
}

std::span<const Script> ScriptsOf(const Language& language) {
  const auto at = std::ranges::find(kEntries, language.code,
                                    [](const Entry& entry) { return entry.language.code; });
  CHECK(at != std::end(kEntries));
  return std::span(at->scripts).first(at->n_scripts);
}

grammar::CodePointSet CharactersOf(const Language& language) {
  grammar::CodePointSet set = Named("Common");
  set.Add(Named("Inherited"));
  for (const Script script : ScriptsOf(language)) set.Add(CharactersOf(script));
  return set;
}

const Language* LanguageByCode(std::string_view code) {
  const std::string primary = LowerCase(code.substr(0, code.find_first_of("-_")));
  const auto at = std::ranges::find(kLanguages, primary, &Language::code);
  return at == kLanguages.end() ? nullptr : &*at;
}

}  // namespace bantam
