// Tests of conversations and their files, hostile ones included.
#include "cli/conversation.h"

#include <gtest/gtest.h>

namespace bantam::cli {
namespace {

const Conversation kChat{"Be brief.",
                         {{"user", "Hi \"you\"\n"}, {"assistant", "Grüß dich 😀"}, {"user", "?"}}};

TEST(Conversation, TurnsBeginWithTheUser) {
  EXPECT_EQ(kChat.TurnStarts(), (std::vector<size_t>{0, 2}));
  const Conversation odd{"", {{"assistant", "Hello"}, {"user", "Hi"}, {"tool", "1"}}};
  EXPECT_EQ(odd.TurnStarts(), (std::vector<size_t>{0, 1}));
  EXPECT_TRUE(Conversation().TurnStarts().empty());
}

TEST(Conversation, MessagesAsTemplatesSeeThem) {
  EXPECT_EQ(kChat.MessagesJson(2),
            R"([{"role":"system","content":"Be brief."},{"role":"user","content":"?"}])");
  EXPECT_EQ(Conversation().MessagesJson(), "[]");
}

TEST(Conversation, FilesRoundTrip) {
  const auto read = ConversationFromFile(ConversationToFile(kChat, "Tiny"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, kChat);
}

TEST(Conversation, ReadsPlainArrays) {
  const auto read = ConversationFromFile(
      R"([{"role":"system","content":"S"},{"role":"user","content":"U","name":"x"}])");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (Conversation{"S", {{"user", "U"}}}));
}

TEST(Conversation, HostileFilesAreRefused) {
  const std::string deep(100000, '[');
  const std::string cases[] = {"",
                               "{",
                               "null",
                               "42",
                               "\"text\"",
                               "{}",
                               R"({"messages":{}})",
                               R"({"messages":[1]})",
                               R"([{"role":"user"}])",
                               R"([{"content":"x"}])",
                               R"([{"role":1,"content":"x"}])",
                               R"([{"role":"user","content":["x"]}])",
                               R"([{"role":"root","content":"x"}])",
                               R"({"format":"other","messages":[]})",
                               R"({"format":1,"messages":[]})",
                               R"({"version":2,"messages":[]})",
                               R"({"version":"1","messages":[]})",
                               R"({"version":1e99,"messages":[]})",
                               R"({"system":1,"messages":[]})",
                               R"({"messages":[],"messages":[]})",
                               "[{\"role\":\"user\",\"content\":\"\xFF\"}]",
                               deep};
  for (const std::string& text : cases) {
    const auto read = ConversationFromFile(text);
    ASSERT_FALSE(read) << text.substr(0, 80);
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
    EXPECT_TRUE(read.error().message.starts_with("not a saved chat: ")) << read.error().message;
  }
}

TEST(Conversation, EveryTruncationIsRefused) {
  const std::string text = ConversationToFile(kChat, "Tiny");
  for (size_t n = 0; n + 2 < text.size(); ++n) {
    EXPECT_FALSE(ConversationFromFile(std::string_view(text).substr(0, n))) << n;
  }
}

}  // namespace
}  // namespace bantam::cli
