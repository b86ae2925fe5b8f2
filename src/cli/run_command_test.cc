// Tests of `bantam run` without a terminal.
#include <gtest/gtest.h>

#include "cli/fake_backend.h"
#include "cli/interrupt.h"

namespace bantam::cli {
namespace {

class RunCommandTest : public testing::Test {
 protected:
  void SetUp() override { ClearInterrupt(); }
  void TearDown() override { ClearInterrupt(); }
  FakeWorld world_;
};

TEST_F(RunCommandTest, OneAnswer) {
  world_.script->replies = {{"Because."}};
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "Why?", "--system", "S"}), 0);
  EXPECT_EQ(world_.out.text, "Because.\n");
  EXPECT_EQ(world_.err.text, "");
  EXPECT_EQ(world_.script->prompts[0], "[system]S\n[user]Why?\n[assistant]");
}

TEST_F(RunCommandTest, LanguageGoesToTheEngineAndAnotherIsSaid) {
  world_.script->replies = {{"The sky is blue because of the air, and that is all."},
                            {"天空是蓝的。"}};
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "Why?", "--reply-language", "zh"}), 0);
  EXPECT_EQ(world_.script->requests[0].language, FindLanguage("zh"));
  EXPECT_NE(world_.err.text.find("seems to be in English, not in Chinese"), std::string::npos);
  world_.err.text.clear();
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "Why?", "--reply-language", "zh"}), 0);
  EXPECT_EQ(world_.err.text, "");
}

TEST_F(RunCommandTest, FoldersOfIdsAloneAreToldApart) {
  world_.model->info_.tokenizer.clear();
  EXPECT_NE(world_.Run({"run", "tiny.gguf", "Why?"}), 0);
  EXPECT_NE(world_.err.text.find("tiny.gguf: has no tokenizer"), std::string::npos);
  world_.err.text.clear();
  EXPECT_NE(world_.Run({"tokenize", "tiny.gguf", "Why?"}), 0);
  EXPECT_NE(world_.err.text.find("tiny.gguf: has no tokenizer"), std::string::npos);
  EXPECT_TRUE(world_.script->prompts.empty());
}

TEST_F(RunCommandTest, PromptsOfSeveralWords) {
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "Why", "so?"}), 0);
  EXPECT_EQ(world_.script->prompts[0], "[user]Why so?\n[assistant]");
}

TEST_F(RunCommandTest, PipedText) {
  world_.in.terminal = false;
  world_.in.text = "the text\n";
  EXPECT_EQ(world_.Run({"run", "tiny.gguf"}), 0);
  EXPECT_EQ(world_.script->prompts[0], "[user]the text\n[assistant]");
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "Summarise:"}), 0);
  EXPECT_EQ(world_.script->prompts[1], "[user]Summarise:\n\nthe text\n[assistant]");
  world_.in.text = "";
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "Hi"}), 0);
  EXPECT_EQ(world_.script->prompts[2], "[user]Hi\n[assistant]");
  EXPECT_EQ(world_.Run({"run", "tiny.gguf"}), 2);
  EXPECT_NE(world_.err.text.find("no prompt"), std::string::npos);
}

TEST_F(RunCommandTest, BadBytesAreReplacedAndSaid) {
  world_.in.terminal = false;
  world_.in.text = "a\xFF";
  EXPECT_EQ(world_.Run({"run", "tiny.gguf"}), 0);
  EXPECT_EQ(world_.script->prompts[0], "[user]a\xEF\xBF\xBD\n[assistant]");
  EXPECT_NE(world_.err.text.find("not valid UTF-8"), std::string::npos);
}

TEST_F(RunCommandTest, RawCompletion) {
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "--no-chat", "def f("}), 0);
  EXPECT_EQ(world_.script->prompts[0], "def f(");
  world_.model->info_.chat_template.clear();
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x"}), 0);
  EXPECT_EQ(world_.script->prompts[1], "x");
  EXPECT_NE(world_.err.text.find("no chat template"), std::string::npos);
}

TEST_F(RunCommandTest, TemplateFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.Write("t.jinja", "MINE ");
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--chat-template-file", path}), 0);
  EXPECT_EQ(world_.script->prompts[0], "MINE [user]x\n[assistant]");
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--chat-template-file", path + "no"}), 1);
}

TEST_F(RunCommandTest, EngineOptions) {
  EXPECT_EQ(
      world_.Run({"run", "tiny.gguf", "x", "--ctx", "512", "-t", "3", "--prefix-cache", "off"}), 0);
  const EngineOptions& options = world_.script->engines.at(0);
  EXPECT_EQ(options.context, 512);
  EXPECT_EQ(options.threads, 3);
  EXPECT_FALSE(options.prefix_cache);
}

TEST_F(RunCommandTest, Statistics) {
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--stats"}), 0);
  EXPECT_EQ(world_.out.text, "ok\n") << "not among the answer";
  EXPECT_NE(world_.err.text.find("peak memory   3.0 MiB"), std::string::npos);
}

