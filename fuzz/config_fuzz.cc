// Fuzzes the reading of a model's configuration: any metadata give an error or sizes and options
// that loading can rely on. A line of the input is one pair, "KEY TYPE VALUE…"; "%" at the
// beginning of a key stands for the architecture, as "general.architecture" names it above.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/metadata.h"
#include "model/config.h"
#include "model/encoder_config.h"
#include "model/rope.h"

namespace bantam {
namespace {

template <typename T>
std::vector<T> Numbers(std::istringstream& words) {
  std::vector<T> values;
  for (std::string word; words >> word;) {
    values.push_back(static_cast<T>(std::strtoll(word.c_str(), nullptr, 10)));
  }
  return values;
}

MetadataValue ValueOf(char type, std::istringstream& words) {
  switch (type) {
    case 'U': return Numbers<uint64_t>(words);
    case 'I': return Numbers<int64_t>(words);
    case 'B': return Numbers<bool>(words);
    case 'S': return std::vector<std::string>(3, "token");
    default: break;
  }
  std::string word;
  words >> word;
  switch (type) {
    case 'u': return static_cast<uint64_t>(std::strtoull(word.c_str(), nullptr, 10));
    case 'i': return static_cast<int64_t>(std::strtoll(word.c_str(), nullptr, 10));
    case 'b': return word == "1";
    case 'f': return std::strtod(word.c_str(), nullptr);
    default: return word;
  }
}

Metadata MetadataOf(const std::string& text) {
  Metadata metadata;
  std::string architecture;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    std::string type;
    words >> key >> type;
    if (key.empty() || type.size() != 1) continue;
    MetadataValue value = ValueOf(type[0], words);
    if (key == "general.architecture" && type == "s") architecture = std::get<std::string>(value);
    if (key.starts_with("%")) key = architecture + key.substr(1);
    (void)metadata.Add(key, std::move(value));
  }
  return metadata;
}

void CheckConfig(const ModelConfig& config) {
  CHECK(config.n_layers > 0 && config.n_embd > 0 && config.n_ff > 0 && config.vocab_size > 0);
  CHECK(config.n_kv_heads > 0 && config.n_heads % config.n_kv_heads == 0);
  CHECK(config.head_dim > 0 && config.rope_dim > 0 && config.rope_dim <= config.head_dim);
  CHECK(config.layers.size() == static_cast<size_t>(config.n_layers));
  for (const LayerConfig& layer : config.layers) CHECK(layer.sliding_window >= 0);
  for (const float factor : {config.embedding_scale, config.residual_scale, config.logit_divisor}) {
    CHECK(std::isfinite(factor) && factor > 0);
  }
  CHECK(std::isfinite(config.attention_scale) && std::isfinite(config.logit_softcap));
  const Rope rope(config, {});
  std::vector<float> cosines(static_cast<size_t>(rope.pairs()));
  std::vector<float> sines(cosines.size());
  rope.Angles(4095, cosines.data(), sines.data());
  for (const float cosine : cosines) CHECK(std::isfinite(cosine));
}

void CheckEncoder(const EncoderConfig& config) {
  const ModelConfig& model = config.model;
  CHECK(model.n_layers > 0 && model.n_embd > 0 && model.n_ff > 0 && model.vocab_size > 0);
  CHECK(model.n_kv_heads == model.n_heads && model.n_heads * model.head_dim == model.n_embd);
  CHECK(model.context_length > 0 && model.context_length <= kMaxEncoderPositions);
  CHECK(config.max_tokens > 0 && config.max_tokens <= model.context_length);
  CHECK(config.pooling != Pooling::kModel);
}

}  // namespace
}  // namespace bantam

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const bantam::Metadata metadata = bantam::MetadataOf(text);
  const auto encoder = bantam::ReadEncoderConfig(metadata);
  if (encoder) {
    bantam::CheckEncoder(*encoder);
  } else {
    CHECK(!encoder.error().message.empty());
  }
  const auto config = bantam::ReadConfig(metadata);
  if (config) {
    bantam::CheckConfig(*config);
  } else {
    CHECK(!config.error().message.empty());
  }
  return 0;
}
