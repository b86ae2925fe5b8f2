// Tests of `bantam bench`: what is run, and how it is told.
#include "cli/bench.h"

#include <gtest/gtest.h>

#include <set>

#include "base/json.h"
#include "cli/fake_backend.h"
#include "cli/interrupt.h"

namespace bantam::cli {
namespace {

TEST(Bench, Spread) {
  const Spread odd = SpreadOf({3, 1, 2});
  EXPECT_EQ(odd.median, 2);
  EXPECT_EQ(odd.min, 1);
  EXPECT_EQ(odd.max, 3);
  EXPECT_EQ(SpreadOf({4, 1}).median, 2.5);
}

TEST(Bench, TestsInOrder) {
  std::vector<std::string> names;
  for (const BenchTest& test : BenchTests({512, 0}, {64}, {0, 4096}, {1, 8}))
    names.push_back(test.Name());
  EXPECT_EQ(names, (std::vector<std::string>{"pp512", "tg64", "tg64 x8", "pp512 @ d4096",
                                             "tg64 @ d4096", "tg64 x8 @ d4096"}));
}

class BenchCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    ClearInterrupt();
    world_.script->find_cached = true;
  }
  void TearDown() override { ClearInterrupt(); }
  FakeWorld world_;
};

TEST_F(BenchCommandTest, JsonExactly) {
  EXPECT_EQ(
      world_.Run({"bench", "tiny.gguf", "-p", "8", "-n", "4", "-t", "2", "-r", "3", "--json"}), 0);
  auto json = *Json::Parse(world_.out.text);
  std::string keys;
  for (const auto& [key, value] : json.members()) keys += key + " ";
  EXPECT_EQ(keys, "model threads threads_batch isa tests load_ms first_token_ms peak_rss_bytes ");
  EXPECT_EQ(json.Find("tests")->Dump(),
            R"([{"name":"pp8","n_prompt":8,"n_gen":0,"depth":0,)"
            R"("tokens_per_s":{"median":16.000,"min":16.000,"max":16.000}},)"
            R"({"name":"tg4","n_prompt":0,"n_gen":4,"depth":0,)"
            R"("tokens_per_s":{"median":2.000,"min":2.000,"max":2.000}}])");
  EXPECT_EQ(json.Find("model")->AsString(), "Tiny Q4_0");
  EXPECT_EQ(json.Find("first_token_ms")->AsDouble(), 600);
  EXPECT_EQ(*json.Find("threads")->AsInt(), 2);
}

TEST_F(BenchCommandTest, RunsAndWarmUps) {
  EXPECT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "8", "-n", "4", "-r", "3"}), 0);
  const auto& requests = world_.script->requests;
  ASSERT_EQ(requests.size(), 8U) << "(1 + 3) × 2";
  EXPECT_EQ(requests[0].prompt.size(), 8U);
  EXPECT_EQ(requests[0].max_tokens, 1);
  EXPECT_EQ(requests[4].prompt.size(), 1U);
  EXPECT_EQ(requests[4].max_tokens, 5) << "four steps after the first token";
  EXPECT_TRUE(requests[4].ignore_end);
  EXPECT_EQ(requests[4].sampling.temperature, 0);
  std::set<std::vector<TokenId>> prompts;
  for (size_t i = 0; i < 4; ++i) prompts.insert(requests[i].prompt);
  EXPECT_EQ(prompts.size(), 4U) << "no prompt twice";
  EXPECT_FALSE(world_.script->engines.at(0).prefix_cache);
  EXPECT_EQ(world_.script->engines.size(), 1U);
}

TEST_F(BenchCommandTest, DepthIsNotTimed) {
  EXPECT_EQ(
      world_.Run({"bench", "tiny.gguf", "-p", "8", "-n", "0", "-d", "64", "-r", "1", "--json"}), 0);
  const auto& requests = world_.script->requests;
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_EQ(requests[2].prompt.size(), 64U);
  EXPECT_EQ(requests[3].prompt.size(), 72U);
  EXPECT_TRUE(world_.script->engines.at(0).prefix_cache);
  EXPECT_EQ(world_.script->engines.at(0).context, 73);
  EXPECT_NE(world_.out.text.find("\"median\": 16.000"), std::string::npos)
      << "8 tokens, not 72, in half a second" << world_.out.text;
}

