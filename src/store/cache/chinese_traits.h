// ChineseTraits: what the characters of a Chinese question tell that are no content: whom it speaks
// of, whether it asks for what has happened, what it says of a thing with no verb of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bantam::store {

// 开门吗 and 会开门吗; 开门了吗; 去过吗.
enum class Aspect : uint8_t { kPlain, kDone, kEver };

struct ChineseTraits {
  // Persons, each once, sorted: 我 (我们, 咱们), 你 (您, 你们), 他, 她, 它, and 们 for 他们.
  std::u32string persons;
  std::u32string owners;    // those of "我的"
  std::u32string subjects;  // those a clause begins with
  Aspect aspect = Aspect::kPlain;
  char32_t verb = 0;      // 有, 是, 要, 做 or 用, where it is what is asked for; 0: another
  char32_t place = 0;     // 里 or 上 of "在…里"; 0: none
  bool is_given = false;  // "租给", "借给"
  bool goes_on = false;   // 一直
};

// Of QuestionFrame's `worded`, and of its `rest` (whose phrases to the asked are gone). Linear.
ChineseTraits ChineseTraitsOf(std::u32string_view worded, std::u32string_view rest);

// Whether questions with the same content may have one answer; `whether`: both ask for yes or no.
bool ChineseTraitsAgree(const ChineseTraits& a, const ChineseTraits& b, bool whether);

}  // namespace bantam::store
