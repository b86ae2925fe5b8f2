// QuestionPersons: who does what in an English question, and whose a thing is. "What is my account
// number?" and "What is your account number?" have the same words and other answers.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace bantam::store {

struct QuestionPersons {
  std::set<std::string> owners;                // "i" (my, our), "you", "he", "she"
  std::map<std::string, std::string> owned;    // what stands after a possessive → whose it is
  std::map<std::string, std::string> objects;  // verb or preposition → "i" (me, us), "you"
  // Verb or adjective → "i" (I, we), "you", "noun": anything else.
  std::map<std::string, std::set<std::string>> acts;
};

// Of a text that FoldCharacters has folded. Linear.
QuestionPersons PersonsOf(std::u32string_view folded);

// Whether no possessive, and nobody who does one thing, differs. What only one of them says
// ("my account", "an account"; passives) does not count.
bool PersonsAgree(const QuestionPersons& a, const QuestionPersons& b);

}  // namespace bantam::store
