// config.json of a Hugging Face folder as the metadata a GGUF file would have.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/metadata.h"
#include "format/hf_architectures.h"
#include "format/hf_quantization.h"

namespace bantam {

// A small tensor that follows from config.json; GGUF files have it among the others.
struct HfVector {
  std::string name;  // its GGUF name
  std::vector<float> values;
  std::string name_in_file;  // of the tensor or the key that it follows from, for messages
};

struct HfConfig {
  const HfArchitecture* architecture = nullptr;
  Metadata metadata;
  bool tied = false;        // the head is the token embedding, if the files hold no other
  bool tied_given = false;  // config.json says so, or the opposite
  std::vector<std::string_view> biases;  // parts of names of the linear layers that have one
  std::vector<HfVector> vectors;         // divisors of the rotary frequencies, where there are some
  uint64_t first_position = 0;           // row of the position table: those before are none
  HfQuantization quantization;           // how linear layers are stored
};

// Reads config.json. What changes a model's answers and is not understood is refused by name with
// kUnsupported; kCorrupt names a key of the wrong kind. Sizes are checked by whoever uses them.
Result<HfConfig> ReadHfConfig(std::string_view json_text);

}  // namespace bantam
