// Tests of show, tokenize, detokenize, template and version.
#include "cli/commands.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "cli/fake_backend.h"
#include "cli/tensor_kinds.h"

namespace bantam::cli {
namespace {

const std::vector<TensorInfo> kTensors{
    {"token_embd.weight", "Q6_K", {64, 257}, 1000}, {"blk.0.attn_q.weight", "Q4_K", {64, 64}, 200},
    {"blk.0.attn_q.bias", "F32", {64}, 256},        {"blk.1.attn_q.weight", "Q4_K", {64, 64}, 200},
    {"blk.2.attn_q.weight", "Q6_K", {64, 64}, 300},
};

TEST(TensorKinds, Names) {
  EXPECT_EQ(KindOf("blk.12.attn_q.weight"), "attn_q");
  EXPECT_EQ(KindOf("blk.12.attn_q.bias"), "attn_q.bias");
  EXPECT_EQ(KindOf("token_embd.weight"), "token_embd");
  for (const char* odd : {"", "blk.", "blk.x.y", "blk.1", ".weight", "rope_freqs"}) {
    EXPECT_EQ(KindOf(odd), odd);
  }
}

TEST(TensorKinds, Groups) {
  const auto kinds = GroupTensors(kTensors);
  ASSERT_EQ(kinds.size(), 3U);
  EXPECT_EQ(kinds[1].name, "attn_q");
  EXPECT_EQ(kinds[1].count, 3);
  EXPECT_EQ(kinds[1].bytes, 700U);
  EXPECT_EQ(kinds[1].parameters, 3U * 64 * 64);
  const std::vector<std::pair<std::string, int>> types{{"Q4_K", 2}, {"Q6_K", 1}};
  EXPECT_EQ(kinds[1].types, types);
}

class CommandsTest : public testing::Test {
 protected:
  CommandsTest() { world_.model->info_.tensors = kTensors; }
  FakeWorld world_;
};

TEST_F(CommandsTest, ShowForPeople) {
  EXPECT_EQ(world_.Run({"show", "tiny.gguf", "--ctx", "1024"}), 0);
  const std::string& text = world_.out.text;
  for (const char* part :
       {"architecture   qwen2\n", "licence        not given\n", "at a context of 1,024 tokens",
        "attn_q                     3       700 B  Q4_K ×2, Q6_K ×1\n", "5,000 tokens"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(text.find("blk.0"), std::string::npos);
}

TEST_F(CommandsTest, ShowForPrograms) {
  EXPECT_EQ(world_.Run({"show", "tiny.gguf", "--json", "--tensors"}), 0);
  const auto json = Json::Parse(world_.out.text);
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_TRUE(json->Find("license")->is_null());
  EXPECT_EQ(*json->Find("memory")->Find("context")->AsInt(), 5000);
  EXPECT_EQ(*json->Find("memory")->Find("exact")->Find("total")->AsInt(), 1024 + 20000 + 512);
  EXPECT_EQ(*json->Find("memory")->Find("fast")->Find("mapped")->AsInt(), 0);
  EXPECT_EQ(*json->Find("memory")->Find("fast_kv8")->Find("kv_cache")->AsInt(), 5000);
  EXPECT_EQ(*json->Find("memory")->Find("mapped")->Find("mapped")->AsInt(), 1000);
  EXPECT_EQ(*json->Find("memory")->Find("mapped")->Find("total")->AsInt(), 1024 + 10000 + 512);
  EXPECT_EQ(json->Find("tensors")->items().size(), kTensors.size());
  EXPECT_EQ(json->Find("tensor_kinds")->items()[1].Find("types")->Dump(), R"({"Q4_K":2,"Q6_K":1})");
}

TEST_F(CommandsTest, ShowGuardsTheTerminal) {
  world_.model->info_.name = "\x1b[31mred";
  world_.out.terminal = true;
  EXPECT_EQ(world_.Run({"show", "tiny.gguf"}), 0);
  EXPECT_EQ(world_.out.text.find('\x1b'), std::string::npos);
}

TEST_F(CommandsTest, Tokenize) {
  EXPECT_EQ(world_.Run({"tokenize", "tiny.gguf", "ab<|end|>"}), 0);
  EXPECT_EQ(world_.Run({"tokenize", "tiny.gguf", "--json", "a", "b"}), 0);
  EXPECT_EQ(world_.Run({"tokenize", "tiny.gguf", "--no-special", "<|"}), 0);
  world_.in.text = "a\n";
  EXPECT_EQ(world_.Run({"tokenize", "tiny.gguf", "-"}), 0);
  EXPECT_EQ(world_.Run({"tokenize", "tiny.gguf", "--pieces"}), 0);
  EXPECT_EQ(world_.Run({"tokenize", "tiny.gguf", ""}), 0);
  EXPECT_EQ(world_.out.text,
            "97 98 256\n[97,32,98]\n60 124\n97 10\n     97  \"a\"\n     10  \"\\n\"\n\n");
  world_.out.text.clear();
  EXPECT_EQ(world_.Run({"tokenize", "tiny.gguf", "--pieces", "ü"}), 0);
  EXPECT_EQ(world_.out.text, "    195  <0xC3>\n    188  <0xBC>\n") << "half characters";
}

TEST_F(CommandsTest, NoSpecialTakesTokensAsText) {
  EXPECT_EQ(world_.Run({"tokenize", "tiny.gguf", "--no-special", "--json", "<|end|>"}), 0);
  EXPECT_EQ(world_.out.text, "[60,124,101,110,100,124,62]\n");
}

TEST_F(CommandsTest, Detokenize) {
  EXPECT_EQ(world_.Run({"detokenize", "tiny.gguf", "97", "98,256"}), 0);
  EXPECT_EQ(world_.Run({"detokenize", "tiny.gguf", "[97, 256]", "--no-special"}), 0);
  world_.in.text = "98 10\n";
  EXPECT_EQ(world_.Run({"detokenize", "tiny.gguf"}), 0);
  EXPECT_EQ(world_.out.text, "ab<|end|>ab\n");
  EXPECT_EQ(world_.Run({"detokenize", "tiny.gguf", "97 x"}), 2);
  EXPECT_EQ(world_.Run({"detokenize", "tiny.gguf", "300"}), 2);
}

TEST_F(CommandsTest, Template) {
  const TemporaryDirectory directory;
  const std::string messages = directory.Write("m.json", R"([{"role":"user","content":"Hi"}])");
  EXPECT_EQ(world_.Run({"template", "tiny.gguf", "--messages", messages}), 0);
  EXPECT_EQ(world_.out.text, "[user]Hi\n[assistant]");
  world_.out.text.clear();
  world_.in.text = R"({"messages":[{"role":"user","content":"Hi"}],"tools":[{"n":1.10}]})";
  EXPECT_EQ(world_.Run({"template", "tiny.gguf", "--messages", "-", "--no-generation-prompt"}), 0);
  EXPECT_EQ(world_.out.text, "[user]Hi\ntools:[{\"n\":1.10}]\n") << "numbers as written";
  world_.out.text.clear();
  const std::string tools = directory.Write("t.json", R"({"tools":[1]})");
  EXPECT_EQ(world_.Run({"template", "tiny.gguf", "--messages", messages, "--tools", tools}), 0);
  EXPECT_EQ(world_.out.text, "[user]Hi\ntools:[1]\n[assistant]");
}

TEST_F(CommandsTest, TemplateFailures) {
  const TemporaryDirectory directory;
  EXPECT_EQ(world_.Run({"template", "tiny.gguf"}), 2);
  EXPECT_EQ(world_.Run({"template", "tiny.gguf", "--messages", directory.File("none")}), 1);
  for (const char* text : {"", "{}", "3", "[1", "{\"messages\":3}"}) {
    const std::string path = directory.Write("bad.json", text);
    EXPECT_NE(world_.Run({"template", "tiny.gguf", "--messages", path}), 0) << text;
    EXPECT_NE(world_.err.text.find(path), std::string::npos);
  }
  EXPECT_EQ(world_.out.text, "");
}

TEST_F(CommandsTest, Version) {
  EXPECT_EQ(world_.Run({"version"}), 0);
  EXPECT_EQ(world_.Run({"--version"}), 0);
  EXPECT_TRUE(world_.out.text.starts_with("bantam ")) << world_.out.text;
  EXPECT_NE(world_.out.text.find("scalar"), std::string::npos);
}

}  // namespace
}  // namespace bantam::cli
