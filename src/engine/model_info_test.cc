// Tests of what a file says about itself, on the tiny models, and of the memory plan.
#include "engine/model_info.h"

#include <gtest/gtest.h>

#include "engine/file_type.h"

namespace bantam {
namespace {

const std::string kFolder = BANTAM_SOURCE_DIR "/tests/golden/models/";

TEST(FileTypeName, FollowsTheEnumeration) {
  EXPECT_EQ(FileTypeName(0), "F32");
  EXPECT_EQ(FileTypeName(2), "Q4_0");
  EXPECT_EQ(FileTypeName(7), "Q8_0");
  EXPECT_EQ(FileTypeName(15), "Q4_K_M");
  EXPECT_EQ(FileTypeName(18), "Q6_K");
  EXPECT_EQ(FileTypeName(25), "IQ4_NL");
  EXPECT_EQ(FileTypeName(30), "IQ4_XS");
  EXPECT_EQ(FileTypeName(32), "BF16");
  EXPECT_EQ(FileTypeName(15 + 1024), "Q4_K_M");
  EXPECT_EQ(FileTypeName(33), "");
  EXPECT_EQ(FileTypeName(42), "");
  EXPECT_EQ(FileTypeName(~uint64_t{0}), "");
}

TEST(InspectModel, ReadsSizesAndTensors) {
  const auto info = InspectModel(kFolder + "qwen2_q4_0.gguf");
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->path, kFolder + "qwen2_q4_0.gguf");
  EXPECT_EQ(info->name, "Tiny qwen2_q4_0");
  EXPECT_EQ(info->architecture, "qwen2");
  EXPECT_EQ(info->license, "apache-2.0");
  EXPECT_EQ(info->tokenizer, "gpt2/qwen2");
  EXPECT_NE(info->chat_template.find("<|im_start|>"), std::string::npos);
  EXPECT_GT(info->layers, 0);
  EXPECT_GT(info->vocabulary_size, 100);
  EXPECT_EQ(info->head_dim * info->heads, info->embedding_length);
  EXPECT_LE(info->kv_heads, info->heads);
  EXPECT_GT(info->context_length, 0);
  EXPECT_GT(info->parameters, 1000U);
  EXPECT_GT(info->file_bytes, info->tensors.size());
  ASSERT_FALSE(info->tensors.empty());
  uint64_t bytes = 0;
  for (const TensorInfo& tensor : info->tensors) {
    bytes += tensor.bytes;
    EXPECT_FALSE(tensor.shape.empty());
    if (tensor.name == "blk.0.attn_q.weight") {
      EXPECT_EQ(tensor.type, "Q4_0");
      EXPECT_EQ(tensor.shape.size(), 2U);
      EXPECT_EQ(tensor.shape[0], info->embedding_length);
    }
  }
  EXPECT_LT(bytes, info->file_bytes);
}

TEST(InspectModel, MissingFilesAreNamed) {
  const auto info = InspectModel("/nonexistent/model.gguf");
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::kNotFound);
  EXPECT_NE(info.error().message.find("/nonexistent/model.gguf"), std::string::npos);
}

TEST(PlanMemory, GrowsWithContextSequencesAndPrecision) {
  const std::string path = kFolder + "qwen2_q4_0.gguf";
  const auto info = InspectModel(path).value();
  const auto plan = PlanMemory(path, 640, 1, Precision::kFast).value();
  // A key and a value of each head: codes of two bytes, and a scale of four.
  const int heads = info.layers * info.kv_heads;
  const auto token_bytes = static_cast<uint64_t>(heads * 2 * (info.head_dim * 2 + 4));
  EXPECT_EQ(plan.kv_cache, 640 * token_bytes);
  EXPECT_GT(plan.weights, 10000U);
  EXPECT_GT(plan.scratch, 1000U);
  EXPECT_EQ(plan.total(), plan.kv_cache + plan.weights + plan.scratch);
  EXPECT_EQ(PlanMemory(path, 1280, 1, Precision::kFast)->kv_cache, 2 * plan.kv_cache);
  EXPECT_EQ(PlanMemory(path, 640, 3, Precision::kFast)->kv_cache, 3 * plan.kv_cache);
  EXPECT_EQ(PlanMemory(path, 640, 1, Precision::kExact)->kv_cache,
            static_cast<uint64_t>(640 * heads * 2 * info.head_dim * 4));
  EXPECT_FALSE(PlanMemory(path, 0, 1, Precision::kFast));
  EXPECT_FALSE(PlanMemory("/nonexistent", 64, 1, Precision::kFast));
}

}  // namespace
}  // namespace bantam
