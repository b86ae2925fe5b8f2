// Expressions as Python's re reads them.
#include "format/module_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace bantam {
namespace {

bool Matches(const std::string& expression, const std::string& name) {
  const auto pattern = ModulePattern::Parse(expression);
  EXPECT_TRUE(pattern) << expression << ": " << pattern.error().message;
  return pattern && pattern->Matches(name).value();
}

TEST(ModulePattern, MatchesWholeNames) {
  constexpr const char* kName = "model.layers.12.self_attn.q_proj";
  for (const char* expression : {"model.layers.12.self_attn.q_proj",
                                 R"(model\.layers\.\d+\.self_attn\.[qkv]_proj)",
                                 ".*",
                                 ".*?q_proj",
                                 "(?:.*)(?:q|k)_proj",
                                 R"((\w+\.)*q_proj)",
                                 R"((?P<all>.*\.)q_proj)",
                                 "^model.*proj$",
                                 R"(\Amodel.*proj\Z)",
                                 R"(.*\bself_attn\b.*)",
                                 R"(.*self\Battn.*|.*)",
                                 "(?!.*lm_head).*proj",
                                 R"(.*(?=\.q_).*)",
                                 R"(.*(?<=12\.)self.*)",
                                 R"(.*(?<!1\.)self.*)",
                                 "[^0-9]+1{1}2{1,}[^0-9]+",
                                 "m{,1}odel.*",
                                 "(model|x)+.*",
                                 ".*[]qx]_proj",
                                 "[a-z0-9_.]*",
                                 R"([\w.]{32})",
                                 R"([^\s]{30,40}?)",
                                 "(?#all).*",
                                 "(x?)*model.*",
                                 ""
                                 ".*(?:self_attn|attn).*?(?:k_proj|q_proj).*?"}) {
    EXPECT_TRUE(Matches(expression, kName)) << expression;
  }
  for (const char* expression : {"q_proj", "model", "", "(?!model).*", R"(.*(?<!12\.)self.*)",
                                 R"(\d*)", ".{31}", ".{33,}", R"(.*self\Battn)", R"(.*\bproj)",
                                 "Model.*", "[^m].*", "model$.*", ".*^self.*", R"(.*\.1\..*)"}) {
    EXPECT_FALSE(Matches(expression, kName)) << expression;
  }
  EXPECT_TRUE(Matches("a{,b{}", "a{,b{}"));  // braces that count nothing
  EXPECT_TRUE(Matches("[]-]+", "]-"));
}

TEST(ModulePattern, MatchesWhatFollowsADot) {
  const auto ends = [](const char* expression, const char* name) {
    return ModulePattern::Parse(expression).value().MatchesEnd(name).value();
  };
  EXPECT_TRUE(ends("q_proj", "layers.0.q_proj"));
  EXPECT_TRUE(ends("0.q_proj|x", "layers.0.q_proj"));
  EXPECT_TRUE(ends("layers.*", "layers.0.q_proj"));
  EXPECT_FALSE(ends("proj", "layers.0.q_proj"));
  EXPECT_FALSE(ends("^0.*", "layers.0.q_proj"));
}

TEST(ModulePattern, WhatItDoesNotKnowIsNamedWithItsPlace) {
  for (const auto& [expression, message] : {std::pair("(q", "not closed, at byte 2"),
                                            {"q)", "closes nothing, at byte 1"},
                                            {"[q", "class that is not closed"},
                                            {"*q", "repeats nothing"},
                                            {"q**", "repeat of a repeat"},
                                            {"q*+", "possessive"},
                                            {"(?i)q", "kind of group"},
                                            {"(q)(?P=a)", "kind of group"},
                                            {"(?>q)", "kind of group"},
                                            {R"((q)\1)", "an escape"},
                                            {R"(\y)", "an escape"},
                                            {"q\\", "an escape"},
                                            {"[z-a]", "wrong range"},
                                            {R"([\d-z])", "wrong range"},
                                            {"q{3,2}", "fewer than its least"},
                                            {"^*", "repeats a place"},
                                            {"(?P<q", "lacks an end"}}) {
    const auto pattern = ModulePattern::Parse(expression);
    ASSERT_FALSE(pattern) << expression;
    EXPECT_EQ(pattern.error().code, ErrorCode::kUnsupported);
    EXPECT_NE(pattern.error().message.find(message), std::string::npos) << pattern.error().message;
  }
  EXPECT_FALSE(ModulePattern::Parse(std::string(65537, 'q')));
  EXPECT_FALSE(ModulePattern::Parse(std::string(100, '(') + std::string(100, ')')));
}

TEST(ModulePattern, NoExpressionTakesForever) {
  const std::string name(255, 'a');
  EXPECT_TRUE(ModulePattern::Parse("(a*)*").value().Matches(name).value());
  EXPECT_FALSE(
      ModulePattern::Parse("((((((a?){99}){99}){99})*)*)*b").value().Matches(name).value());
  EXPECT_FALSE(ModulePattern::Parse("((?<!.*b).)*").value().Matches(name));
  EXPECT_FALSE(ModulePattern::Parse("a*").value().Matches(name + "a"));
}

}  // namespace
}  // namespace bantam