TEST_F(BenchCommandTest, SequencesAtOnceAddUp) {
  EXPECT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "0", "-n", "4", "-d", "64", "-s", "8", "-r",
                        "1", "--json"}),
            0);
  const auto& requests = world_.script->requests;
  ASSERT_EQ(requests.size(), 18U) << "the depth and eight sequences, twice";
  EXPECT_EQ(requests[17].prompt.size(), 65U);
  EXPECT_EQ(requests[17].max_tokens, 5);
  EXPECT_EQ(world_.script->engines.at(0).max_sequences, 8);
  const auto json = *Json::Parse(world_.out.text);
  EXPECT_EQ(json.Find("tests")->Dump(),
            R"([{"name":"tg4 x8 @ d64","n_prompt":0,"n_gen":4,"depth":64,"n_sequences":8,)"
            R"("tokens_per_s":{"median":16.000,"min":16.000,"max":16.000}}])")
      << "four tokens in two seconds, eight times";
}

// 68 tokens of eight sequences are planned as 128 each.
MemoryChoice ChoiceOf(uint64_t weights, uint64_t bytes_per_token) {
  MemoryChoice choice;
  choice.context = 68;
  choice.max_sequences = 8;
  choice.plan.weights = weights;
  choice.plan.kv_cache = 8 * 128 * bytes_per_token;
  return choice;
}

// A step reads 1,024 bytes of weights, and of each sequence 2 for every one of 64 tokens in the
// mean: of 2,048 bytes a second that allows 1.778 tokens a second, and eight at once 8.
TEST_F(BenchCommandTest, RepliesBesideMemory) {
  world_.model->memory_ = ChoiceOf(1024, 2);
  ASSERT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "8", "-n", "4", "-d", "62", "-s", "1,8", "-r",
                        "3", "--beside-memory", "--json"}),
            0)
      << world_.err.text;
  const auto json = *Json::Parse(world_.out.text);
  const Json& tests = *json.Find("tests");
  EXPECT_FALSE(tests.items()[0].Find("share_of_reading")) << "a prompt is bound by arithmetic";
  EXPECT_EQ(tests.items()[1].Find("share_of_reading")->Dump(),
            R"({"median":1.125,"min":1.125,"max":1.125})")
      << "two tokens a second";
  EXPECT_EQ(tests.items()[2].Find("share_of_reading")->Find("median")->AsDouble(), 2) << "sixteen";
}

// 448 bytes of weights and 64 of keys and values allow 4 tokens a second.
TEST_F(BenchCommandTest, RepliesBesideMemoryReadWhatABudgetHasChosen) {
  world_.model->memory_ = ChoiceOf(448, 1);
  ASSERT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "0", "-n", "4", "-d", "62", "-r", "3",
                        "--memory-budget", "1G", "--beside-memory", "--json"}),
            0)
      << world_.err.text;
  const auto json = *Json::Parse(world_.out.text);
  EXPECT_EQ(json.Find("tests")->items()[0].Find("share_of_reading")->Dump(),
            R"({"median":0.500,"min":0.500,"max":0.500})");
}

TEST_F(BenchCommandTest, SameTokensEveryTime) {
  ASSERT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "8", "-n", "0", "-r", "1"}), 0);
  ASSERT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "8", "-n", "0", "-r", "1"}), 0);
  EXPECT_EQ(world_.script->requests[0].prompt, world_.script->requests[2].prompt);
}

TEST_F(BenchCommandTest, LengthsBeyondTheModelsAreTold) {
  EXPECT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "8", "-n", "0", "-d", "4991", "-r", "1"}), 0);
  EXPECT_EQ(world_.err.text, "");
  EXPECT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "8", "-n", "0", "-d", "4992", "-r", "1"}), 0);
  EXPECT_EQ(world_.err.text, "bantam: the tests take 5,001 tokens; the model was made for 5,000\n");
}

TEST_F(BenchCommandTest, LengthsThatNobodyMeasuresAreRefusedBeforeLoading) {
  EXPECT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "999999999"}), 2);
  EXPECT_NE(world_.err.text.find("a test of 999999999 tokens (-p, -n) after 0 (-d) is too long"),
            std::string::npos)
      << world_.err.text;
  EXPECT_EQ(world_.Run({"bench", "none.gguf", "-n", "8", "-d", "2147483647"}), 2);
}

TEST_F(BenchCommandTest, Failures) {
  EXPECT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "0", "-n", "0"}), 2);
  EXPECT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "x"}), 2);
  EXPECT_EQ(world_.Run({"bench", "tiny.gguf", "-r", "0"}), 2);
  EXPECT_EQ(world_.Run({"bench", "tiny.gguf", "-s", "0"}), 2);
  EXPECT_EQ(world_.Run({"bench", "none.gguf"}), 1);
  world_.err.text.clear();
  world_.script->before_piece = [](size_t) { RaiseInterrupt(); };
  EXPECT_NE(world_.Run({"bench", "tiny.gguf"}), 0);
  EXPECT_EQ(world_.out.text, "");
}

}  // namespace
}  // namespace bantam::cli
