// Tests of what a file says about itself, on the tiny models.
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

}  // namespace
}  // namespace bantam
