// Tests of Hugging Face folders: files that belong together, and those that do not.
#include "format/hf_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/half.h"
#include "format/float_conversion.h"
#include "format/hf_shards.h"
#include "format/safetensors_test_file.h"

namespace bantam {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kConfig = R"({"model_type": "qwen2", "num_hidden_layers": 1,
    "hidden_size": 64, "intermediate_size": 96, "num_attention_heads": 4,
    "max_position_embeddings": 512, "vocab_size": 8, "rms_norm_eps": 1e-6)";

class HfFolder : public testing::Test {
 protected:
  HfFolder()
      : path_(testing::TempDir() + "bantam_folder_" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directory(path_);
    Write("config.json", std::string(kConfig) + "}");
  }
  ~HfFolder() override { std::filesystem::remove_all(path_); }

  void Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << bytes;
  }
  Result<std::unique_ptr<ModelFile>> Open(FloatType floats = FloatType::kAsStored) const {
    return ModelFile::Open(path_, floats);
  }
  std::string Error() const {
    const auto file = Open();
    return file ? "none" : std::string(ErrorName(file.error().code)) + ": " + file.error().message;
  }

  std::string path_;
};

std::string Floats(std::initializer_list<float> values) {
  std::string bytes;
  for (const float value : values) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  return bytes;
}

TEST_F(HfFolder, GivesTensorsTheirGgufNamesAndShapes) {
  Write("model.safetensors",
        SafetensorsTestFile()
            .Tensor("model.layers.0.mlp.up_proj.weight", "F32", "[1,2]", Floats({1, 2}))
            .Tensor("model.layers.0.self_attn.rotary_emb.inv_freq", "F32", "[1]", Floats({1}))
            .Tensor("something.else", "F32", "[1]", Floats({3}))
            .Bytes());
  const auto file = Open();
  ASSERT_TRUE(file) << file.error().message;
  const TensorView* up = (*file)->Find("blk.0.ffn_up.weight");
  ASSERT_NE(up, nullptr);
  EXPECT_EQ(up->row_length(), 2);
  EXPECT_EQ(up->n_rows(), 1);
  EXPECT_TRUE(up->in_file());
  EXPECT_NE((*file)->Find("something.else"), nullptr);  // and Weights refuses it by that name
  EXPECT_EQ((*file)->tensors().size(), 2U);
  EXPECT_EQ((*file)->NameInFile("blk.0.ffn_up.weight"), "model.layers.0.mlp.up_proj.weight");
  EXPECT_EQ((*file)->converted_bytes(), 0U);
}

TEST_F(HfFolder, ConvertsFloatMatricesOnRequest) {
  Write("model.safetensors",
        SafetensorsTestFile()
            .Tensor("model.layers.0.mlp.up_proj.weight", "F32", "[1,2]", Floats({1, -2.5F}))
            .Tensor("model.norm.weight", "F32", "[1]", Floats({1e6F}))
            .Bytes());
  const auto file = Open(FloatType::kF16);
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_TRUE((*file)->Convert());
  const TensorView* up = (*file)->Find("blk.0.ffn_up.weight");
  EXPECT_EQ(up->type, DType::kF16);
  uint8_t bytes[4];
  (*file)->Read(*up, 0, bytes);
  EXPECT_EQ(F16ToF32(static_cast<uint16_t>(bytes[2] | bytes[3] << 8)), -2.5F);
  // Vectors are float32 in the end anyway.
  EXPECT_EQ((*file)->Find("output_norm.weight")->type, DType::kF32);
}

TEST_F(HfFolder, WeightsThatOverflowAreNamed) {
  Write("model.safetensors",
        SafetensorsTestFile()
            .Tensor("model.layers.0.mlp.up_proj.weight", "F32", "[1,2]", Floats({1, 65520}))
            .Bytes());
  const auto file = Open(FloatType::kF16);
  ASSERT_TRUE(file) << file.error().message;
  const auto converted = (*file)->Convert();
  ASSERT_FALSE(converted);
  EXPECT_THAT(converted.error().message,
              AllOf(HasSubstr("model.layers.0.mlp.up_proj.weight"), HasSubstr("65520"),
                    HasSubstr("at 1"), HasSubstr("F16")));
}

