// Fuzzes config.json and the index of shards: any text gives an error or metadata from which the
// model's configuration is read, or refused, without harm.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "format/hf_config.h"
#include "format/hf_shards.h"
#include "model/config.h"
#include "model/rope.h"

namespace {

void UseConfig(std::string_view text) {
  const auto config = bantam::ReadHfConfig(text);
  if (!config) {
    CHECK(!config.error().message.empty());
    return;
  }
  CHECK(config->architecture != nullptr);
  const auto model = bantam::ReadConfig(config->metadata);
  if (!model) return;
  CHECK(model->head_dim > 0 && model->n_heads % model->n_kv_heads == 0);
  const auto factors = static_cast<size_t>(model->rope_dim / 2);
  if (!config->rope_factors.empty() && config->rope_factors.size() != factors) return;
  float cos[4096], sin[4096];
  if (factors > 4096) return;
  bantam::Rope(*model, config->rope_factors).Angles(1000, cos, sin);
}

void UseIndex(std::string_view text) {
  const auto index = bantam::ParseShardIndex(text);
  if (!index) return;
  for (const std::string& file : index->files) {
    CHECK(file.find('/') == std::string::npos && file.find('\\') == std::string::npos);
    CHECK(!file.starts_with('.') && file.ends_with(".safetensors"));
  }
  for (const auto& [name, file] : index->tensors) CHECK(file < index->files.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  UseConfig(text);
  UseIndex(text);
  return 0;
}
