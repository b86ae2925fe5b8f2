// What stays of chats that are too long. (tests/context_window measures how well it is chosen.)
#include "engine/context_window.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace bantam {
namespace {

// A token is a byte; a message is rendered as "<role>content", tools in front.
class ByteModel : public Model {
 public:
  const ModelInfo& info() const override { return info_; }
  std::vector<TokenId> Tokenize(std::string_view text, const TokenizeOptions&) const override {
    std::vector<TokenId> ids;
    for (const char c : text) ids.push_back(static_cast<uint8_t>(c));
    return ids;
  }
  Result<std::string> Detokenize(std::span<const TokenId> ids, bool) const override {
    return std::string(ids.begin(), ids.end());
  }
  std::string_view TokenBytes(TokenId) const override { return {}; }
  Result<std::string> RenderChat(const ChatInput& input) const override {
    ++renders;
    const auto messages = Json::Parse(input.messages_json);
    if (!messages) return std::unexpected(messages.error());
    std::string text = input.tools_json;
    for (const Json& message : messages->items()) {
      const Json* content = message.Find("content");
      text += "<" + message.Find("role")->AsString() + ">";
      if (content != nullptr && content->is_string()) text += content->AsString();
    }
    return text;
  }
  bool IsEndToken(TokenId) const override { return false; }

  mutable int renders = 0;

