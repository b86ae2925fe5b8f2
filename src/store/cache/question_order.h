// QuestionOrder: in what order a question speaks of things. The same words in another order may ask
// the opposite: whether the dog has bitten the man, or the man the dog.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bantam::store {

// Whether a verb says what is done to what stands before it. Unknown: "paid" alone, and nouns.
enum class Voice : uint8_t { kUnknown, kActive, kPassive };

// A word of the content, an optional word or a pronoun; in Chinese a character.
struct OrderedWord {
  std::string word;                  // what it stands for
  std::vector<std::string> between;  // what joins it to the one before; no articles
  std::string role = {};             // "subject" or "object", where its form says so (I, me)
  Voice voice = Voice::kUnknown;
};

// Of a text that FoldCharacters has folded. Linear.
std::vector<OrderedWord> OrderOf(std::u32string_view folded);

// Whether two questions with the same words may mean the same by their order. They may if one is
// the other with two parts exchanged, but joined in another way: "the capital of Australia" and
// "Australia's capital", "soup is frozen" and "freeze soup". They may not where the parts are
// joined alike, or not at all ("milk chocolate"), nor where more has moved. Words that only one of
// them has, and pronouns with the same role in both, do not count. Where nothing has moved, but a
// verb is passive in one of them alone, what stands before it does in one what is done to it in the
// other: "Am I paid?" is not "Do I pay?".
bool OrdersAgree(const std::vector<OrderedWord>& a, const std::vector<OrderedWord>& b);

}  // namespace bantam::store
