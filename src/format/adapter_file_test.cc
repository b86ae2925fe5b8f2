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
  EXPECT_EQ(config->ScaleOf("model.layers.0.self_attn.k_proj", 8).value(), 2.0F);
  EXPECT_EQ(config->ScaleOf("model.layers.0.self_attn.q_proj", 8).value(), 0.5F);
  EXPECT_EQ(config->ScaleOf("model.layers.0.self_attn.not_q_proj", 8).value(), 2.0F);
  EXPECT_EQ(config->ScaleOf("model.layers.1.mlp.up_proj", 8).value(), 0.25F);
  EXPECT_EQ(config->ScaleOf("model.layers.11.mlp.up_proj", 8).value(), 2.0F);
  const auto expression =
      ParsePeftConfig(R"({"peft_type":"LORA","alpha_pattern":{"layers\\.[0-3]\\..*":4}})");
  ASSERT_TRUE(expression.has_value()) << expression.error().message;
  EXPECT_EQ(expression->ScaleOf("model.layers.3.mlp.up_proj", 8).value(), 0.5F);
  EXPECT_EQ(expression->ScaleOf("model.layers.13.mlp.up_proj", 8).value(), 1.0F);
  const auto stabilised =
      ParsePeftConfig(R"({"peft_type":"LORA","lora_alpha":6,"use_rslora":true})");
  ASSERT_TRUE(stabilised.has_value());
  EXPECT_EQ(stabilised->ScaleOf("x", 9).value(), 2.0F);
}

// Of a config with these members.
PeftConfig Parsed(const std::string& members) {
  const auto config = ParsePeftConfig(R"({"peft_type":"LORA",)" + members + "}");
  EXPECT_TRUE(config) << config.error().message;
  return config.value_or(PeftConfig());
}

TEST(PeftConfigTest, TheRankIsThatOfTheModule) {
  const PeftConfig config =
      Parsed(R"("r": 16, "rank_pattern": {"q_proj": 4, "layers\\.1\\.mlp\\.(up|down)_proj": 2})");
  const auto fits = [&](const char* module, int64_t rank) {
    return config.CheckRank(module, rank).has_value();
  };
  EXPECT_TRUE(fits("model.layers.0.self_attn.k_proj", 16));
  EXPECT_TRUE(fits("model.layers.0.self_attn.q_proj", 4));
  EXPECT_TRUE(fits("model.layers.1.mlp.up_proj", 2));
  EXPECT_TRUE(fits("model.layers.11.mlp.up_proj", 16));
  EXPECT_FALSE(fits("model.layers.0.self_attn.q_proj", 16));
  EXPECT_TRUE(PeftConfig().CheckRank("x", 8));  // PEFT's own
  const auto wrong = config.CheckRank("model.layers.0.self_attn.k_proj", 8);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message,
            "has rank 8, but by keys \"r\" and \"rank_pattern\" of adapter_config.json it is 16");
}

// What PEFT 0.21's check_target_module_exists says of these modules.
TEST(PeftConfigTest, ModulesAreAdaptedAsInPeft) {
  constexpr const char* kQuery3 = "model.layers.3.self_attn.q_proj";
  constexpr const char* kUp0 = "model.layers.0.mlp.up_proj";
  const auto adapts = [](const std::string& members, const char* module) {
    return Parsed(members).CheckAdapted(module).has_value();
  };
  for (const std::string both :
       {R"("target_modules": ["q_proj", "up_proj"])",
        R"("target_modules": ["q_proj", "mlp.up_proj"])", R"("target_modules": "all-linear")",
        R"("target_modules": "All-Linear")",
        R"("target_modules": ".*\\.(q|up)_proj", "layers_to_transform": null)",
        R"("target_modules": "(?!.*lm_head).*proj", "exclude_modules": [])",
        R"("target_modules": ["q_proj", "up_proj"], "exclude_modules": ["down_proj", "proj"])",
        R"("target_modules": ["q_proj", "up_proj"], "layers_to_transform": [0, 3])",
        R"("target_modules": ["q_proj", "up_proj"], "layers_to_transform": [])",
        R"("target_modules": ["q_proj", "up_proj"], "layers_to_transform": [0, 3],
           "layers_pattern": "layers")",
        R"("target_modules": ["q_proj", "model.layers.0.mlp.up_proj"], "layers_to_transform": 3,
           "layers_pattern": ["h", "model.layers"])"}) {
    EXPECT_TRUE(adapts(both, kQuery3)) << both;
    EXPECT_TRUE(adapts(both, kUp0)) << both;
  }
  for (const std::string query :
       {R"("target_modules": null)", R"("target_modules": ["q_proj"])",
        R"("target_modules": ["q_proj", "p_proj"])", R"("target_modules": ".*q_proj")",
        R"("target_modules": "all-linear", "exclude_modules": ["up_proj"])",
        R"("target_modules": "all-linear", "exclude_modules": ".*\\.mlp\\..*")",
        R"("target_modules": ["q_proj", "up_proj"], "layers_to_transform": 3)"}) {
    EXPECT_TRUE(adapts(query, kQuery3)) << query;
    EXPECT_FALSE(adapts(query, kUp0)) << query;
  }
  for (const std::string none :
       {R"("target_modules": [])", R"("target_modules": "q_proj")",
        R"("target_modules": ["q_proj"], "layers_to_transform": 3, "layers_pattern": "h")"}) {
    EXPECT_FALSE(adapts(none, kQuery3)) << none;
  }
  const auto left_out = Parsed(R"("target_modules": ["q_proj"])").CheckAdapted(kUp0);
  ASSERT_FALSE(left_out);
  EXPECT_EQ(left_out.error().message,
            "is of module \"model.layers.0.mlp.up_proj\", which key \"target_modules\" of "
            "adapter_config.json leaves out: it is \"[\\\"q_proj\\\"]\"");
}

