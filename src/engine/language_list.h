// The languages that replies can be asked to be in, and the characters they are written with.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "bantam/shape.h"
#include "grammar/regex/code_point_set.h"

namespace bantam {

// Of the languages, those that have letters of their own; several languages may share one.
enum class Script : uint8_t {
  kLatin,
  kHan,   // Chinese, and Japanese where it stands beside kana
  kKana,  // hiragana and katakana
  kHangul,
  kCyrillic,
  kArabic,
  kHebrew,
  kThai,
  kLao,
  kBurmese,
  kKhmer,
  kDevanagari,
  kBengali,
};
inline constexpr int kScripts = 13;

// The characters of a script; made at the first call. Safe from many threads.
const grammar::CodePointSet& CharactersOf(Script script);

// The scripts of a language of Languages().
std::span<const Script> ScriptsOf(const Language& language);

// What a text in that language may hold: characters of its scripts, and what all scripts share
// (the scripts Common and Inherited of Unicode: digits, punctuation, symbols, blanks, accents).
grammar::CodePointSet CharactersOf(const Language& language);

// Languages() and FindLanguage().
std::span<const Language> AllLanguages();
const Language* LanguageByCode(std::string_view code);

}  // namespace bantam
