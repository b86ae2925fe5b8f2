// Tests of the GBNF reader: what is read, and where and how mistakes are reported.
#include "grammar/gbnf/gbnf_parser.h"

#include <gtest/gtest.h>

#include <string>

namespace bantam::grammar {
namespace {

std::string ErrorOf(std::string_view text) {
  const auto grammar = ParseGbnf(text, 1'000);
  return grammar ? "none" : grammar.error().message;
}

TEST(GbnfParser, ReadsTheWholeNotation) {
  const auto grammar = ParseGbnf(
      "# a comment\n"
      "root ::= \"a\\n\\x41\\u00e9\\U0001F600\\\"\" # another\n"
      "\n"
      "  | (x-1 |\n"
      "     # inside\n"
      "     [^\\x00-\\x1F\\]] )+ |\n"
      "  _y{2} . {1, 3}\n"
      "x-1 ::=\n"
      "  \"\"\r\n"
      "_y ::= [a-c\\-x-]*?\n",
      1'000);
  ASSERT_TRUE(grammar) << grammar.error().message;
  EXPECT_EQ(grammar->text, U"a\nA\u00e9\U0001F600\"");
  ASSERT_EQ(grammar->rules.size(), 3U);
  EXPECT_EQ(grammar->rules[1].name, "x-1");
  EXPECT_EQ(grammar->rules[1].line, 8U);
  const std::vector<CodePointRange> ranges = {
      {0x20, U'\\'}, {U'^', 0xD7FF},     {0xE000, 0x10FFFF},  // [^…]
      {0, 0xD7FF},   {0xE000, 0x10FFFF},                      // .
      {U'-', U'-'},  {U'a', U'c'},       {U'x', U'x'}};
  EXPECT_EQ(grammar->ranges, ranges);
}

TEST(GbnfParser, MistakesHaveTheirPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "grammar, line 1, column 1: expected a rule called \"root\", found none"},
      {"root = \"a\"",
       "grammar, line 1, column 6: expected '::=' after the rule name \"root\", found \"=\""},
      {"root ::= \"é\" ;",
       "grammar, line 1, column 14: expected a text, a class, a rule name, '(' or the end of the "
       "rule, found \";\""},
      {"root ::= a\na ::= b", "grammar, line 2, column 7: the rule \"b\" is not defined anywhere"},
      {"root ::= \"a\"\n\nroot ::= \"b\"",
       "grammar, line 3, column 1: the rule \"root\" has already been defined in line 1"},
      {"root ::= (\"a\"\n(", "grammar, line 2, column 1: this '(' has no closing ')'"},
      {"root ::= \"a\"\n)", "grammar, line 2, column 1: expected the name of a rule, found \")\""},
      {"root ::= \"abc", "grammar, line 1, column 10: this text has no closing '\"'"},
      {"root ::= [abc", "grammar, line 1, column 10: this class has no closing ']'"},
      {"root ::= [a-\n", "grammar, line 1, column 10: this class has no closing ']'"},
      {"root ::= []",
       "grammar, line 1, column 11: expected a character in this class, found \"]\""},
      {"root ::= [z-a]", "grammar, line 1, column 11: this range ends before it begins"},
      {"root ::= \"\\q\"",
       "grammar, line 1, column 11: expected one of \\n \\t \\r \\\\ \\\" \\[ \\] \\- \\xHH "
       "\\uHHHH "
       "\\UHHHHHHHH"},
      {"root ::= \"\\x1g\"",
       "grammar, line 1, column 14: expected 2 hexadecimal digits, found \"g\""},
      {"root ::= \"\\U00110000\"", "grammar, line 1, column 11: no character is above U+10FFFF"},
      {"root ::= \"\\ud800\"", "grammar, line 1, column 11: a surrogate is no character"},
      {"root ::= \"\xff\"", "grammar, line 1, column 11: expected UTF-8, found \"\\xff\""},
      {"root ::= *", "grammar, line 1, column 10: nothing before this can be repeated"},
      {"root ::= \"a\"{2,1}", "grammar, line 1, column 13: the second count is below the first"},
      {"root ::= \"a\"{1000000001}", "grammar, line 1, column 14: a count is at most 1000000000"},
      {"root ::= \"a\"{,}", "grammar, line 1, column 15: expected a number, found \"}\""},
      {"root ::= \"a\"{2", "grammar, line 1, column 15: expected '}', found the end of the text"},
      {"root ::= <think>",
       "grammar, line 1, column 10: terminals that are tokens (<…>) are not supported: write their "
       "text"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(ErrorOf(text), message) << text;
}

TEST(GbnfParser, TooManyPartsAreRefused) {
  std::string text = "root ::=";
  for (int i = 0; i < 1'001; ++i) text += " \"a\"";
  EXPECT_EQ(ErrorOf(text), "grammar, line 1, column 4013: the grammar has more than 1000 parts");
}

}  // namespace
}  // namespace bantam::grammar
