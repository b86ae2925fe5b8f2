// Encoders against transformers' float32 vectors, on the tiny models of tests/golden/encoders.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/encoder.h"

namespace bantam {
namespace {

const std::string kGolden = BANTAM_SOURCE_DIR "/tests/golden/encoders/";

std::vector<std::string> Texts() {
  std::ifstream file(kGolden + "texts.txt");
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);) texts.push_back(line);
  return texts;
}

std::vector<float> Floats(const std::string& name) {
  std::ifstream file(kGolden + name, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  std::vector<float> floats(bytes.size() / sizeof(float));
  std::copy_n(bytes.data(), floats.size() * sizeof(float), reinterpret_cast<char*>(floats.data()));
  return floats;
}

std::vector<std::string_view> Views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

std::shared_ptr<Encoder> Load(const std::string& name, Precision precision, int threads) {
  EncoderOptions options;
  options.precision = precision;
  options.threads = threads;
  auto encoder = Encoder::Load(kGolden + name, options);
  if (encoder) return *encoder;
  ADD_FAILURE() << encoder.error().message;
  return nullptr;
}

struct TinyEncoder {
  const char* model;
  const char* reference;
  Pooling pooling;
  int max_tokens;
};

class TinyEncoders : public testing::TestWithParam<TinyEncoder> {};

// The normalised squared error over all texts.
TEST_P(TinyEncoders, GiveTheVectorsOfTransformers) {
  const std::vector<float> expected = Floats(std::string(GetParam().reference) + ".f32");
  const std::vector<std::string> texts = Texts();
  for (const Precision precision : {Precision::kExact, Precision::kFast}) {
    const auto encoder = Load(GetParam().model, precision, 2);
    ASSERT_NE(encoder, nullptr);
    EXPECT_EQ(encoder->dims(), 32);
    EXPECT_EQ(encoder->pooling(), GetParam().pooling);
    EXPECT_EQ(encoder->max_tokens(), GetParam().max_tokens);
    EXPECT_EQ(encoder->positions(), 100);
    EXPECT_TRUE(encoder->info().encoder);
    EmbedOptions options;
    options.normalize = false;
    const auto got = encoder->Embed(Views(texts), options);
    ASSERT_TRUE(got.has_value()) << got.error().message;
    ASSERT_EQ(got->values.size(), expected.size());
    double error = 0;
    double size = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
      error += std::pow(double{got->values[i]} - double{expected[i]}, 2);
      size += std::pow(double{expected[i]}, 2);
    }
    EXPECT_LT(error / size, precision == Precision::kExact ? 1e-8 : 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, TinyEncoders,
                         testing::Values(TinyEncoder{"mean", "mean", Pooling::kMean, 40},
                                         TinyEncoder{"cls", "cls", Pooling::kCls, 100},
                                         TinyEncoder{"xlmr", "xlmr", Pooling::kMean, 100},
                                         TinyEncoder{"mean.gguf", "gguf", Pooling::kMean, 100}),
                         [](const auto& tested) { return std::string(tested.param.reference); });

TEST(Encoder, AVectorDependsOnItsTextAlone) {
  std::vector<std::string> texts = Texts();
  for (int i = 0; i < 90; ++i) texts.push_back("cat " + std::string(static_cast<size_t>(i), 'a'));
  for (const Precision precision : {Precision::kExact, Precision::kFast}) {
    const auto one = Load("mean.gguf", precision, 1);
    const auto two = Load("mean.gguf", precision, 3);
    ASSERT_TRUE(one != nullptr && two != nullptr);
    const auto together = one->Embed(Views(texts), {});
    const auto threaded = two->Embed(Views(texts), {});
    ASSERT_TRUE(together.has_value() && threaded.has_value());
    EXPECT_EQ(together->values, threaded->values);
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::string_view text = texts[i];
      const auto alone = one->Embed({&text, 1}, {});
      ASSERT_TRUE(alone.has_value());
      const auto expected = together->of(i);
      EXPECT_EQ(alone->values, std::vector<float>(expected.begin(), expected.end())) << text;
      double squares = 0;
      for (const float v : expected) squares += double{v} * double{v};
      EXPECT_NEAR(squares, 1, 1e-6) << text;
    }
  }
}

TEST(Encoder, SaysHowMuchOfATextIsLeftOut) {
  const auto encoder = Load("mean", Precision::kFast, 1);
  ASSERT_NE(encoder, nullptr);
  const std::string_view text = "the cat sat on the mat";
  EmbedOptions options;
  options.max_tokens = 5;
  const auto short_one = encoder->Embed({&text, 1}, options);
  ASSERT_TRUE(short_one.has_value());
  EXPECT_EQ(short_one->tokens[0], 5);
  EXPECT_EQ(short_one->left_out[0], 3);
  const std::string_view beginning = "the cat sat";
  const auto same = encoder->Embed({&beginning, 1}, {});
  ASSERT_TRUE(same.has_value());
  EXPECT_EQ(same->left_out[0], 0);
  EXPECT_EQ(same->values, short_one->values);
  for (const int impossible : {-1, 2, 101}) {
    options.max_tokens = impossible;
    const auto refused = encoder->Embed({&text, 1}, options);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
}

// As sentence-transformers 6 writes folders: the limit is the tokenizer's.
TEST(Encoder, FoldersNameALimitAndAPromptForEveryText) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "prompted";
  std::filesystem::remove_all(folder);
  std::filesystem::copy(kGolden + "mean", folder, std::filesystem::copy_options::recursive);
  const auto write = [&folder](const char* name, const char* text) {
    std::ofstream(folder / name) << text;
  };
  write("sentence_bert_config.json", R"({"transformer_task": "feature-extraction"})");
  write("tokenizer_config.json", R"({"model_max_length": 33})");
  write("config_sentence_transformers.json",
        R"({"prompts": {"query": "the query is "}, "default_prompt_name": "query"})");
  const auto prompted = Encoder::Load(folder.string(), EncoderOptions());
  ASSERT_TRUE(prompted) << prompted.error().message;
  EXPECT_EQ((*prompted)->max_tokens(), 33);
  const auto plain = Load("mean", Precision::kFast, 1);
  ASSERT_NE(plain, nullptr);
  const std::vector<std::string_view> text = {"a text"};
  const std::vector<std::string_view> whole = {"the query is a text"};
  const auto got = (*prompted)->Embed(text, {});
  const auto expected = plain->Embed(whole, {});
  ASSERT_TRUE(got && expected);
  EXPECT_EQ(got->values, expected->values);
  EXPECT_EQ((*prompted)->Tokenize("a text"), plain->Tokenize("the query is a text"));
  std::filesystem::remove_all(folder);
}

TEST(Encoder, NoTextsGiveNoVectors) {
  const auto encoder = Load("cls", Precision::kFast, 1);
  ASSERT_NE(encoder, nullptr);
  const auto none = encoder->Embed({}, {});
  ASSERT_TRUE(none.has_value());
  EXPECT_EQ(none->dims, 32);
  EXPECT_TRUE(none->values.empty());
}

TEST(Encoder, DecodersAndEncodersAreToldApart) {
  const auto decoder =
      Encoder::Load(BANTAM_SOURCE_DIR "/tests/golden/folders/qwen2_f32", EncoderOptions());
  ASSERT_FALSE(decoder.has_value());
  EXPECT_NE(decoder.error().message.find("\"qwen2\", which is no encoder"), std::string::npos)
      << decoder.error().message;
  const auto encoder = Model::Load(kGolden + "mean.gguf", LoadOptions());
  ASSERT_FALSE(encoder.has_value());
  EXPECT_NE(encoder.error().message.find("is an encoder"), std::string::npos)
      << encoder.error().message;
}

TEST(Encoder, ItsMemoryIsPlanned) {
  const auto plan = Model::Plan(kGolden + "mean", 100, 1, Precision::kFast, WeightLayout::kAuto);
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_EQ(plan->kv_cache, 0U);
  EXPECT_GT(plan->weights, plan->mapped);
  EXPECT_GT(plan->scratch, 0U);
}

}  // namespace
}  // namespace bantam
