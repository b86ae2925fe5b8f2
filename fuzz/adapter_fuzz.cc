// Fuzzes adapters: any bytes taken for a PEFT configuration, a GGUF adapter or a PEFT folder's
// matrices give an error or changes that fit the model they are bound to.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/check.h"
#include "format/adapter_file.h"
#include "format/gguf_reader.h"
#include "model/adapter.h"
#include "model/config.h"
#include "model/weights.h"

namespace bantam {
namespace {

// The tiny model that the adapters are for.
constexpr const char* kModule = "model.layers.0.mlp.up_proj";
constexpr const char* kAllModules =
    R"({"peft_type": "LORA", "r": 4, "target_modules": "all-linear"})";

struct Base {
  std::unique_ptr<ModelFile> file;
  std::unique_ptr<Weights> weights;
};

Base LoadBase() {
  auto file = ModelFile::Open(BANTAM_SOURCE_DIR "/tests/golden/models/llama_untied.gguf");
  CHECK(file);
  const auto config = ReadConfig((*file)->metadata());
  CHECK(config);
  auto weights = Weights::Load(**file, *config, Precision::kExact, WeightLayout::kMapped);
  CHECK(weights);
  return {*std::move(file), *std::move(weights)};
}

void Bind(const Result<std::vector<AdapterPair>>& pairs, bool from_folder) {
  static const Base base = LoadBase();
  if (!pairs) return;
  const auto adapter = Adapter::Bind(*pairs, from_folder, *base.weights);
  if (!adapter) return;
  CHECK((*adapter)->rank() % 16 == 0 && (*adapter)->rank() > 0);
}

}  // namespace
}  // namespace bantam

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  using bantam::kAllModules;
  using bantam::kModule;
  const auto config = bantam::ParsePeftConfig(text);
  if (config) {
    (void)config->CheckAdapted(kModule);
    (void)config->CheckRank(kModule, 4);
    (void)config->ScaleOf(kModule, 4);
  }
  if (const auto gguf = bantam::GgufReader::Parse(bytes, "fuzz")) {
    bantam::Bind(bantam::PairsOfGguf(gguf->metadata, gguf->tensors, "llama"), false);
  }
  if (const auto tensors = bantam::ParseSafetensors(bytes, "fuzz")) {
    static const auto all = bantam::ParsePeftConfig(kAllModules).value();
    bantam::Bind(bantam::PairsOfPeft(all, *tensors, "llama"), true);
  }
  return 0;
}
