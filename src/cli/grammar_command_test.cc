// Tests of `bantam grammar check` and `bantam grammar sample`.
#include <gtest/gtest.h>

#include <sstream>

#include "base/json.h"
#include "cli/fake_backend.h"
#include "cli/mask_stats.h"

namespace bantam::cli {
namespace {

class GrammarCommandTest : public testing::Test {
 protected:
  GrammarCommandTest() { world_.in.terminal = false; }

  // Runs and parses each line of the output.
  std::vector<Json> Run(const std::vector<std::string>& args, const std::string& input = "") {
    world_.in.text = input;
    world_.out.text.clear();
    EXPECT_EQ(world_.Run(args), 0) << world_.err.text;
    std::vector<Json> lines;
    std::istringstream stream(world_.out.text);
    for (std::string line; std::getline(stream, line);) {
      auto parsed = Json::Parse(line);
      EXPECT_TRUE(parsed) << line;
      lines.push_back(*std::move(parsed));
    }
    return lines;
  }
  std::string Fails(int code, const std::vector<std::string>& args) {
    world_.err.text.clear();
    EXPECT_EQ(world_.Run(args), code);
    EXPECT_EQ(world_.out.text, "");
    return world_.err.text;
  }

  FakeWorld world_;
};

TEST_F(GrammarCommandTest, EachLineHasItsAnswer) {
  const auto lines =
      Run({"grammar", "check", "--choice", "yes,yesterday,no"}, "yes\nyet\nn\n\nnox\nyesterday");
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[0].Dump(), R"({"accepted":true})");
  EXPECT_EQ(lines[1].Dump(), R"({"accepted":false,"offset":2,"expected":["s"]})");
  EXPECT_EQ(lines[2].Dump(), R"({"accepted":false,"offset":1,"expected":["o"]})");
  EXPECT_EQ(lines[3].Dump(), R"({"accepted":false,"offset":0,"expected":["n","y"]})");
  EXPECT_EQ(lines[4].Dump(), R"({"accepted":false,"offset":2,"expected":["the end"]})");
  EXPECT_EQ(lines[5].Dump(), R"({"accepted":true})");
}

TEST_F(GrammarCommandTest, CopiesComeFromFiles) {
  TemporaryDirectory directory;
  const std::string schema = directory.Write("s.json", R"({"items":{"x-copy":true}})");
  const std::string text = directory.Write("t.txt", "Anna Ek\n");
  const std::vector<std::string> bare = {"grammar", "check", "--json-schema", schema};
  EXPECT_NE(Fails(2, bare).find("#/items/x-copy: no text to copy from is given (--copy-from FILE"),
            std::string::npos)
      << world_.err.text;
  EXPECT_NE(Fails(2, {"grammar", "check", "--json", "--copy-from", text})
                .find("--copy-from goes with --json-schema"),
            std::string::npos);
  const auto lines =
      Run({"grammar", "check", "--json-schema", schema, "--copy-from", text, "--copy-from", schema},
          "[\"Ek\",\"x-copy\"]\n[\"Bo\"]\n");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].Dump(), R"({"accepted":true})");
  EXPECT_EQ(lines[1].Find("offset")->AsInt().value(), 2);
}

TEST_F(GrammarCommandTest, LinesMayBeJsonStrings) {
  const auto lines =
      Run({"grammar", "check", "--choice", "a,b", "--json-lines"}, "\"a\"\n\"a\\nb\"\n");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1].Find("offset")->AsInt().value(), 1);
  world_.in.text = "\"a\"\nb\n";
  world_.out.text.clear();
  EXPECT_EQ(world_.Run({"grammar", "check", "--choice", "a,b", "--json-lines"}), 2);
  EXPECT_NE(world_.err.text.find("line 2: expected a JSON string"), std::string::npos);
}