 private:
  ModelInfo info_;
};

struct Said {
  std::string role;
  std::string content;
};

std::string Messages(const std::vector<Said>& chat) {
  Json list = Json::MakeArray();
  for (const Said& one : chat) {
    Json message = Json::MakeObject();
    message.Set("role", Json::String(one.role));
    message.Set("content", Json::String(one.content));
    list.Append(std::move(message));
  }
  return list.Dump();
}

Result<FittedChat> Fit(const std::vector<Said>& chat, TrimMode mode, int max_tokens,
                       const std::string& tools = "") {
  ChatInput input;
  input.messages_json = Messages(chat);
  input.tools_json = tools;
  return FitChat(ByteModel(), input, mode, max_tokens);
}

std::string PromptOf(const Result<FittedChat>& fitted) {
  if (!fitted) return fitted.error().message;
  return {fitted->prompt.begin(), fitted->prompt.end()};
}

const std::vector<Said> kChat = {
    {"system", "Be brief."},
    {"user", "My key is under the pot."},
    {"assistant", "Noted, under the pot."},
    {"user", "Tell me of ships."},
    {"assistant", "Ships sail and sail and sail."},
    {"user", "And of trains?"},
    {"assistant", "Trains roll and roll and roll."},
    {"user", "Where is my key?"},
};

TEST(FitChatTest, WhatFitsStaysAsItIs) {
  for (const TrimMode mode : {TrimMode::kError, TrimMode::kOldest, TrimMode::kRelevant}) {
    const auto fitted = Fit(kChat, mode, 1000);
    ASSERT_TRUE(fitted.has_value());
    EXPECT_EQ(fitted->messages_json, Messages(kChat));
    EXPECT_EQ(fitted->left_out_tokens(), 0);
  }
}

TEST(FitChatTest, ErrorNamesBothNumbers) {
  const auto fitted = Fit(kChat, TrimMode::kError, 100);
  ASSERT_FALSE(fitted.has_value());
  EXPECT_EQ(fitted.error().code, ErrorCode::kTooLong);
  EXPECT_NE(fitted.error().message.find("225"), std::string::npos) << fitted.error().message;
  EXPECT_NE(fitted.error().message.find("100"), std::string::npos);
}

TEST(FitChatTest, OldestDropsWholeTurns) {
  EXPECT_EQ(PromptOf(Fit(kChat, TrimMode::kOldest, 120)),
            "<system>Be brief.<user>And of trains?<assistant>Trains roll and roll and roll.<user>"
            "Where is my key?");
  const auto fitted = Fit(kChat, TrimMode::kOldest, 60);
  EXPECT_EQ(PromptOf(fitted), "<system>Be brief.<user>Where is my key?");
  EXPECT_EQ(fitted->left_out_tokens(), 225 - 39);
  EXPECT_EQ(Fit(kChat, TrimMode::kOldest, 30).error().code, ErrorCode::kTooLong);
}

TEST(FitChatTest, RelevantKeepsWhatTheQuestionAsksFor) {
  EXPECT_EQ(PromptOf(Fit(kChat, TrimMode::kRelevant, 112)),
            "<system>Be brief.<user>My key is under the pot.<assistant>Noted, under the pot."
            "<user>Where is my key?");
}

TEST(FitChatTest, GapsAreMarkedAndOrderKept) {
  std::string report = "The harbour has nine cranes.";
  for (int i = 0; i < 30; ++i) report += "\n\nNothing of note in year " + std::to_string(i) + ".";
  report += "\n\nThe lighthouse keeper is called Ines.\n\nThe mill burnt down twice.";
  const std::vector<Said> chat = {
      {"user", "Hello."},
      {"assistant", "Good day."},
      {"user", "Read this:\n\n" + report},
      {"assistant", "I have read it."},
      {"user", "What is the lighthouse keeper called? And the cranes?"}};
  const std::string prompt = PromptOf(Fit(chat, TrimMode::kRelevant, 260));
  const size_t cranes = prompt.find("The harbour has nine cranes.\n[…]\n");
  const size_t keeper = prompt.find("The lighthouse keeper is called Ines.");
  EXPECT_NE(cranes, std::string::npos) << prompt;
  EXPECT_NE(keeper, std::string::npos) << prompt;
  EXPECT_LT(cranes, keeper);
  EXPECT_EQ(prompt.find("Hello."), std::string::npos);
  EXPECT_LE(prompt.size(), 260U);
}

// A message that alone is too long: its beginning, its end and what they ask for.
TEST(FitChatTest, TheLastMessageMayBeCutToo) {
  std::string message = "Summarise what this says about otters.";
  for (int i = 0; i < 40; ++i) message += "\n\nParagraph " + std::to_string(i) + " on geese.";
  message += "\n\nAn otter sleeps on its back.";
  for (int i = 0; i < 40; ++i) message += "\n\nParagraph " + std::to_string(i) + " on crows.";
  message += "\n\nAnswer in one line.";
  const std::string prompt = PromptOf(Fit({{"user", message}}, TrimMode::kRelevant, 200));
  EXPECT_TRUE(prompt.starts_with("<user>Summarise what this says about otters.\n[…]\n")) << prompt;
  EXPECT_NE(prompt.find("An otter sleeps on its back."), std::string::npos);
  EXPECT_TRUE(prompt.ends_with("Answer in one line."));
  EXPECT_LE(prompt.size(), 200U);
  const auto hopeless = Fit({{"user", message}}, TrimMode::kRelevant, 40);
  ASSERT_FALSE(hopeless.has_value());
  EXPECT_EQ(hopeless.error().code, ErrorCode::kTooLong);
}

TEST(FitChatTest, SystemMessagesAndToolsAlwaysStay) {
  std::vector<Said> chat = kChat;
  chat.insert(chat.begin() + 4, {"system", "Stay polite."});
  for (const TrimMode mode : {TrimMode::kOldest, TrimMode::kRelevant}) {
    const std::string prompt = PromptOf(Fit(chat, mode, 80, "[tool]"));
    EXPECT_TRUE(prompt.starts_with("[tool]<system>Be brief.")) << prompt;
    EXPECT_NE(prompt.find("<system>Stay polite."), std::string::npos) << prompt;
  }
}

TEST(FitChatTest, WhatDoesNotFitIsNamed) {
  const std::string message = std::string(300, 'x');
  const auto told = [](const std::vector<Said>& chat, const std::string& tools) {
    return PromptOf(Fit(chat, TrimMode::kOldest, 200, tools));
  };
  EXPECT_EQ(told({{"user", "a"}, {"user", message}}, ""),
            "the last turn alone has 306 tokens, but only 200 fit");
  EXPECT_EQ(told({{"system", message}, {"user", "a"}, {"assistant", "b"}, {"user", "hi"}}, ""),
            "what must stay of the chat (system messages of 300 tokens, the last turn of 2 tokens) "
            "has 316 tokens, but only 200 fit");
  EXPECT_EQ(told({{"user", "hi"}, {"assistant", "yo"}, {"developer", "Be brief."}}, message),
            "what must stay of the chat (system messages of 9 tokens, tools of 300 tokens, the "
            "last turn of 4 tokens) has 341 tokens, but only 200 fit");
}

TEST(FitChatTest, WhatIsNoChatIsRefused) {
  for (const char* messages : {"", "{}", "[1]", R"([{"content":"x"}])", R"([{"role":1}])"}) {
    ChatInput input;
    input.messages_json = messages;
    const auto turns = ChatTurns::Parse(messages);
    EXPECT_FALSE(turns.has_value()) << messages;
  }
  EXPECT_FALSE(Fit({{"system", "Too long for what there is."}}, TrimMode::kRelevant, 5));
  EXPECT_FALSE(Fit({{"system", "Too long for what there is."}}, TrimMode::kOldest, 5));
}

// A long chat of turns whose answers have so many sentences, and a question at its end.
std::vector<Said> LongChat(size_t bytes, int sentences, const std::string& question) {
  const std::string said[] = {"The ship sails on.", "Trains roll along the coast.",
                              "船在海上航行。", "Nothing of note happened in the mill."};
  std::vector<Said> chat = {{"system", "Be brief."}};
  size_t length = 0;
  for (size_t turn = 0; length < bytes; ++turn) {
    std::string answer;
    for (int i = 0; i < sentences; ++i) {
      answer += said[(turn + static_cast<size_t>(i)) % 4] + (i % 5 == 4 ? "\n\n" : " ");
    }
    chat.push_back({"user", "Go on: " + std::to_string(turn)});
    chat.push_back({"assistant", answer});
    length += answer.size() + 20;
  }
  chat.push_back({"user", question});
  return chat;
}

TEST(FitChatTest, RelevantFillsTheRoom) {
  constexpr int kMaxTokens = 16000;
  for (const int sentences : {1, 4, 60, 500}) {
    for (const size_t bytes : {17000, 30000, 200000}) {
      for (const char* question : {"Say more of ships.", "航行", "Where is my key?", "Go on."}) {
        const ByteModel model;
        ChatInput input;
        input.messages_json = Messages(LongChat(bytes, sentences, question));
        const auto fitted = FitChat(model, input, TrimMode::kRelevant, kMaxTokens);
        ASSERT_TRUE(fitted.has_value()) << fitted.error().message;
        EXPECT_LE(std::ssize(fitted->prompt), kMaxTokens);
        EXPECT_GE(std::ssize(fitted->prompt), kMaxTokens * 95 / 100)
            << sentences << " sentences, " << bytes << " bytes: " << question;
        EXPECT_LE(model.renders, 14) << "the time for it is bounded";
      }
    }
  }
}

// At every length from what must stay up to the whole.
TEST(FitChatTest, SystemMessagesAndToolsStayUnderPressure) {
  std::vector<Said> chat = LongChat(3000, 4, "Where is my key?");
  const std::string begin = "[tool]<system>Be brief.";
  chat.insert(chat.begin() + 7, {"developer", "Stay polite."});
  chat.insert(chat.end() - 1, {"system", "The key is red."});
  const std::string middle = "<developer>Stay polite.";
  const std::string end = "<system>The key is red.<user>Where is my key?";
  const int least = static_cast<int>(begin.size() + middle.size() + end.size());
  for (const TrimMode mode : {TrimMode::kOldest, TrimMode::kRelevant}) {
    for (int max_tokens = least; max_tokens < 3000; max_tokens += 37) {
      const std::string prompt = PromptOf(Fit(chat, mode, max_tokens, "[tool]"));
      EXPECT_LE(std::ssize(prompt), max_tokens);
      EXPECT_TRUE(prompt.starts_with(begin)) << prompt;
      EXPECT_NE(prompt.find(middle), std::string::npos) << prompt;
      EXPECT_TRUE(prompt.ends_with(end)) << prompt;
    }
    EXPECT_EQ(PromptOf(Fit(chat, mode, least, "[tool]")), begin + middle + end);
    EXPECT_EQ(Fit(chat, mode, least - 1, "[tool]").error().code, ErrorCode::kTooLong);
  }
}

// Whatever the chat, the bound holds, the last message stays and nothing is invented.
TEST(FitChatTest, HoldsItsPromises) {
  std::mt19937_64 random(7);
  const char* words[] = {"key",  "pot",  "ship", "钥匙", "sail.",
                         "\n\n", "mill", "。",   "\n",   "what?"};
  const char* roles[] = {"user", "assistant", "user", "assistant", "tool", "system"};
  for (int round = 0; round < 400; ++round) {
    std::vector<Said> chat;
    for (uint64_t i = 0, n = 1 + random() % 12; i < n; ++i) {
      std::string text;
      for (uint64_t k = 0, m = random() % 60; k < m; ++k) text += words[random() % 10], text += ' ';
      chat.push_back({roles[random() % 6], std::move(text)});
    }
    chat.push_back({"user", "where is the key"});
    const int max_tokens = 40 + static_cast<int>(random() % 800);
    const auto fitted = Fit(chat, TrimMode::kRelevant, max_tokens);
    if (!fitted) {
      EXPECT_EQ(fitted.error().code, ErrorCode::kTooLong);
      continue;
    }
    EXPECT_LE(std::ssize(fitted->prompt), max_tokens);
    EXPECT_TRUE(PromptOf(fitted).ends_with("<user>where is the key"));
    EXPECT_EQ(PromptOf(Fit(chat, TrimMode::kRelevant, max_tokens)), PromptOf(fitted));
  }
}

}  // namespace
}  // namespace bantam
