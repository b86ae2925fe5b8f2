// Tests of `bantam score`.
#include <gtest/gtest.h>

#include <cstring>

#include "base/sha256.h"
#include "cli/fake_backend.h"
#include "cli/interrupt.h"

namespace bantam::cli {
namespace {

class ScoreCommandTest : public testing::Test {
 protected:
  void SetUp() override { ClearInterrupt(); }

  TemporaryDirectory directory_;
  FakeWorld world_;
  std::string tokens_ = directory_.Write("t.json", "[97,98,99]");
};

// What the fake engine's logits look like in a file.
std::string LogitBytes(int from, int to) {
  std::string bytes;
  for (int i = from; i < to; ++i) {
    const float logits[] = {static_cast<float>(i), 0.5F};
    bytes.append(reinterpret_cast<const char*>(logits), sizeof logits);
  }
  return bytes;
}

TEST_F(ScoreCommandTest, OneLinePerPosition) {
  EXPECT_EQ(world_.Run({"score", "tiny.gguf", "--tokens", tokens_, "--top", "2"}), 0);
  EXPECT_EQ(world_.out.text,
            "{\"pos\":0,\"token\":97,\"logprob\":null,\"top\":[[0,-0.1],[1,-0.1]]}\n"
            "{\"pos\":1,\"token\":98,\"logprob\":-1,\"top\":[[0,-0.1],[1,-0.1]]}\n"
            "{\"pos\":2,\"token\":99,\"logprob\":-1,\"top\":[[0,-0.1],[1,-0.1]]}\n"
            "{\"tokens\":3,\"reported\":3,\"perplexity\":2.718281828459045,\"mean_logprob\":-1,"
            "\"precision\":\"fast\"}\n");
  EXPECT_FALSE(world_.script->engines.at(0).prefix_cache);
}

TEST_F(ScoreCommandTest, TextFromAPosition) {
  world_.in.text = "abcd";
  EXPECT_EQ(world_.Run({"score", "tiny.gguf", "--text", "-", "--from", "3", "--top", "0",
                        "--precision", "exact"}),
            0);
  EXPECT_EQ(world_.out.text,
            "{\"pos\":3,\"token\":100,\"logprob\":-1,\"top\":[]}\n"
            "{\"tokens\":4,\"reported\":1,\"perplexity\":2.718281828459045,\"mean_logprob\":-1,"
            "\"precision\":\"exact\"}\n");
}

TEST_F(ScoreCommandTest, OneTokenHasNoPerplexity) {
  world_.in.text = "a";
  EXPECT_EQ(world_.Run({"score", "tiny.gguf", "--text", "-", "--summary"}), 0);
  EXPECT_EQ(world_.out.text,
            "{\"tokens\":1,\"reported\":1,\"perplexity\":null,\"mean_logprob\":null,"
            "\"precision\":\"fast\"}\n");
}

TEST_F(ScoreCommandTest, Logits) {
  const std::string file = directory_.File("logits");
  EXPECT_EQ(world_.Run({"score", "tiny.gguf", "--tokens", tokens_, "--summary", "--logits-sha256",
                        "--logits", file}),
            0);
  const std::string expected = LogitBytes(0, 3);
  EXPECT_EQ(ReadBack(file), expected);
  Sha256 sha;
  sha.Update({reinterpret_cast<const uint8_t*>(expected.data()), expected.size()});
  EXPECT_NE(world_.out.text.find("\"logits_sha256\":\"" + HexText(sha.Finish()) + "\""),
            std::string::npos);
}

TEST_F(ScoreCommandTest, Failures) {
  EXPECT_EQ(world_.Run({"score", "tiny.gguf"}), 2);
  EXPECT_EQ(world_.Run({"score", "tiny.gguf", "--tokens", tokens_, "--text", tokens_}), 2);
  EXPECT_EQ(world_.Run({"score", "tiny.gguf", "--tokens", directory_.File("none")}), 1);
  EXPECT_EQ(world_.Run({"score", "tiny.gguf", "--tokens", directory_.Write("e", "[]")}), 2);
  world_.err.text.clear();
  EXPECT_EQ(world_.Run({"score", "tiny.gguf", "--tokens", directory_.Write("b", "[1,300]")}), 2);
  EXPECT_NE(world_.err.text.find("item 1 is token 300, but the vocabulary has 257"),
            std::string::npos);
  EXPECT_EQ(world_.Run({"score", "tiny.gguf", "--tokens", tokens_, "--ctx", "2"}), 1);
  EXPECT_NE(world_.err.text.find("the text has 3 tokens, but the context holds 2"),
            std::string::npos);
  EXPECT_EQ(world_.Run({"score", "tiny.gguf", "--tokens", tokens_, "--logits",
                        directory_.File("no/such")}),
            1);
  EXPECT_EQ(world_.out.text, "");
}

TEST_F(ScoreCommandTest, AFailedRunLeavesNoLogits) {
  world_.out.fail_with = 28;
  EXPECT_EQ(world_.Run(
                {"score", "tiny.gguf", "--tokens", tokens_, "--logits", directory_.File("logits")}),
            1);
  EXPECT_EQ(ReadBack(directory_.File("logits")), "(missing)");
}

}  // namespace
}  // namespace bantam::cli
