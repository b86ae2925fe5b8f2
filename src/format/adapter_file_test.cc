// What adapter files may say, and what of it is refused. (tests/parity has whole adapters.)
#include "format/adapter_file.h"

#include <gtest/gtest.h>

#include <array>

namespace bantam {
namespace {

std::string ErrorOf(std::string_view config) {
  const auto parsed = ParsePeftConfig(config);
  return parsed ? std::string() : parsed.error().message;
}

TEST(PeftConfigTest, GivesTheScaleOfAModule) {
  const auto config = ParsePeftConfig(
      R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16,
          "alpha_pattern": {"q_proj": 4, "1.mlp.up_proj": 2}})");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->ScaleOf("model.layers.0.self_attn.k_proj", 8), 2.0F);
  EXPECT_EQ(config->ScaleOf("model.layers.0.self_attn.q_proj", 8), 0.5F);
  EXPECT_EQ(config->ScaleOf("model.layers.0.self_attn.not_q_proj", 8), 2.0F);
  EXPECT_EQ(config->ScaleOf("model.layers.1.mlp.up_proj", 8), 0.25F);
  EXPECT_EQ(config->ScaleOf("model.layers.11.mlp.up_proj", 8), 2.0F);
  const auto stabilised =
      ParsePeftConfig(R"({"peft_type":"LORA","lora_alpha":6,"use_rslora":true})");
  ASSERT_TRUE(stabilised.has_value());
  EXPECT_EQ(stabilised->ScaleOf("x", 9), 2.0F);
}

TEST(PeftConfigTest, WhatIsMoreThanTwoMatricesIsRefusedByItsKey) {
  for (const std::string key : {"use_dora", "lora_bias", "fan_in_fan_out", "use_qalora"}) {
    EXPECT_NE(ErrorOf(R"({"peft_type":"LORA",")" + key + R"(":true})").find(key),
              std::string::npos);
    EXPECT_EQ(ErrorOf(R"({"peft_type":"LORA",")" + key + R"(":false})"), "");
  }
  for (const std::string value :
       {R"("bias":"all")", R"("modules_to_save":["lm_head"])",
        R"("init_lora_weights":"pissa_niter_4")", R"("init_lora_weights":"lora_ga")",
        R"("alora_invocation_tokens":[3,7])", R"("alora_invocation_tokens":false)",
        R"("arrow_config":{"top_k":3})", R"("arrow_config":{})", R"("kasa_config":{"beta":0.1})",
        R"("kasa_config":{})", R"("use_bdlora":{"nblocks":2})", R"("use_bdlora":{})",
        R"("use_bdlora":true)", R"("lora_alpha":1e999)", R"("lora_alpha":"8")",
        R"("alpha_pattern":{"layers\\.[0-3].*":4})", R"("alpha_pattern":{"q_proj":"4"})",
        R"("alpha_pattern":3)"}) {
    const std::string key = value.substr(1, value.find('"', 1) - 1);
    EXPECT_NE(ErrorOf(R"({"peft_type":"LORA",)" + value + "}").find(key), std::string::npos)
        << value;
  }
  for (const std::string value :
       {R"("alora_invocation_tokens":null)", R"("alora_invocation_tokens":[])",
        R"("arrow_config":null)", R"("use_bdlora":null)", R"("use_bdlora":false)",
        R"("kasa_config":null)"}) {
    EXPECT_EQ(ErrorOf(R"({"peft_type":"LORA",)" + value + "}"), "") << value;
  }
  EXPECT_NE(ErrorOf(R"({"peft_type":"IA3"})").find("peft_type"), std::string::npos);
  EXPECT_NE(ErrorOf("{}").find("peft_type"), std::string::npos);
  EXPECT_NE(ErrorOf("[]"), "");
  EXPECT_NE(ErrorOf("{"), "");
}

// Tensors whose bytes nobody reads here.
constexpr std::array<uint8_t, 4096> kBytes = {};

SafeTensor Tensor(std::string name, std::vector<int64_t> shape, SafeType type = SafeType::kF32) {
  SafeTensor tensor = {std::move(name), type, std::move(shape), kBytes.data(), 0};
  tensor.size_bytes = static_cast<uint64_t>(tensor.elements()) * 4;
  return tensor;
}

std::string PeftError(const std::vector<SafeTensor>& tensors) {
  const auto pairs = PairsOfPeft({}, tensors, "llama");
  return pairs ? std::string() : pairs.error().message;
}

constexpr const char* kA = "base_model.model.model.layers.1.mlp.up_proj.lora_A.weight";
constexpr const char* kB = "base_model.model.model.layers.1.mlp.up_proj.lora_B.weight";

TEST(PeftPairsTest, AreFoundByTheirNames) {
  const std::vector<SafeTensor> tensors = {Tensor(kB, {48, 4}), Tensor(kA, {4, 32})};
  const auto pairs = PairsOfPeft({.alpha = 2, .alphas = {}}, tensors, "llama");
  ASSERT_TRUE(pairs.has_value()) << pairs.error().message;
  ASSERT_EQ(pairs->size(), 1U);
  EXPECT_EQ((*pairs)[0].target, "blk.1.ffn_up.weight");
  EXPECT_EQ((*pairs)[0].name_in_file, "base_model.model.model.layers.1.mlp.up_proj");
  EXPECT_EQ((*pairs)[0].a.row_length(), 32);
  EXPECT_EQ((*pairs)[0].b.n_rows(), 48);
  EXPECT_EQ((*pairs)[0].scale, 0.5F);
}

TEST(PeftPairsTest, WhatDoesNotFitIsNamed) {
  EXPECT_NE(PeftError({}), "");
  EXPECT_EQ(PeftError({Tensor(kA, {4, 32})}),
            "adapter of \"base_model.model.model.layers.1.mlp.up_proj\" has no matrix B");
  EXPECT_NE(PeftError({Tensor(kA, {4, 32}), Tensor(kB, {48, 5})}).find("5 columns"),
            std::string::npos);
  EXPECT_NE(PeftError({Tensor(kA, {4, 32, 1}), Tensor(kB, {48, 4})}).find("dimensions"),
            std::string::npos);
  EXPECT_NE(PeftError({Tensor(kA, {4, 32}, SafeType::kI32)}).find("I32"), std::string::npos);
  EXPECT_NE(PeftError({Tensor(kA, {0, 32}), Tensor(kB, {48, 0})}), "");
  EXPECT_NE(PeftError({Tensor(kA, {4097, 32}), Tensor(kB, {48, 4097})}).find("4097"),
            std::string::npos);
  for (const char* name :
       {"base_model.model.model.embed_tokens.lora_embedding_A", "lm_head.lora_A.weight",
        "base_model.model.model.layers.0.mlp.up_proj.lora_magnitude_vector.weight",
        "base_model.model.model.layers.0.mlp.gate_up_proj.lora_A.weight", ".lora_A.weight"}) {
    EXPECT_NE(PeftError({Tensor(name, {4, 32})}), "") << name;
  }
}

TEST(GgufPairsTest, MetadataMustSayWhatItIs) {
  const auto error = [](std::string_view type, std::string_view kind, std::string_view made_for) {
    Metadata metadata;
    EXPECT_TRUE(metadata.Add("general.type", std::string(type)).has_value());
    EXPECT_TRUE(metadata.Add("adapter.type", std::string(kind)).has_value());
    EXPECT_TRUE(metadata.Add("general.architecture", std::string(made_for)).has_value());
    const auto pairs = PairsOfGguf(metadata, {}, "llama");
    return pairs ? std::string() : pairs.error().message;
  };
  EXPECT_NE(error("model", "lora", "llama").find("general.type"), std::string::npos);
  EXPECT_NE(error("adapter", "control_vector", "llama").find("adapter.type"), std::string::npos);
  EXPECT_NE(error("adapter", "lora", "qwen2").find("architecture"), std::string::npos);
  EXPECT_NE(error("adapter", "lora", "llama").find("no adapter matrices"), std::string::npos);
}

}  // namespace
}  // namespace bantam
