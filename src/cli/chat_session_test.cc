// Tests of asking, and of chats that outgrow the context.
#include "cli/chat_session.h"

#include <gtest/gtest.h>

#include "cli/fake_backend.h"
#include "cli/interrupt.h"

namespace bantam::cli {
namespace {

class ChatSessionTest : public testing::Test {
 protected:
  void SetUp() override { ClearInterrupt(); }
  void TearDown() override { ClearInterrupt(); }

  ChatSession Session(int context, ChatOptions options = {}) {
    engine_ = std::make_unique<FakeEngine>(EngineOptions{.context = context}, world_.script);
    return ChatSession(world_.model, *engine_, world_.env, std::move(options));
  }

  FakeWorld world_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(ChatSessionTest, RemembersBothSides) {
  ChatSession session = Session(1000);
  session.set_system("S");
  world_.script->replies = {{"Hel", "lo"}, {"Fine"}};
  ASSERT_TRUE(session.Ask("Hi"));
  ASSERT_TRUE(session.Ask("How?"));
  EXPECT_EQ(world_.script->prompts[0], "[system]S\n[user]Hi\n[assistant]");
  EXPECT_EQ(world_.script->prompts[1],
            "[system]S\n[user]Hi\n[assistant]Hello\n[user]How?\n[assistant]");
  EXPECT_EQ(world_.out.text, "HelloFine");
  EXPECT_EQ(session.stats().replies, 2);
}

TEST_F(ChatSessionTest, SettingsReachTheRequest) {
  ChatSession session = Session(1000, {.chat_template = "T:", .raw = false});
  session.settings.max_tokens = 7;
  session.settings.stop = {"END"};
  session.settings.sampling.temperature = 0.25F;
  ASSERT_TRUE(session.Ask("Hi"));
  const GenerationRequest& request = world_.script->requests.at(0);
  EXPECT_EQ(request.max_tokens, 7);
  EXPECT_EQ(request.stop, std::vector<std::string>{"END"});
  EXPECT_EQ(request.sampling.temperature, 0.25F);
  EXPECT_TRUE(world_.script->prompts[0].starts_with("T:")) << "the template given";
}

TEST_F(ChatSessionTest, RawTextsStandAlone) {
  ChatSession session = Session(1000, {.chat_template = "", .raw = true});
  ASSERT_TRUE(session.Ask("def f("));
  ASSERT_TRUE(session.Ask("x"));
  EXPECT_EQ(world_.script->prompts, (std::vector<std::string>{"def f(", "x"}));
  EXPECT_TRUE(session.conversation().messages.empty());
}

TEST_F(ChatSessionTest, FailuresLeaveTheChatAlone) {
  ChatSession session = Session(1000);
  ASSERT_TRUE(session.Ask("one"));
  const Conversation before = session.conversation();
  world_.script->fail_next = Error{ErrorCode::kInternal, "broken"};
  EXPECT_EQ(session.Ask("two").error().message, "broken");
  EXPECT_EQ(session.conversation(), before);
}

TEST_F(ChatSessionTest, WhatWasSaidBeforeCtrlCStays) {
  ChatSession session = Session(1000);
  world_.script->replies = {{"one ", "two ", "three"}};
  world_.script->before_piece = [](size_t piece) {
    if (piece == 1) RaiseInterrupt();
  };
  const auto result = session.Ask("count");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->finish, FinishReason::kCancelled);
  EXPECT_EQ(session.conversation().messages.back(), (Message{"assistant", "one two "}));
}

TEST_F(ChatSessionTest, NothingSaidNothingKept) {
  ChatSession session = Session(1000);
  RaiseInterrupt();
  ASSERT_TRUE(session.Ask("count"));
  EXPECT_TRUE(session.conversation().messages.empty());
}

TEST_F(ChatSessionTest, FailingOutputStopsTheReply) {
  ChatSession session = Session(1000);
  world_.script->replies = {{"one ", "two ", "three"}};
  world_.out.fail_with = 5;
  EXPECT_EQ(session.Ask("count")->text, "one ");
}

TEST_F(ChatSessionTest, LongPromptsNameBothNumbers) {
  ChatSession session = Session(100);
  const auto result = session.Ask(std::string(2000, 'x'));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kTooLong);
  EXPECT_NE(result.error().message.find("2,018 tokens"), std::string::npos);
  EXPECT_NE(result.error().message.find("holds 100"), std::string::npos);
  EXPECT_TRUE(session.conversation().messages.empty());
  EXPECT_TRUE(world_.script->prompts.empty());
}

TEST_F(ChatSessionTest, AFullContextIsSaid) {
  ChatSession session = Session(100);
  world_.script->finish = FinishReason::kLength;
  ASSERT_TRUE(session.Ask("x"));
  EXPECT_NE(world_.err.text.find("the context of 100 tokens is full"), std::string::npos);
  world_.err.text.clear();
  session.settings.max_tokens = 1;
  ASSERT_TRUE(session.Ask("x"));
  EXPECT_EQ(world_.err.text, "") << "the user's own limit is no news";
}

// The property: whatever the lengths, the prompt fits, keeps the system message, ends with the
// question, is made of whole turns, and anything left out is announced.
TEST_F(ChatSessionTest, OldTurnsMakeRoom) {
  for (const size_t length : {5, 20, 60, 100}) {
    ChatSession session = Session(200);
    session.set_system("SYS");
    for (int i = 0; i < 30; ++i) {
      const std::string question = std::to_string(i) + std::string(length, 'q');
      world_.err.text.clear();
      const size_t seen_before = session.first_seen();
      ASSERT_TRUE(session.Ask(question)) << length << " " << i;
      const std::string& prompt = world_.script->prompts.back();
      ASSERT_LT(prompt.size(), 200U);
      EXPECT_TRUE(prompt.starts_with("[system]SYS\n[user]")) << prompt;
      EXPECT_TRUE(prompt.ends_with("[user]" + question + "\n[assistant]"));
      EXPECT_EQ(session.conversation().messages.size(), 2U * (i + 1)) << "all is kept to save";
      EXPECT_EQ(world_.err.text.find("left out") != std::string::npos,
                session.first_seen() != seen_before);
    }
    EXPECT_GT(session.first_seen(), 0U);
  }
}

TEST_F(ChatSessionTest, RelevantPassagesOfOldTurnsStay) {
  ChatSession session = Session(200);
  session.settings.trim = TrimMode::kRelevant;
  session.settings.max_tokens = 10;
  ASSERT_TRUE(session.Ask("The key is under the pot."));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(session.Ask("Nothing new on day " + std::to_string(i)));
  world_.err.text.clear();
  ASSERT_TRUE(session.Ask("Where was the key?"));
  const std::string& prompt = world_.script->prompts.back();
  EXPECT_NE(prompt.find("[user]The key is under the pot."), std::string::npos) << prompt;
  EXPECT_TRUE(prompt.ends_with("[user]Where was the key?\n[assistant]")) << prompt;
  EXPECT_LE(prompt.size(), 190U);
  EXPECT_NE(world_.err.text.find("tokens that have least to do with the question left out"),
            std::string::npos);
}

TEST_F(ChatSessionTest, NothingIsLeftOutWhereThatIsAnError) {
  ChatSession session = Session(200);
  session.settings.trim = TrimMode::kError;
  ASSERT_TRUE(session.Ask(std::string(90, 'a')));
  const auto asked = session.Ask(std::string(90, 'b'));
  ASSERT_FALSE(asked.has_value());
  EXPECT_EQ(asked.error().code, ErrorCode::kTooLong);
  EXPECT_EQ(session.conversation().messages.size(), 2U);
}

TEST_F(ChatSessionTest, TheNumberLeftOutIsRight) {
  ChatSession session = Session(200);
  ASSERT_TRUE(session.Ask(std::string(50, 'a')));  // "[user]…\n[assistant]ok\n": 57 + 14 tokens
  ASSERT_TRUE(session.Ask(std::string(40, 'b')));
  world_.err.text.clear();
  ASSERT_TRUE(session.Ask(std::string(30, 'c')));
  EXPECT_NE(world_.err.text.find("the context of 200 tokens: its oldest turn (71 tokens) left out"),
            std::string::npos)
      << world_.err.text;
  EXPECT_EQ(session.first_seen(), 2U);
}

TEST_F(ChatSessionTest, LoadingAndClearingStartOver) {
  ChatSession session = Session(200);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(session.Ask(std::string(40, 'a')));
  EXPECT_GT(session.first_seen(), 0U);
  session.Replace({"S", {{"user", "U"}, {"assistant", "A"}}});
  EXPECT_EQ(session.first_seen(), 0U);
  ASSERT_TRUE(session.Ask("x"));
  EXPECT_EQ(world_.script->prompts.back(),
            "[system]S\n[user]U\n[assistant]A\n[user]x\n[assistant]");
  session.Clear();
  EXPECT_EQ(session.conversation(), (Conversation{"S", {}}));
}

TEST_F(ChatSessionTest, BadBytesBecomeReplacements) {
  ChatSession session = Session(200);
  ASSERT_TRUE(session.Ask("a\xFF"));
  EXPECT_EQ(session.conversation().messages[0].content, "a\xEF\xBF\xBD");
}

}  // namespace
}  // namespace bantam::cli
