// Fuzzes config.json, the index of shards and the files of sentence-transformers: any text gives an
// error or metadata and file names that keep their promises. (What a model makes of metadata:
// target config.)
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "format/hf_config.h"
#include "format/hf_sentence.h"
#include "format/hf_shards.h"

namespace {

void UseConfig(std::string_view text) {
  const auto config = bantam::ReadHfConfig(text);
  if (!config) {
    CHECK(!config.error().message.empty());
    return;
  }
  CHECK(config->architecture != nullptr);
  CHECK(config->metadata.Find("general.architecture") != nullptr);
  for (const auto& vector : config->vectors) {
    CHECK(!vector.name.empty() && vector.values.size() <= 4096);
    for (const float value : vector.values) CHECK(value > 0);
  }
}

// The files that sentence-transformers adds.
void UseSentenceFiles(std::string_view text) {
  const auto folder = bantam::ReadModules(text);
  if (folder) CHECK(!folder->empty() && folder->find_first_of("./\\") == std::string::npos);
  for (const auto read : {bantam::AddPooling, bantam::AddLongestText}) {
    bantam::HfConfig config;
    config.architecture = bantam::FindHfArchitecture("bert");
    const auto added = read(text, config);
    CHECK(added || !added.error().message.empty());
  }
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
  UseSentenceFiles(text);
  return 0;
}
