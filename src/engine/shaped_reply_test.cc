// Tests of forced tokens.
#include "engine/shaped_reply.h"

#include <gtest/gtest.h>

#include "engine/fake_shape.h"

namespace bantam {
namespace {

const Vocabulary& TestVocabulary() {
  static const Vocabulary vocabulary = FakeByteVocabulary();
  return vocabulary;
}

const TokenText& TestTokens() {
  static const TokenText tokens = FakeTokenText(TestVocabulary());
  return tokens;
}

std::string TextOf(std::span<const TokenId> tokens) {
  std::string text;
  for (const TokenId token : tokens) {
    text += "|" + TestVocabulary().bytes[static_cast<size_t>(token)];
  }
  return text;
}

std::unique_ptr<ShapedReply> Start(std::shared_ptr<const Shape> shape, int budget = 100) {
  return ShapedReply::Create(std::move(shape), TestTokens(), TestVocabulary(), budget).value();
}

TEST(FakeEncode, TakesTheLongestToken) {
  EXPECT_EQ(TextOf(FakeEncode(TestVocabulary(), "axbx")), "|a|xb|x");
}

TEST(ShapedReply, AWholeTextMayBeForced) {
  FakeShape shape;
  shape.Accept(shape.Text(0, "axbcx"));
  const auto reply = Start(shape.Build());
  EXPECT_EQ(TextOf(reply->TakeForced()), "|a|xb|c|x");
  EXPECT_TRUE(reply->ended());
  EXPECT_TRUE(reply->TakeForced().empty());
}

TEST(ShapedReply, WhatMayBelongToALongerTokenIsNotForced) {
  FakeShape shape;
  shape.Accept(shape.Text(0, "abxc"));
  shape.Accept(shape.Text(0, "abxd"));
  const auto reply = Start(shape.Build());
  EXPECT_EQ(TextOf(reply->TakeForced()), "|a|b") << "the model would say xc or xd";
  EXPECT_FALSE(reply->ended());
  EXPECT_TRUE(reply->Allows(FakeEncode(TestVocabulary(), "xc")[0]));
  reply->Accept(FakeEncode(TestVocabulary(), "xc")[0]);
  EXPECT_TRUE(reply->ended());
}

TEST(ShapedReply, TextIsForcedBetweenChoices) {
  FakeShape shape;
  for (const char* text : {"acxeg", "bcxeh"}) shape.Accept(shape.Text(0, text));
  const auto reply = Start(shape.Build());
  EXPECT_TRUE(reply->TakeForced().empty());
  reply->Accept('b' - 'a');
  EXPECT_EQ(TextOf(reply->TakeForced()), "|c|xe|h");
  EXPECT_TRUE(reply->ended());
}

TEST(ShapedReply, AChosenHalfOfATokenIsCompletedAlone) {
  FakeShape shape;
  for (const char* text : {"xab", "yab"}) shape.Accept(shape.Text(0, text));
  const auto reply = Start(shape.Build());
  reply->Accept('x' - 'a');  // where the model would have been taught xa
  EXPECT_EQ(TextOf(reply->TakeForced()), "|a|b");
}

TEST(ShapedReply, ADocumentThatMayGoOnHasNotEnded) {
  FakeShape shape;
  const int end = shape.Text(0, "a");
  shape.Accept(end);
  shape.Edge(end, 'b', end);
  const auto reply = Start(shape.Build());
  EXPECT_EQ(TextOf(reply->TakeForced()), "|a");
  EXPECT_FALSE(reply->ended());
  EXPECT_TRUE(reply->Mask().Allows(FakeModel::kEnd));
  reply->Accept(FakeModel::kEnd);
  EXPECT_TRUE(reply->TakeForced().empty());
}

TEST(ShapedReply, CountsGuessesThatMayFollow) {
  FakeShape shape;
  const int end = shape.Text(0, "a");
  shape.Accept(end);
  shape.Edges(end, 'a', 'c', end);
  const auto reply = Start(shape.Build());
  const std::vector<TokenId> guesses = {0, 1, 2, 3, 0};
  EXPECT_EQ(reply->CountAllowed(guesses), 3U);
  EXPECT_EQ(reply->CountAllowed(guesses), 3U) << "nothing has changed";
}

TEST(ShapedReply, ABudgetBelowTheMinimumIsRefused) {
  FakeShape shape;
  shape.Accept(shape.Text(0, "abcd"));
  const auto built = shape.Build();
  EXPECT_TRUE(ShapedReply::Create(built, TestTokens(), TestVocabulary(), 5));
  const auto refused = ShapedReply::Create(built, TestTokens(), TestVocabulary(), 4);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(refused.error().message.find("5"), std::string::npos) << refused.error().message;
}

}  // namespace
}  // namespace bantam
