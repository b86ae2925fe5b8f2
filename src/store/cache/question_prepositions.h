// QuestionPrepositions: how an English question joins its nouns. "Can I pay with the card?" and
// "Can I pay for the card?" have the same words and other answers.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace bantam::store {

// What stands right after a preposition, "and" or "or" (articles and numbers apart; "i" and "you"
// for pronouns) → what stands before it, those that mean the same as one.
using QuestionPrepositions = std::map<std::string, std::set<std::string>>;

// Of a text that FoldCharacters has folded. Linear.
QuestionPrepositions PrepositionsOf(std::u32string_view folded);

// Whether no word stands after prepositions in both of which none can be said for the other.
bool PrepositionsAgree(const QuestionPrepositions& a, const QuestionPrepositions& b);

}  // namespace bantam::store
