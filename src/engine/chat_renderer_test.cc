// Tests of chat rendering: the fallback, missing and broken templates, malformed conversations.
#include "engine/chat_renderer.h"

#include <gtest/gtest.h>

namespace bantam {
namespace {

Vocabulary WithTokens(std::vector<std::string> bytes) {
  Vocabulary vocabulary;
  vocabulary.bytes = std::move(bytes);
  vocabulary.kinds.assign(vocabulary.bytes.size(), TokenKind::kNormal);
  return vocabulary;
}

class ChatRendererTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto compiled = ChatTemplate::Compile("x");
    if (!compiled && compiled.error().code == ErrorCode::kUnsupported) {
      GTEST_SKIP() << "the template engine is not here yet";
    }
  }
};

ChatInput Hello() {
  ChatInput input;
  input.messages_json = R"([{"role":"user","content":"Hi"}])";
  return input;
}

TEST_F(ChatRendererTest, SpecialTokensAreTheVocabularys) {
  Vocabulary vocabulary = WithTokens({"<s>", "</s>", "a"});
  vocabulary.bos = 0;
  vocabulary.eos = 1;
  const ChatRenderer chat("{{ bos_token }}{{ messages[0].content }}{{ eos_token }}", vocabulary);
  EXPECT_EQ(chat.Render(Hello()).value(), "<s>Hi</s>");
}

TEST_F(ChatRendererTest, FallsBackToChatMlWhereTheVocabularyKnowsIt) {
  const ChatRenderer chat("", WithTokens({"a", "<|im_start|>", "<|im_end|>"}));
  EXPECT_NE(chat.source(), "");
  ChatInput input = Hello();
  EXPECT_EQ(chat.Render(input).value(), "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  input.add_generation_prompt = false;
  EXPECT_EQ(chat.Render(input).value(), "<|im_start|>user\nHi<|im_end|>\n");
}

TEST_F(ChatRendererTest, NoTemplateIsAnErrorWhenUsed) {
  const ChatRenderer chat("", WithTokens({"a"}));
  EXPECT_EQ(chat.source(), "");
  const auto text = chat.Render(Hello());
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::kUnsupported);
}

TEST_F(ChatRendererTest, ABrokenTemplateIsAnErrorWhenUsed) {
  const ChatRenderer chat("{% for %}", WithTokens({"<|im_start|>"}));
  const auto text = chat.Render(Hello());
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(text.error().message.find("chat template"), std::string::npos);
}

TEST_F(ChatRendererTest, ErrorsSayWhereTheTemplateComesFrom) {
  const std::string name = "m.gguf: tokenizer.chat_template";
  for (const char* source :
       {"{% for %}",
        "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}"}) {
    const ChatRenderer chat(source, WithTokens({"<|im_start|>"}), name);
    const auto text = chat.Render(Hello());
    ASSERT_FALSE(text) << source;
    EXPECT_TRUE(text.error().message.starts_with(name + ": ")) << text.error().message;
  }
}

TEST_F(ChatRendererTest, AChatCanBringItsOwnTemplate) {
  const ChatRenderer chat("{% for %}", WithTokens({"a"}));
  ChatInput input = Hello();
  input.chat_template = "<{{ messages[0].content }}>";
  EXPECT_EQ(chat.Render(input).value(), "<Hi>");
  input.chat_template = "{{";
  EXPECT_FALSE(chat.Render(input));
}

TEST_F(ChatRendererTest, MalformedConversationsAreNamed) {
  const ChatRenderer chat("{{ messages|length }}{{ tools|length }}", WithTokens({"a"}));
  const auto error = [&](const char* messages, const char* tools) {
    ChatInput input;
    input.messages_json = messages;
    input.tools_json = tools;
    const auto text = chat.Render(input);
    return text ? *text : std::string(ErrorName(text.error().code)) + ": " + text.error().message;
  };
  EXPECT_EQ(error("[1,2]", "[3]"), "21");
  EXPECT_EQ(error("{}", ""), "invalid argument: messages must be a JSON array");
  EXPECT_EQ(error("[]", "7"), "invalid argument: tools must be a JSON array");
  EXPECT_TRUE(error("[", "").starts_with("invalid argument: messages: "));
}

}  // namespace
}  // namespace bantam