TEST(FloatConversion, KeepsInfinityAndRoundsJustBelowOverflow) {
  const std::string from = Floats({__builtin_inff(), 65519.9F, 1 + 0x1p-11F});
  uint8_t out[6];
  ASSERT_TRUE(ConvertFloats(
      {DType::kF32, DType::kF16, reinterpret_cast<const uint8_t*>(from.data()), 3}, out));
  EXPECT_EQ(out[0] | out[1] << 8, 0x7C00);
  EXPECT_EQ(out[2] | out[3] << 8, 0x7BFF);
  EXPECT_EQ(out[4] | out[5] << 8, 0x3C00);  // ties to even
}

TEST_F(HfFolder, ReadsShardsOfAnIndex) {
  const auto shard = [](const char* name) {
    return SafetensorsTestFile().Tensor(name, "F32", "[1]", Floats({1})).Bytes();
  };
  Write("model-1.safetensors", shard("a"));
  Write("model-2.safetensors", shard("b"));
  const char* kIndex = "model.safetensors.index.json";
  Write(kIndex, R"({"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}})");
  EXPECT_EQ(Error(), "none");
  Write(kIndex, R"({"weight_map": {"a": "model-2.safetensors", "b": "model-2.safetensors"}})");
  EXPECT_THAT(Error(), AllOf(HasSubstr("model-2.safetensors"), HasSubstr("\"a\" is missing")));
  Write("model-2.safetensors", shard("a"));
  Write(kIndex, R"({"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}})");
  EXPECT_THAT(Error(), AllOf(HasSubstr("\"a\""), HasSubstr("two of its files")));
  Write(kIndex, R"({"weight_map": {"a": "model-3.safetensors"}})");
  EXPECT_THAT(Error(), AllOf(HasSubstr("not found"), HasSubstr("model-3.safetensors")));
}

TEST(ShardIndex, NamesCannotLeaveTheFolder) {
  for (const char* name : {"../model.safetensors", "/etc/model.safetensors", "a/b.safetensors",
                           "..", "..\\\\model.safetensors", "c:model.safetensors", ".safetensors",
                           "model.bin", "", "a\\u0000.safetensors", "a\\n.safetensors"}) {
    const auto index = ParseShardIndex(std::string(R"({"weight_map": {"a": ")") + name + "\"}}");
    ASSERT_FALSE(index) << name;
    EXPECT_THAT(index.error().message, HasSubstr("weight_map"));
  }
  EXPECT_FALSE(ParseShardIndex(R"({"weight_map": {"a": 7}})"));
  EXPECT_FALSE(ParseShardIndex(R"({"weight_map": {}})"));
  EXPECT_FALSE(ParseShardIndex("{}"));
}

TEST_F(HfFolder, SaysWhatIsMissing) {
  EXPECT_THAT(Error(), AllOf(HasSubstr("not found"), HasSubstr("model.safetensors.index.json")));
  std::filesystem::remove(path_ + "/config.json");
  EXPECT_THAT(Error(), AllOf(HasSubstr("is a directory"), HasSubstr("config.json")));
}

TEST_F(HfFolder, HeadThatConfigSaysIsThere) {
  Write("model.safetensors",
        SafetensorsTestFile().Tensor("model.norm.weight", "F32", "[1]", Floats({1})).Bytes());
  EXPECT_EQ(Error(), "none");
  Write("config.json", std::string(kConfig) + R"(, "tie_word_embeddings": false})");
  EXPECT_THAT(Error(), AllOf(HasSubstr("lm_head.weight"), HasSubstr("tie_word_embeddings")));
}

TEST_F(HfFolder, TiedHeadsAreNotReadTwiceUnlessTheyDiffer) {
  // More than one piece of the comparison, and a difference in the last.
  constexpr size_t kColumns = (1 << 18) + 3;
  const std::string shape = "[1," + std::to_string(kColumns) + "]";
  const std::string embedding(kColumns * sizeof(float), '\0');
  const auto holds_head = [&](const char* keys, const std::string& head_shape,
                              const std::string& head) {
    Write("config.json", std::string(kConfig) + keys + "}");
    Write("model.safetensors", SafetensorsTestFile()
                                   .Tensor("model.embed_tokens.weight", "F32", shape, embedding)
                                   .Tensor("lm_head.weight", "F32", head_shape, head)
                                   .Bytes());
    const auto file = Open();
    EXPECT_TRUE(file) << file.error().message;
    return file && (*file)->Find("output.weight") != nullptr;
  };
  std::string other = embedding;
  other.back() = '\1';
  EXPECT_FALSE(holds_head(R"(, "tie_word_embeddings": true)", shape, embedding));
  EXPECT_TRUE(holds_head(R"(, "tie_word_embeddings": true)", shape, other));
  EXPECT_TRUE(holds_head(R"(, "tie_word_embeddings": true)", "[" + std::to_string(kColumns) + ",1]",
                         embedding));
  EXPECT_TRUE(holds_head(R"(, "tie_word_embeddings": false)", shape, embedding));
}

