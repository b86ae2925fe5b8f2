// What words mean where questions are compared: asking the tables of english_words.h and
// chinese_words.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bantam::store {

// visit(word) for the words of a list (separated by blanks), until it gives true; whether it did.
template <typename Visit>
bool AnyWord(std::string_view list, const Visit& visit) {
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find(' ', at), list.size());
    if (visit(list.substr(at, end - at))) return true;
    at = end + 1;
  }
  return false;
}

// Whether `word` is one of the words of a list.
bool HasWord(std::string_view list, std::string_view word);

// Whether one of the list's words stands somewhere in `text`.
bool HasAnyOf(std::string_view list, std::string_view text);

// Cuts an English word to a stem both "scheduled" and "schedules" come to.
void Stem(std::string& word);

// What a stem stands for: itself, or the first of its row in kSynonyms; "" means nothing, "?" may
// be said or not.
std::string_view MeaningOf(std::string_view stem);

// The same of a word as it stands in a text: its stem where that means nothing or may be said or
// not.
std::string MeaningOfForm(std::string_view form);

bool IsParticiple(std::string_view form);

// Whether it has digits or is a word for a number.
bool IsNumber(std::string_view word);

// The length of the Chinese word that `text` begins with if its characters count although they say
// nothing alone; 0: none.
size_t WholeLength(std::u32string_view text);

// Whether the character that `text` begins with may be said or not.
bool IsOptional(std::u32string_view text);

// The length of the light phrase that `text` begins with; 0: none.
size_t LightLength(std::u32string_view text);

// 零, 一 … 九, 两; -1: none.
int ChineseDigit(char32_t c);

// 十, 百, 千, 万; 0: none.
int64_t ChineseUnit(char32_t c);

}  // namespace bantam::store
