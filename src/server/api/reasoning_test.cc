// Tests of thoughts: telling them from answers however the text is cut, and the fields about them.
#include "server/api/reasoning.h"

#include <gtest/gtest.h>

namespace bantam::server {
namespace {

using Start = ThinkSplitter::Start;

// "thoughts|answer", with the text cut into pieces of `step` bytes.
std::string Split(Start start, const std::string& text, size_t step) {
  ThinkSplitter splitter(start);
  std::string thoughts;
  std::string answer;
  const auto add = [&](const std::vector<ThinkSplitter::Piece>& pieces) {
    for (const auto& piece : pieces) (piece.thought ? thoughts : answer) += piece.text;
  };
  for (size_t at = 0; at < text.size(); at += step) add(splitter.Push(text.substr(at, step)));
  add(splitter.Finish());
  return thoughts + "|" + answer;
}

TEST(Reasoning, IsToldFromTheAnswer) {
  struct Case {
    Start start;
    const char* text;
    const char* split;
  };
  for (const Case& c : {Case{Start::kMaybe, "<think>\na b\n</think>\n\nc d\n", "a b|c d\n"},
                        Case{Start::kMaybe, "\n<think>a</think>b", "a|b"},
                        Case{Start::kMaybe, " c <think>a</think>", "| c <think>a</think>"},
                        Case{Start::kMaybe, "<thin", "|<thin"},
                        Case{Start::kMaybe, "<think>\n\n</think>\n\nc", "|c"},
                        Case{Start::kMaybe, "<think>a < b </think", "a < b </think|"},
                        Case{Start::kInside, "\na\n\nb\n</think>\nc</think>", "a\n\nb|c</think>"},
                        Case{Start::kInside, "a", "a|"},
                        Case{Start::kOff, "<think>a</think>b", "|<think>a</think>b"},
                        Case{Start::kMaybe, "", "|"}, Case{Start::kMaybe, " ", "| "}}) {
    for (size_t step = 1; step <= std::string_view(c.text).size(); ++step) {
      EXPECT_EQ(Split(c.start, c.text, step), c.split) << c.text << " by " << step;
    }
  }
}

TEST(Reasoning, AnswersAreGivenAtOnce) {
  ThinkSplitter splitter(Start::kMaybe);
  EXPECT_EQ(splitter.Push("H").size(), 1);
  ThinkSplitter inside(Start::kInside);
  EXPECT_EQ(inside.Push("a")[0].text, "a");
  EXPECT_EQ(inside.Push("b c")[0].text, "b c");
}

std::string Variables(const std::string& text) {
  const Json json = *Json::Parse(text);
  const auto variables = ReadTemplateVariables(Fields(json));
  return variables ? variables->Dump() : variables.error().message;
}

TEST(Reasoning, Fields) {
  EXPECT_EQ(Variables("{}"), "null");
  EXPECT_EQ(Variables(R"({"think": false})"), R"({"enable_thinking":false})");
  EXPECT_EQ(Variables(R"({"think": "low"})"),
            R"({"enable_thinking":true,"reasoning_effort":"low"})");
  EXPECT_EQ(Variables(R"({"reasoning_effort": "high"})"), R"({"reasoning_effort":"high"})");
  EXPECT_EQ(Variables(R"({"reasoning_effort": "none"})"),
            R"({"reasoning_effort":"none","enable_thinking":false})");
  EXPECT_EQ(Variables(R"({"chat_template_kwargs": {"enable_thinking": true, "x": [1]},
                          "think": false})"),
            R"({"enable_thinking":true,"x":[1]})");
  EXPECT_EQ(Variables(R"({"think": 3})").substr(0, 6), "think:");
  EXPECT_EQ(Variables(R"({"chat_template_kwargs": 3})").substr(0, 21), "chat_template_kwargs:");
  EXPECT_TRUE(Thinks("… </think> …"));
  EXPECT_FALSE(Thinks("{{ messages }}"));
}

}  // namespace
}  // namespace bantam::server
