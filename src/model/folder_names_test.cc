// Messages about a folder name its own keys and tensors, not what they are translated to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "format/adapter_file.h"
#include "format/hf_config.h"
#include "format/model_file.h"
#include "format/safetensors_test_file.h"
#include "model/adapter.h"
#include "model/config.h"
#include "model/encoder_config.h"
#include "model/weights.h"

namespace bantam {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The config.json of a small llama with some keys replaced.
std::string Config(const std::string& changes = "{}") {
  Json config = Json::Parse(R"({"model_type": "llama", "num_hidden_layers": 2, "hidden_size": 32,
      "intermediate_size": 64, "num_attention_heads": 2, "num_key_value_heads": 2,
      "max_position_embeddings": 512, "vocab_size": 8, "rms_norm_eps": 1e-6,
      "tie_word_embeddings": true})")
                    .value();
  const Json changed = Json::Parse(changes).value();
  for (const auto& [key, value] : changed.members()) config.Set(key, value);
  return config.Dump();
}

std::string ConfigError(const std::string& changes) {
  const auto folder = ReadHfConfig(Config(changes));
  EXPECT_TRUE(folder) << folder.error().message;
  if (!folder) return "";
  if (IsEncoder(folder->metadata)) {
    const auto encoder = ReadEncoderConfig(folder->metadata);
    return encoder ? "none" : encoder.error().message;
  }
  const auto decoder = ReadConfig(folder->metadata);
  return decoder ? "none" : decoder.error().message;
}

TEST(FolderNames, KeysAreThoseOfConfigJson) {
  const auto expect = [](const std::string& changes, const std::string& message) {
    EXPECT_THAT(ConfigError(changes), AllOf(HasSubstr(message), Not(HasSubstr("llama."))));
  };
  expect(R"({"hidden_size": 60})", "key hidden_size is 60, not a multiple of 32");
  expect(R"({"intermediate_size": 60})", "key intermediate_size is 60");
  expect(R"({"num_hidden_layers": 0})", "key num_hidden_layers is 0");
  expect(R"({"num_hidden_layers": 9999})", "key \"num_hidden_layers\" is 9999, expected at most");
  expect(R"({"max_position_embeddings": 0})", "key max_position_embeddings is 0");
  expect(R"({"num_attention_heads": 3})",
         "key num_attention_heads is 3, not a multiple of num_key_value_heads 2");
  expect(R"({"head_dim": 9})", "num_attention_heads × head size is 18");
  expect(R"({"head_dim": 9999})", "key \"head_dim\" is 9999");
  expect(R"({"vocab_size": 0})", "key vocab_size is 0");
  expect(R"({"rms_norm_eps": 2})", "key rms_norm_eps is 2");
  expect(R"({"rope_theta": 0})", "key rope_theta is 0");
  expect(R"({"rope_parameters": {"rope_theta": 1}})", "key rope_parameters.rope_theta is 1");
  expect(R"({"rope_scaling": {"rope_type": "linear", "factor": 0}})",
         "key rope_scaling.factor is 0");
  expect(R"({"rope_scaling": {"type": "yarn", "factor": 2, "beta_fast": 0}})",
         "key rope_scaling.beta_fast is 0");
  expect(R"({"rope_scaling": {"type": "yarn", "factor": 2, "attention_factor": 0}})",
         "key rope_scaling.attention_factor / (0.1 ln(factor) + 1) is 0");
  expect(R"({"rope_scaling": {"type": "yarn", "factor": 2,
                              "original_max_position_embeddings": 0}})",
         "key rope_scaling.original_max_position_embeddings is 0");
  expect(
      R"({"original_max_position_embeddings": 0, "rope_scaling": {"type": "yarn", "factor": 2}})",
      "key original_max_position_embeddings is 0");
  expect(R"({"model_type": "granite", "logits_scaling": 0})", "key logits_scaling is 0");
  expect(R"({"model_type": "phi3", "partial_rotary_factor": 0.1})",
         "key head size × partial_rotary_factor is 1");
  const std::string gemma = R"("model_type": "gemma3_text", "head_dim": 16, )";
  expect("{" + gemma + R"("layer_types": ["full_attention"]})", "key layer_types has 1 values");
  expect("{" + gemma + R"("final_logit_softcapping": -1})", "key final_logit_softcapping is -1");
  expect("{" + gemma + R"("rope_local_base_freq": 1})", "key rope_local_base_freq is 1");
  expect("{" + gemma + R"("query_pre_attn_scalar": 1e-20})",
         "key 1 / sqrt(query_pre_attn_scalar) is 1e+10");
  const std::string bert = R"("model_type": "bert", "hidden_act": "gelu")";
  expect("{" + bert + R"(, "hidden_size": 60})", "key hidden_size is 60");
  expect("{" + bert + R"(, "layer_norm_eps": 2})", "key layer_norm_eps is not between");
}

