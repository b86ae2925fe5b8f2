// Tests of binding tensors: missing ones and wrong shapes are named, with both shapes.
#include "model/weights.h"

#include <gtest/gtest.h>

#include "model/model_test_file.h"

namespace bantam {
namespace {

Result<std::unique_ptr<Weights>> LoadFrom(const ModelTestFile& model) {
  auto file = model.Open();
  if (!file) return std::unexpected(file.error());
  auto config = ReadConfig((*file)->metadata());
  if (!config) return std::unexpected(config.error());
  return Weights::Load(**file, *config, Precision::kFast, WeightLayout::kPacked);
}

TEST(Weights, AWholeModelLoadsWithItsBiases) {
  const auto weights = LoadFrom(ModelTestFile());
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ((*weights)->layers().size(), 2U);
  EXPECT_EQ((*weights)->layers()[0].query.bias.size(), 64U);
  EXPECT_TRUE((*weights)->layers()[0].key.bias.empty());
  EXPECT_EQ((*weights)->head().rows, ModelTestFile::kVocab);  // tied
}

TEST(Weights, TheHeadIsReadLastAndAnEmbeddingOfItsOwnNotAtAll) {
  for (const bool tied : {true, false}) {
    ModelTestFile model;
    if (!tied) model.shapes["output.weight"] = {ModelTestFile::kEmbd, ModelTestFile::kVocab};
    const auto file = model.Open().value();
    const auto order = Weights::OrderOfUse(*file, ReadConfig(file->metadata()).value());
    ASSERT_EQ(order.size(), file->tensors().size() - (tied ? 0 : 1));
    EXPECT_EQ(order.back()->name, tied ? "token_embd.weight" : "output.weight");
    for (size_t i = 2; i < order.size(); ++i) {
      EXPECT_LT(order[i - 2]->data, order[i - 1]->data) << order[i - 1]->name;
    }
  }
}

TEST(Weights, EveryMissingTensorIsNamed) {
  for (const auto& [name, shape] : ModelTestFile().shapes) {
    if (name.ends_with(".bias")) continue;
    ModelTestFile model;
    model.shapes.erase(name);
    const auto weights = LoadFrom(model);
    ASSERT_FALSE(weights) << name;
    EXPECT_EQ(weights.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(weights.error().message.find(name), std::string::npos) << weights.error().message;
  }
}

TEST(Weights, EveryWrongShapeIsNamed) {
  for (const auto& [name, shape] : ModelTestFile().shapes) {
    for (size_t d = 0; d < shape.size(); ++d) {
      ModelTestFile model;
      model.shapes[name][d] += 32;
      const auto weights = LoadFrom(model);
      ASSERT_FALSE(weights) << name;
      EXPECT_EQ(weights.error().code, ErrorCode::kCorrupt);
      EXPECT_NE(weights.error().message.find(name), std::string::npos) << weights.error().message;
      EXPECT_NE(weights.error().message.find("expected"), std::string::npos);
    }
  }
}

TEST(Weights, UnknownTensorsAreRefusedByName) {
  ModelTestFile model;
  model.shapes["blk.1.attn_q_norm.weight"] = {ModelTestFile::kDim};
  const auto weights = LoadFrom(model);
  ASSERT_FALSE(weights);
  EXPECT_EQ(weights.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(weights.error().message.find("blk.1.attn_q_norm.weight"), std::string::npos)
      << weights.error().message;
}

TEST(Weights, ABiasMissingFromOneLayerIsNamed) {
  for (const int with : {0, 1}) {
    ModelTestFile model;
    const std::string without = "blk." + std::to_string(1 - with) + ".attn_q.bias";
    model.shapes.erase(without);
    model.shapes["blk." + std::to_string(with) + ".attn_q.bias"] = {ModelTestFile::kEmbd};
    const auto weights = LoadFrom(model);
    ASSERT_FALSE(weights);
    EXPECT_NE(weights.error().message.find(without), std::string::npos) << weights.error().message;
  }
}

TEST(Weights, TheHeadsBiasHasTheHeadsNameAlsoWhenTied) {
  ModelTestFile model;
  model.shapes["output.bias"] = {ModelTestFile::kVocab};
  const auto weights = LoadFrom(model);
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ((*weights)->head().bias.size(), 50U);
}

TEST(Weights, TablesThatNobodyReadsAreLeftAlone) {
  ModelTestFile model;
  model.shapes["blk.0.attn_rot_embd.weight"] = {ModelTestFile::kDim / 2};
  EXPECT_TRUE(LoadFrom(model));
}

}  // namespace
}  // namespace bantam
