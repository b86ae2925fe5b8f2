// all-MiniLM-L6-v2 against transformers on 40 sentences (tests/golden/encoders).
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/encoder.h"
#include "base/half.h"

namespace bantam {
namespace {

const std::string kGolden = BANTAM_SOURCE_DIR "/tests/golden/encoders/";
constexpr double kLeastCosine = 0.9999;

// Empty if there are no models, unless somebody (CI) says where they are.
std::string ModelPath() {
  const char* folder = std::getenv("BANTAM_MODELS");
  const std::string path =
      (folder != nullptr ? std::string(folder) : BANTAM_SOURCE_DIR "/models") + "/all-minilm-l6-v2";
  if (std::filesystem::exists(path)) return path;
  EXPECT_EQ(folder, nullptr) << path << " is missing: ./dev model minilm";
  return {};
}

std::vector<std::string> Sentences() {
  std::ifstream file(kGolden + "sentences.txt");
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);) texts.push_back(line);
  return texts;
}

std::vector<float> Reference() {
  std::ifstream file(kGolden + "minilm.f16", std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  std::vector<float> values;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    uint16_t half;
    std::memcpy(&half, &bytes[i], sizeof(half));
    values.push_back(F16ToF32(half));
  }
  return values;
}

Result<Embeddings> EmbedAll(const std::string& path, const EncoderOptions& options) {
  auto encoder = Encoder::Load(path, options);
  if (!encoder) return std::unexpected(encoder.error());
  const std::vector<std::string> texts = Sentences();
  return (*encoder)->Embed(std::vector<std::string_view>(texts.begin(), texts.end()), {});
}

TEST(MiniLm, AgreesWithTransformers) {
  const std::string path = ModelPath();
  if (path.empty()) GTEST_SKIP() << "no models";
  const std::vector<float> reference = Reference();
  for (const Precision precision : {Precision::kExact, Precision::kFast}) {
    EncoderOptions options;
    options.precision = precision;
    const auto got = EmbedAll(path, options);
    ASSERT_TRUE(got.has_value()) << got.error().message;
    ASSERT_EQ(got->values.size(), reference.size());
    const auto n = static_cast<size_t>(got->dims);
    for (size_t text = 0; text < got->tokens.size(); ++text) {
      double dot = 0;
      double squares = 0;
      for (size_t d = 0; d < n; ++d) {
        const double expected = reference[text * n + d];
        dot += expected * double{got->of(text)[d]};
        squares += expected * expected;
      }
      EXPECT_GE(dot / std::sqrt(squares), kLeastCosine) << text;
    }
  }
}

TEST(MiniLm, ThreadsAndConversionDoNotShow) {
  const std::string path = ModelPath();
  if (path.empty()) GTEST_SKIP() << "no models";
  EncoderOptions options;
  options.threads = 1;
  const auto one = EmbedAll(path, options);
  options.threads = 3;
  options.dtype = FloatType::kF32;  // as the files have it
  const auto three = EmbedAll(path, options);
  ASSERT_TRUE(one.has_value() && three.has_value());
  EXPECT_EQ(one->values, three->values);
}

}  // namespace
}  // namespace bantam