TEST(FolderNames, TheArchitectureIsTheModelType) {
  const auto decoder = ReadHfConfig(Config(R"({"model_type": "mistral"})"));
  ASSERT_TRUE(decoder) << decoder.error().message;
  EXPECT_THAT(ReadEncoderConfig(decoder->metadata).error().message, HasSubstr("(key model_type)"));
  const auto encoder = ReadHfConfig(Config(R"({"model_type": "bert", "hidden_act": "gelu"})"));
  ASSERT_TRUE(encoder) << encoder.error().message;
  EXPECT_THAT(ReadConfig(encoder->metadata).error().message, HasSubstr("key model_type is"));
}

// The folder of that config.json, all of whose weights are 0.
class FolderFile {
 public:
  FolderFile() {
    shapes["model.embed_tokens.weight"] = {8, 32};
    shapes["model.norm.weight"] = {32};
    for (const char* number : {"0", "1"}) {
      const std::string layer = std::string("model.layers.") + number + ".";
      shapes[layer + "input_layernorm.weight"] = {32};
      shapes[layer + "post_attention_layernorm.weight"] = {32};
      for (const char* part : {"q_proj", "k_proj", "v_proj", "o_proj"}) {
        shapes[layer + "self_attn." + part + ".weight"] = {32, 32};
      }
      shapes[layer + "mlp.gate_proj.weight"] = shapes[layer + "mlp.up_proj.weight"] = {64, 32};
      shapes[layer + "mlp.down_proj.weight"] = {32, 64};
    }
  }

  std::map<std::string, std::vector<int>> shapes;  // rows first
  std::string config = Config();

  Result<std::unique_ptr<ModelFile>> Open() const {
    const std::string path = testing::TempDir() + "bantam_names_" +
                             testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directory(path);
    std::ofstream(path + "/config.json") << config;
    SafetensorsTestFile tensors;
    for (const auto& [name, shape] : shapes) {
      std::string text;
      size_t n = sizeof(float);
      for (const int size : shape) {
        text += (text.empty() ? "" : ",") + std::to_string(size);
        n *= static_cast<size_t>(size);
      }
      tensors.Tensor(name, "F32", "[" + text + "]", std::string(n, '\0'));
    }
    std::ofstream(path + "/model.safetensors", std::ios::binary) << tensors.Bytes();
    auto file = ModelFile::Open(path);
    std::filesystem::remove_all(path);
    return file;
  }

  std::string Error() const {
    const auto file = Open();
    if (!file) return file.error().message;
    const auto model = ReadConfig((*file)->metadata());
    if (!model) return model.error().message;
    const auto weights = Weights::Load(**file, *model, Precision::kExact, WeightLayout::kMapped);
    return weights ? "none" : weights.error().message;
  }
};

