// QuestionForm: one spelling for all spellings of a question.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bantam::store {

// Longer texts are no questions: they are compared exactly.
inline constexpr size_t kMaxQuestionBytes = 1000;

// The canonical form of a question. Two questions with the same form differ in nothing but width
// (full-width ASCII, half-width kana), composition of accents, case, punctuation that ends or
// divides sentences, quotation marks, blanks, and politeness at the beginning and end in Chinese or
// English ("请问", "谢谢", "hi", "could you tell me", "thanks"). Digits, signs and units of
// numbers, operators, brackets, negations and all other words are never touched; a greeting that
// the question is about ("How do you say please?", “谢谢”用英语怎么说) stays. Case counts of words
// that are others in capitals (US, IT, WHO), letters that stand alone, words with capitals inside
// (mW, iPhone) and, within a sentence, capitalised ones of two letters (Mb). What CountsAsWritten
// is its own form. Never empty for a text with anything but blanks and punctuation in it; empty for
// texts over kMaxQuestionBytes. Any bytes will do; linear.
std::string QuestionForm(std::string_view text);

// Whether blanks, case and marks of the text all count: it has several lines, or code in it.
bool CountsAsWritten(std::string_view text);

// The same text with its blanks, and commas and colons for what divides its clauses; for those who
// compare words. Not empty where QuestionForm is for length.
std::u32string QuestionClauses(std::string_view text);

// The text after width, accents and case (as far as it does not count) alone.
std::u32string FoldCharacters(std::string_view text);

// Whether the character belongs to a script without spaces between words: ideographs and kana.
bool IsUnspacedCharacter(char32_t c);

}  // namespace bantam::store