TEST_F(HfFolder, ATiedHeadAloneIsTheEmbedding) {
  const std::string bytes(3 * sizeof(float), '\1');
  Write("model.safetensors",
        SafetensorsTestFile().Tensor("lm_head.weight", "F32", "[1,3]", bytes).Bytes());
  Write("config.json", std::string(kConfig) + R"(, "tie_word_embeddings": true})");
  const auto tied = Open();
  ASSERT_TRUE(tied) << tied.error().message;
  EXPECT_NE((*tied)->Find("token_embd.weight"), nullptr);
  EXPECT_EQ((*tied)->Find("output.weight"), nullptr);
  Write("config.json", std::string(kConfig) + R"(, "tie_word_embeddings": false})");
  const auto apart = Open();
  ASSERT_TRUE(apart) << apart.error().message;
  EXPECT_EQ((*apart)->Find("token_embd.weight"), nullptr);
}

// As transformers' classes make their linear layers.
TEST_F(HfFolder, BiasesCountWhereTheModelHasThem) {
  const auto biases = [&](const char* keys) {
    Write("config.json", R"({"num_hidden_layers": 1, "hidden_size": 64, "intermediate_size": 96,
        "num_attention_heads": 4, "max_position_embeddings": 512, "vocab_size": 8,
        "rms_norm_eps": 1e-6, "norm_epsilon": 1e-5, "model_type": )" +
                             std::string(keys) + "}");
    SafetensorsTestFile weights;
    for (const char* name :
         {"lm_head.bias", "model.layers.0.mlp.up_proj.bias", "model.layers.0.self_attn.o_proj.bias",
          "model.layers.0.self_attn.q_proj.bias", "model.norm.bias"}) {
      weights.Tensor(name, "F32", "[1]", Floats({1}));
    }
    Write("model.safetensors", weights.Bytes());
    const auto file = Open();
    EXPECT_TRUE(file) << file.error().message;
    std::string found;
    for (const auto& [name, letter] : {std::pair("output.bias", 'h'),
                                       {"blk.0.ffn_up.bias", 'u'},
                                       {"blk.0.attn_output.bias", 'o'},
                                       {"blk.0.attn_q.bias", 'q'},
                                       {"output_norm.bias", 'n'}}) {
      if (file && (*file)->Find(name) != nullptr) found += letter;
    }
    return found;
  };
  EXPECT_EQ(biases(R"("qwen2", "attention_bias": true)"), "qn");
  EXPECT_EQ(biases(R"("qwen3", "mlp_bias": true)"), "n");
  EXPECT_EQ(biases(R"("qwen3", "attention_bias": true)"), "oqn");
  EXPECT_EQ(biases(R"("llama")"), "n");
  EXPECT_EQ(biases(R"("granite", "mlp_bias": true)"), "un");
  EXPECT_EQ(biases(R"("smollm3", "mlp_bias": true, "attention_bias": true)"), "uoqn");
  EXPECT_EQ(biases(R"("gemma3_text", "attention_bias": true)"), "oqn");
  EXPECT_EQ(biases(R"("mistral", "attention_bias": true)"), "n");
  EXPECT_EQ(biases(R"("phi3", "attention_bias": true)"), "n");
  EXPECT_EQ(biases(R"("starcoder2")"), "uoqn");
  EXPECT_EQ(biases(R"("starcoder2", "use_bias": false)"), "n");
}

TEST_F(HfFolder, WeightsOfOtherTypesAreRefused) {
  Write("model.safetensors",
        SafetensorsTestFile().Tensor("model.norm.weight", "F8_E4M3", "[1]", "x").Bytes());
  EXPECT_THAT(Error(), AllOf(HasSubstr("unsupported"), HasSubstr("model.norm.weight"),
                             HasSubstr("F8_E4M3")));
  Write("model.safetensors",
        SafetensorsTestFile().Tensor("model.norm.weight", "F32", "[0]", "").Bytes());
  EXPECT_THAT(Error(), AllOf(HasSubstr("corrupt"), HasSubstr("model.norm.weight")));
}