TEST_F(GrammarCommandTest, MaskStatistics) {
  const auto lines =
      Run({"grammar", "check", "--choice", "yes,no", "--model", "tiny.gguf", "--mask-stats"},
          "no\nnay\n");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[0].Find("by_masks")->AsBool());
  EXPECT_EQ(lines[0].Find("mask_us")->items().size(), 3U);
  EXPECT_EQ(lines[0].Find("completion_bytes")->Dump(), "[2,1,0]");
  EXPECT_FALSE(lines[1].Find("by_masks")->AsBool());
  EXPECT_EQ(lines[1].Find("completion_bytes")->Dump(), "[2,1]");
  EXPECT_EQ(lines[2].Find("masks")->AsInt().value(), 5);
  EXPECT_TRUE(lines[2].Find("mask_us")->Find("p99.9")->is_number());
}

TEST_F(GrammarCommandTest, Samples) {
  const std::vector<std::string> args = {"grammar", "sample",    "--choice", "yes,yesterday,no",
                                         "--model", "tiny.gguf", "--count",  "40",
                                         "--seed",  "3"};
  const auto lines = Run(args);
  ASSERT_EQ(lines.size(), 40U);
  std::map<std::string, int> counts;
  for (const Json& line : lines) {
    ++counts[line.Find("text")->AsString()];
    EXPECT_TRUE(line.Find("finished")->AsBool());
  }
  EXPECT_EQ(counts.size(), 3U);
  EXPECT_EQ(counts["yes"] + counts["yesterday"] + counts["no"], 40);
  const std::string first = world_.out.text;
  Run(args);
  EXPECT_EQ(world_.out.text, first) << "the same seed";
}

TEST_F(GrammarCommandTest, Quantiles) {
  EXPECT_EQ(QuantilesJson({}), "null");
  EXPECT_EQ(QuantilesJson({3, 1, 2}), R"({"p50":2.000,"p99":3.000,"p99.9":3.000,"max":3.000})");
}

TEST_F(GrammarCommandTest, FilesThatCannotBeReadAreNoWrongUsage) {
  const TemporaryDirectory directory;
  for (const char* option : {"--json-schema", "--grammar"}) {
    for (const std::string& path : {directory.path(), std::string("/no/such/file")}) {
      Fails(1, {"grammar", "check", option, path});
      Fails(1, {"grammar", "sample", option, path, "--model", "m.gguf"});
    }
    Fails(2, {"grammar", "check", option, directory.Write("wrong", "{")});
  }
}

TEST_F(GrammarCommandTest, ManyItemsThatMustDiffer) {
  const TemporaryDirectory directory;
  const std::string schema = directory.Write("s.json", R"({"uniqueItems":true})");
  std::string items = "[0";
  for (int i = 1; i < 3'000; ++i) items += "," + std::to_string(i);
  const auto lines =
      Run({"grammar", "check", "--json-schema", schema}, items + "]\n" + items + ",7.0]\n");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].Find("accepted")->AsBool());
  EXPECT_FALSE(lines[1].Find("accepted")->AsBool());
  EXPECT_EQ(lines[1].Find("offset")->number_text(), std::to_string(items.size() + 4));
  EXPECT_EQ(lines[1].Find("limit"), nullptr);
}

TEST_F(GrammarCommandTest, Failures) {
  EXPECT_NE(Fails(2, {"grammar", "check"}).find("no shape"), std::string::npos);
  EXPECT_NE(Fails(2, {"grammar", "sample", "--choice", "a,b"}).find("--model"), std::string::npos);
  EXPECT_NE(Fails(2, {"grammar", "chekc"}).find("did you mean 'check'"), std::string::npos);
  EXPECT_NE(Fails(2, {"grammar", "check", "--choice", "a,b", "--mask-stats"}).find("go together"),
            std::string::npos);
  EXPECT_EQ(world_.Run({"grammar"}), 2);
  EXPECT_EQ(world_.Run({"grammar", "--help"}), 0);
  EXPECT_NE(world_.out.text.find("Examples:"), std::string::npos);
}

}  // namespace
}  // namespace bantam::cli