TEST(PeftConfigTest, WhatIsMoreThanTwoMatricesIsRefusedByItsKey) {
  for (const std::string key : {"use_dora", "lora_bias", "fan_in_fan_out", "use_qalora"}) {
    EXPECT_NE(ErrorOf(R"({"peft_type":"LORA",")" + key + R"(":true})").find(key),
              std::string::npos);
    EXPECT_EQ(ErrorOf(R"({"peft_type":"LORA",")" + key + R"(":false})"), "");
  }
  for (const std::string value : {R"("bias":"all")",
                                  R"("modules_to_save":["lm_head"])",
                                  R"("init_lora_weights":"pissa_niter_4")",
                                  R"("init_lora_weights":"lora_ga")",
                                  R"("alora_invocation_tokens":[3,7])",
                                  R"("alora_invocation_tokens":false)",
                                  R"("arrow_config":{"top_k":3})",
                                  R"("arrow_config":{})",
                                  R"("kasa_config":{"beta":0.1})",
                                  R"("kasa_config":{})",
                                  R"("use_bdlora":{"nblocks":2})",
                                  R"("use_bdlora":{})",
                                  R"("use_bdlora":true)",
                                  R"("lora_alpha":1e999)",
                                  R"("lora_alpha":"8")",
                                  R"("alpha_pattern":{"(q)_proj\\1":4})",
                                  R"("alpha_pattern":{"q_proj":"4"})",
                                  R"("alpha_pattern":3)",
                                  R"("r":"8")",
                                  R"("rank_pattern":{"(":4})",
                                  R"("target_modules":"(?i)Q_PROJ")",
                                  R"("target_modules":[3])",
                                  R"("target_modules":{})",
                                  R"("exclude_modules":"[")",
                                  R"("layers_to_transform":["0"])",
                                  R"("layers_pattern":"layers")",
                                  R"("layers_to_transform":[0],"target_modules":".*")",
                                  R"("layers_pattern":["("],"layers_to_transform":[0])"}) {
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
  const auto pairs =
      PairsOfPeft(Parsed(R"("r": 4, "target_modules": ["up_proj"])"), tensors, "llama");
  return pairs ? std::string() : pairs.error().message;
}

constexpr const char* kA = "base_model.model.model.layers.1.mlp.up_proj.lora_A.weight";
constexpr const char* kB = "base_model.model.model.layers.1.mlp.up_proj.lora_B.weight";

TEST(PeftPairsTest, AreFoundByTheirNames) {
  const std::vector<SafeTensor> tensors = {Tensor(kB, {48, 4}), Tensor(kA, {4, 32})};
  const auto pairs = PairsOfPeft(
      Parsed(R"("r": 4, "lora_alpha": 2, "target_modules": ["up_proj"])"), tensors, "llama");
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
  EXPECT_NE(PeftError({Tensor(kA, {5, 32}), Tensor(kB, {48, 5})})
                .find(std::string(kA) + "\" has rank 5, but by keys \"r\""),
            std::string::npos);
  constexpr const char* kOther = "base_model.model.model.layers.1.mlp.down_proj.lora_B.weight";
  EXPECT_NE(PeftError({Tensor(kOther, {32, 4})}).find(std::string(kOther) + "\" is of module"),
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