// A GPTQ layer of 32 columns and 8 rows, and what is wrong with it.
class PackedFolder : public HfFolder {
 protected:
  PackedFolder() {
    Write("config.json", std::string(kConfig) + R"(, "quantization_config": {
        "quant_method": "gptq", "bits": 4, "group_size": 32, "desc_act": true}})");
  }
  static constexpr const char* kModule = "model.layers.0.mlp.up_proj.";

  void Layer(const char* zeros_shape, const std::string& zeros, const std::string& groups,
             const std::string& scale = std::string("\x00\x3C", 2)) const {
    std::string scales;
    for (int i = 0; i < 8; ++i) scales += scale;
    const std::string module = kModule;
    SafetensorsTestFile file;
    file.Tensor(module + "qweight", "I32", "[4,8]", std::string(128, '\x21'))
        .Tensor(module + "qzeros", "I32", zeros_shape, zeros)
        .Tensor(module + "scales", "F16", "[1,8]", scales);
    if (!groups.empty()) file.Tensor(module + "g_idx", "I32", "[32]", groups);
    Write("model.safetensors", file.Bytes());
  }
};

TEST_F(PackedFolder, BecomesRowsOfBlocks) {
  Layer("[1,1]", "\x77\x77\x77\x77", std::string(128, '\0'));  // stored less one: 8
  auto file = Open();
  ASSERT_TRUE(file) << file.error().message;
  const TensorView* up = (*file)->Find("blk.0.ffn_up.weight");
  ASSERT_NE(up, nullptr);
  EXPECT_EQ(up->type, DType::kQ4_0);
  EXPECT_EQ(up->data, nullptr);  // until it is converted
  ASSERT_TRUE((*file)->Convert());
  EXPECT_EQ(up->n_rows(), 8);
  // Columns 0 and 16 have the code 1, columns 1 and 17 the code 2.
  EXPECT_EQ(up->data[0] | up->data[1] << 8, 0x3C00);
  EXPECT_EQ(up->data[2], 0x11);
  EXPECT_EQ(up->data[3], 0x22);
}

TEST_F(PackedFolder, ZeroPointsAwayFromTheMiddleKeepTheirValue) {
  Layer("[1,1]", "\x77\x77\x77\x7F", std::string(128, '\0'));  // row 6: 15, stored less one
  auto file = Open();
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_TRUE((*file)->Convert());
  const TensorView* up = (*file)->Find("blk.0.ffn_up.weight");
  EXPECT_EQ(up->type, DType::kQ4_Z);
  const uint8_t* row = up->data + 6 * RowBytes(up->type, 32);
  EXPECT_EQ(F16ToF32(static_cast<uint16_t>(row[2] | row[3] << 8)), -16);
}

TEST_F(PackedFolder, PartsThatDoNotFitAreNamed) {
  Layer("[2,1]", std::string(8, 'x'), "");
  EXPECT_THAT(Error(), AllOf(HasSubstr("mlp.up_proj"), HasSubstr("qzeros"), HasSubstr("1 × 1")));
  std::string groups(128, '\0');
  groups[4] = 1;
  Layer("[1,1]", "xxxx", groups);
  EXPECT_THAT(Error(), AllOf(HasSubstr("g_idx is 1 at 1"), HasSubstr("0 to 0")));
  groups[4] = groups[5] = groups[6] = groups[7] = '\xFF';
  Layer("[1,1]", "xxxx", groups);
  EXPECT_THAT(Error(), HasSubstr("g_idx is -1"));
  Write("model.safetensors",
        SafetensorsTestFile()
            .Tensor(std::string(kModule) + "qweight", "I32", "[4,8]", std::string(128, 'x'))
            .Bytes());
  EXPECT_THAT(Error(), AllOf(HasSubstr("mlp.up_proj"), HasSubstr("qzeros is missing")));
  Write("config.json", std::string(kConfig) + "}");
  EXPECT_THAT(Error(), HasSubstr("no quantization_config"));
}

TEST_F(PackedFolder, ScalesThatAreNoNumbersAreRefused) {
  Layer("[1,1]", "xxxx", "", std::string("\x00\x7C", 2));
  auto file = Open();
  ASSERT_TRUE(file) << file.error().message;
  const auto converted = (*file)->Convert();
  ASSERT_FALSE(converted);
  EXPECT_THAT(converted.error().message, AllOf(HasSubstr("up_proj"), HasSubstr("scales")));
}

}  // namespace
}  // namespace bantam