TEST_F(RunCommandTest, CtrlCExits130) {
  world_.script->replies = {{"one ", "two ", "three"}};
  world_.script->before_piece = [](size_t piece) {
    if (piece == 1) RaiseInterrupt();
  };
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x"}), 130);
  EXPECT_EQ(world_.out.text, "one two \n");
}

TEST_F(RunCommandTest, KeysAndValuesTakeTheBitsThatAreWanted) {
  world_.script->replies = {{"a"}, {"b"}, {"c"}};
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x"}), 0);
  EXPECT_EQ(world_.load_options.kv, KvPrecision::k16);
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--kv-cache", "8"}), 0);
  EXPECT_EQ(world_.load_options.kv, KvPrecision::k8);
  world_.load_options = {};
  EXPECT_EQ(
      world_.Run({"run", "tiny.gguf", "x", "--cache-type-k", "q8_0", "--cache-type-v", "q8_0"}), 0);
  EXPECT_EQ(world_.load_options.kv, KvPrecision::k8);
  EXPECT_NE(world_.Run({"run", "tiny.gguf", "x", "--cache-type-k", "q8_0"}), 0);
  EXPECT_NE(world_.err.text.find("--cache-type-k and --cache-type-v differ"), std::string::npos);
}

TEST_F(RunCommandTest, MakersSuggestionsStandWhereNothingIsSaid) {
  world_.model->info_.sampling.temperature = 0.7F;
  world_.model->info_.sampling.top_k = 20;
  world_.model->info_.sampling.note = "top_p is 7";
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--top-k", "5"}), 0);
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--generation-config", "none"}), 0);
  const SamplingParams& suggested = world_.script->requests.at(0).sampling;
  EXPECT_EQ(suggested.temperature, 0.7F);
  EXPECT_EQ(suggested.top_k, 5);
  EXPECT_EQ(suggested.top_p, SamplingParams().top_p);
  EXPECT_EQ(world_.script->requests.at(1).sampling.temperature, SamplingParams().temperature);
  EXPECT_EQ(world_.err.text, "bantam: the model's suggestions: top_p is 7\n");
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--generation-config", "some"}), 2);
  EXPECT_EQ(world_.Run({"show", "tiny.gguf"}), 0);
  EXPECT_NE(world_.out.text.find("temperature 0.7, top-k 20"), std::string::npos);
}

TEST_F(RunCommandTest, WhatIsLeftOutIsCounted) {
  std::string text = "Summarise this.";
  for (int i = 0; i < 20; ++i) text += "\n\nA paragraph on geese.";
  const std::vector<std::string> args = {"run", "tiny.gguf", text,   "--ctx",  "300",     "-n",
                                         "10",  "--system",  "SYS.", "--trim", "relevant"};
  EXPECT_EQ(world_.Run(args), 0);
  const std::string& prompt = world_.script->prompts.at(0);
  EXPECT_TRUE(prompt.starts_with("[system]SYS.\n[user]Summarise this.")) << prompt;
  const size_t whole = std::string("[system]SYS.\n[user]\n[assistant]").size() + text.size();
  EXPECT_EQ(world_.err.text,
            "bantam: the chat no longer fits the context of 300 tokens: passages "
            "of " +
                std::to_string(whole - prompt.size()) +
                " tokens that have least to do with the question left out\n");
  for (const char* trim : {"oldest", "error"}) {
    std::vector<std::string> refused = args;
    refused.back() = trim;
    EXPECT_EQ(world_.Run(refused), 1) << "one message is not cut";
    EXPECT_NE(world_.err.text.find("the prompt has " + std::to_string(whole) + " tokens"),
              std::string::npos);
  }
}

TEST_F(RunCommandTest, WeightsLieWhereTheyAreWanted) {
  world_.script->replies = {{"a"}, {"b"}};
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--weights", "mapped", "--ctx", "300"}), 0);
  EXPECT_EQ(world_.load_options.weights, WeightLayout::kMapped);
  EXPECT_EQ(world_.load_options.context, 300);
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--ctx", "300"}), 0);
  EXPECT_EQ(world_.load_options.weights, WeightLayout::kAuto);
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--weights", "disk"}), 2);
  EXPECT_NE(world_.err.text.find("expected auto, mapped or packed, got 'disk'"), std::string::npos)
      << world_.err.text;
}

TEST_F(RunCommandTest, Failures) {
  EXPECT_EQ(world_.Run({"run", "none.gguf", "x"}), 1);
  EXPECT_EQ(world_.err.text, "bantam: cannot open 'none.gguf'\n");
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--temperature", "-1"}), 2);
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--temperature", "hot"}), 2);
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--ctx", "10"}), 1);
  EXPECT_NE(world_.err.text.find("the prompt has 19 tokens, but the context holds 10"),
            std::string::npos);
  EXPECT_EQ(world_.out.text, "");
}

}  // namespace
}  // namespace bantam::cli
