// ChineseTraits: what the characters of a Chinese question tell that are no content: whom it speaks
// of, whether it asks for what has happened, what it says of a thing with no verb of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bantam::store {

// 开门吗 and 会开门吗; 开门了吗; 去过吗; 在开会吗.
enum class Aspect : uint8_t { kPlain, kDone, kEver, kGoingOn };

struct ChineseTraits {
  // Persons, each once, sorted: 我 (我们, 咱们), 你 (您, 你们), 他, 她, 它, and 们 for 他们.
  std::u32string persons;
  std::u32string owners;    // those of "我的"
  std::u32string subjects;  // those a clause begins with
  Aspect aspect = Aspect::kPlain;
  char32_t verb = 0;      // 有, 是, 要, 做 or 用, where it is what is asked for; 0: another
  char32_t place = 0;     // 里 or 上 of "在…里"; 0: none
  char32_t denial = 0;    // what is denied with 不: 能, 会, 要, 是, 想; 没 for 没; 0: another
  bool suffers = false;   // "被投诉", "我被…": something is done to the asker
  bool is_given = false;  // "租给", "借给"
  bool always = false;    // 一直
  bool past = false;      // 什么时候到的, 谁买的票
  bool ahead = false;     // 会到, 能到
};

// Of QuestionFrame's `worded`, and of its `rest` (whose phrases to the asked are gone); `wishes`:
// it began with 我想, which is gone, too. Linear.
ChineseTraits ChineseTraitsOf(std::u32string_view worded, std::u32string_view rest, bool wishes);

// What both of two questions ask for.
enum class BothAsk : uint8_t { kOther, kWhether, kThing, kEvent };

// Whether questions with the same content may have one answer, if they ask for yes or no, for a
// thing or person, for when or where, or for something else.
bool ChineseTraitsAgree(const ChineseTraits& a, const ChineseTraits& b, BothAsk both);

}  // namespace bantam::store
