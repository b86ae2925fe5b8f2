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

TEST(Weights, StackedTensorsBecomeTheirParts) {
  constexpr int kQuery = ModelTestFile::kHeads * ModelTestFile::kDim;
  constexpr int kKv = ModelTestFile::kKvHeads * ModelTestFile::kDim;
  ModelTestFile model;
  model.architecture = "phi3";
  for (const std::string layer : {"blk.0.", "blk.1."}) {
    for (const char* part :
         {"attn_q.weight", "attn_q.bias", "attn_k.weight", "attn_v.weight", "ffn_gate.weight"}) {
      model.shapes.erase(layer + part);
    }
    model.shapes[layer + "attn_qkv.weight"] = {ModelTestFile::kEmbd, kQuery + 2 * kKv};
    model.shapes[layer + "attn_qkv.bias"] = {kQuery + 2 * kKv};
    model.shapes[layer + "ffn_up.weight"] = {ModelTestFile::kEmbd, 2 * ModelTestFile::kFf};
  }
  const auto weights = LoadFrom(model);
  ASSERT_TRUE(weights) << weights.error().message;
  const Layer& layer = (*weights)->layers()[1];
  const int64_t row = RowBytes(DType::kQ8_0, ModelTestFile::kEmbd);
  EXPECT_EQ(layer.query.rows, kQuery);
  EXPECT_EQ(layer.key.tensor.data, layer.query.tensor.data + kQuery * row);
  EXPECT_EQ(layer.value.tensor.data, layer.key.tensor.data + kKv * row);
  EXPECT_EQ(layer.value.tensor.size_bytes, static_cast<uint64_t>(kKv * row));
  EXPECT_EQ(layer.value.bias.size(), static_cast<size_t>(kKv));
  EXPECT_NE(layer.key.bias, layer.value.bias);
  EXPECT_EQ(layer.up.tensor.data, layer.gate.tensor.data + ModelTestFile::kFf * row);
  EXPECT_EQ(layer.up.rows, ModelTestFile::kFf);
}

TEST(Weights, NormsOfHeadsAreWantedWhereTheArchitectureHasThem) {
  ModelTestFile model;
  model.architecture = "qwen3";
  for (const std::string layer : {"blk.0.", "blk.1."}) {
    model.shapes[layer + "attn_q_norm.weight"] = {ModelTestFile::kDim};
    model.shapes[layer + "attn_k_norm.weight"] = {ModelTestFile::kDim};
  }
  EXPECT_TRUE(LoadFrom(model));
  model.shapes.erase("blk.1.attn_k_norm.weight");
  const auto weights = LoadFrom(model);
  ASSERT_FALSE(weights);
  EXPECT_NE(weights.error().message.find("blk.1.attn_k_norm.weight"), std::string::npos);
}

TEST(Weights, BiasesOfNormsBelongToLayerNormsAndToEveryLayer) {
  ModelTestFile model;
  model.shapes["blk.0.attn_norm.bias"] = {ModelTestFile::kEmbd};
  EXPECT_FALSE(LoadFrom(model)) << "an RMS norm adds none";
  model.architecture = "starcoder2";
  model.shapes.erase("blk.0.ffn_gate.weight");
  model.shapes.erase("blk.1.ffn_gate.weight");
  const auto weights = LoadFrom(model);
  ASSERT_FALSE(weights);
  EXPECT_NE(weights.error().message.find("blk.1.attn_norm.bias"), std::string::npos)
      << weights.error().message;
  model.shapes["blk.1.attn_norm.bias"] = {ModelTestFile::kEmbd};
  EXPECT_TRUE(LoadFrom(model));
}

TEST(Weights, FactorsForShortAndLongContextsComeTogether) {
  ModelTestFile model;
  model.shapes["rope_factors_long.weight"] = {ModelTestFile::kDim / 2};
  const auto weights = LoadFrom(model);
  ASSERT_FALSE(weights);
  EXPECT_NE(weights.error().message.find("rope_factors_short"), std::string::npos);
  model.shapes["rope_factors_short.weight"] = {ModelTestFile::kDim / 2};
  const auto both = LoadFrom(model);
  ASSERT_TRUE(both) << both.error().message;
  const Rope* of_short = &(*both)->rope();
  (*both)->set_context(4096);
  EXPECT_EQ(&(*both)->rope(), of_short) << "up to the original context, here the model's own";
  (*both)->set_context(4097);
  EXPECT_NE(&(*both)->rope(), of_short);
}

}  // namespace
}  // namespace bantam