TEST(FolderNames, TensorsAreThoseOfTheFiles) {
  EXPECT_EQ(FolderFile().Error(), "none");
  FolderFile extra;
  extra.shapes["model.layers.3.input_layernorm.weight"] = {32};
  EXPECT_THAT(extra.Error(),
              HasSubstr("tensor model.layers.3.input_layernorm.weight is none that this build"));
  FolderFile missing;
  missing.shapes.erase("model.layers.1.mlp.up_proj.weight");
  EXPECT_THAT(missing.Error(), HasSubstr("tensor model.layers.1.mlp.up_proj.weight is missing"));
  FolderFile misshapen;
  misshapen.shapes["model.layers.1.mlp.up_proj.weight"] = {32, 32};
  EXPECT_THAT(misshapen.Error(), HasSubstr("tensor model.layers.1.mlp.up_proj.weight has 32 rows"));
  FolderFile lost;
  lost.config = Config(R"({"attention_bias": true})");
  lost.shapes["model.layers.0.self_attn.k_proj.bias"] = {32};
  EXPECT_THAT(lost.Error(),
              HasSubstr("tensor model.layers.1.self_attn.k_proj.bias is missing, but"));
  FolderFile factors;
  factors.config = Config(R"({"rope_scaling": {"type": "longrope", "short_factor": [1, 1],
                                               "long_factor": [1, 1, 1, 1, 1, 1, 1, 1]}})");
  EXPECT_THAT(factors.Error(),
              HasSubstr("tensor rope_scaling.short_factor (config.json) has 1 rows of 2"));
}

// Names that more than one spelling in the files is translated to.
TEST(FolderNames, OfSeveralSpellingsTheFilesOwnIsNamed) {
  FolderFile encoder;
  encoder.config = Config(R"({"model_type": "bert", "hidden_act": "gelu"})");
  encoder.shapes = {{"bert.embeddings.LayerNorm.gamma", {32}}};
  const auto file = encoder.Open();
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ((*file)->NameInFile("token_embd_norm.weight"), "bert.embeddings.LayerNorm.gamma");
  EXPECT_EQ((*file)->NameInFile("token_embd.weight"), "embeddings.word_embeddings.weight");
  encoder.shapes["embeddings.LayerNorm.weight"] = {32};
  EXPECT_THAT(encoder.Open().error().message, AllOf(HasSubstr("bert.embeddings.LayerNorm.gamma"),
                                                    HasSubstr("\"embeddings.LayerNorm.weight\"")));
}

// Rows of the position table that no text has are not the model's.
TEST(FolderNames, PositionsBeginAfterThePaddingToken) {
  FolderFile encoder;
  encoder.config = Config(R"({"model_type": "xlm-roberta", "hidden_act": "gelu"})");
  encoder.shapes = {{"roberta.embeddings.position_embeddings.weight", {9, 32}},
                    {"lm_head.dense.weight", {32, 32}}};
  const auto file = encoder.Open();
  ASSERT_TRUE(file) << file.error().message;
  const TensorView* positions = (*file)->Find("position_embd.weight");
  ASSERT_NE(positions, nullptr);
  EXPECT_EQ(positions->n_rows(), 7);
  EXPECT_EQ(positions->size_bytes, 7U * 32 * sizeof(float));
  EXPECT_EQ((*file)->tensors().size(), 1U);
}

TEST(FolderNames, AdaptersHaveTheirModules) {
  static constexpr std::array<uint8_t, 512> kBytes = {};
  const auto file = FolderFile().Open().value();
  const ModelConfig config = ReadConfig(file->metadata()).value();
  const auto weights =
      Weights::Load(*file, config, Precision::kExact, WeightLayout::kMapped).value();
  const auto error = [&](const std::string& module, int64_t rows) {
    const SafeTensor a = {module + ".lora_A.weight", SafeType::kF32, {8, 16}, kBytes.data(), 512};
    const SafeTensor b = {module + ".lora_B.weight", SafeType::kF32, {rows, 8}, kBytes.data(), 512};
    const auto pairs = PairsOfPeft({}, std::array{a, b}, "llama");
    EXPECT_TRUE(pairs) << pairs.error().message;
    return Adapter::Bind(pairs.value(), true, *weights).error().message;
  };
  const std::string prefix = "base_model.model.model.layers.";
  EXPECT_THAT(
      error(prefix + "0.self_attn.q_proj", 16),
      HasSubstr("adapter of \"base_model.model.model.layers.0.self_attn.q_proj\" is for 16"));
  EXPECT_THAT(error(prefix + "7.self_attn.q_proj", 16),
              HasSubstr("adapter of \"base_model.model.model.layers.7.self_attn.q_proj\": the"));
}

}  // namespace
}  // namespace bantam
