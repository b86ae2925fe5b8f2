// Tests of multi-line input and command splitting.
#include "cli/repl_input.h"

#include <gtest/gtest.h>

#include <vector>

namespace bantam::cli {
namespace {

// The entries that lines make; what is pending at the end is "(pending)".
std::vector<std::string> Entries(const std::vector<std::string>& lines) {
  LineAssembler assembler;
  std::vector<std::string> entries;
  for (const std::string& line : lines) {
    if (assembler.Push(line)) entries.push_back(assembler.Take());
  }
  if (assembler.pending()) entries.emplace_back("(pending)");
  return entries;
}

using Lines = std::vector<std::string>;

TEST(LineAssembler, SingleLines) {
  EXPECT_EQ(Entries({"hello", "", "/help"}), (Lines{"hello", "", "/help"}));
}

TEST(LineAssembler, Backslash) {
  EXPECT_EQ(Entries({"one \\", "two\\", "three", "four"}), (Lines{"one \ntwo\nthree", "four"}));
  EXPECT_EQ(Entries({"path \\\\"}), Lines{"path \\\\"}) << "an escaped backslash ends the line";
  EXPECT_EQ(Entries({"\\"}), Lines{"(pending)"});
}

TEST(LineAssembler, Blocks) {
  EXPECT_EQ(Entries({"\"\"\"", "one", "", "two", "\"\"\""}), Lines{"one\n\ntwo"});
  EXPECT_EQ(Entries({"\"\"\"one", "two\"\"\"  ", "x"}), (Lines{"one\ntwo", "x"}));
  EXPECT_EQ(Entries({"\"\"\"all in one\"\"\""}), Lines{"all in one"});
  EXPECT_EQ(Entries({"\"\"\"", "\"\"\""}), Lines{""});
  EXPECT_EQ(Entries({"\"\"\"", "", "x", "\"\"\""}), Lines{"\nx"}) << "empty lines count";
  EXPECT_EQ(Entries({"\"\"\"", "a\\", "/bye"}), Lines{"(pending)"});
  EXPECT_EQ(Entries({"say \"\"\"what"}), Lines{"say \"\"\"what"}) << "not at the beginning";
}

TEST(LineAssembler, BlocksAreLiteralCommandsAreNot) {
  LineAssembler assembler;
  EXPECT_FALSE(assembler.Push("\"\"\""));
  EXPECT_TRUE(assembler.Push("/bye\"\"\""));
  EXPECT_TRUE(assembler.literal());
  EXPECT_EQ(assembler.Take(), "/bye");
  EXPECT_FALSE(assembler.literal());
  EXPECT_FALSE(assembler.Push("/set system \"\"\"You are"));
  EXPECT_TRUE(assembler.Push("a pirate.\"\"\""));
  EXPECT_FALSE(assembler.literal());
  EXPECT_EQ(assembler.Take(), "/set system You are\na pirate.");
}

TEST(LineAssembler, ResetForgets) {
  LineAssembler assembler;
  EXPECT_FALSE(assembler.Push("\"\"\"one"));
  assembler.Reset();
  EXPECT_FALSE(assembler.pending());
  EXPECT_TRUE(assembler.Push("two"));
  EXPECT_EQ(assembler.Take(), "two");
}

TEST(SlashCommand, NamesAndRests) {
  EXPECT_EQ(ParseSlashCommand("/bye")->name, "bye");
  const auto set = ParseSlashCommand("/set  temperature 0.2 ");
  EXPECT_EQ(set->name, "set");
  EXPECT_EQ(set->rest, "temperature 0.2");
  EXPECT_EQ(ParseSlashCommand("/?")->name, "?");
  for (const char* text : {"hello", " /bye", "/", "/usr/bin is full", "/a1", "// comment", "/ x"}) {
    EXPECT_FALSE(ParseSlashCommand(text)) << text;
  }
}

TEST(SlashCommand, Words) {
  EXPECT_EQ(SplitFirstWord("  a   b c "), (std::pair<std::string, std::string>{"a", "b c"}));
  EXPECT_EQ(SplitFirstWord(""), (std::pair<std::string, std::string>{"", ""}));
  EXPECT_EQ(Unquote("\"x y\""), "x y");
  EXPECT_EQ(Unquote("\""), "\"");
  EXPECT_EQ(Unquote("\"\""), "");
  EXPECT_EQ(Unquote("a\"b"), "a\"b");
}

}  // namespace
}  // namespace bantam::cli
