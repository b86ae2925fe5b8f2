// ModelTestFile: a small random decoder as a GGUF file, whole or damaged, for the tests of this
// room.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/half.h"
#include "format/gguf_test_file.h"
#include "format/model_file.h"

namespace bantam {

// Two layers of qwen2 with Q8_0 matrices. Tests change `shapes` (and the architecture, and what is
// broken) before Open().
class ModelTestFile {
 public:
  static constexpr int kEmbd = 64, kFf = 96, kHeads = 4, kKvHeads = 2, kDim = 16, kVocab = 50;

  ModelTestFile() {
    shapes["token_embd.weight"] = {kEmbd, kVocab};
    shapes["output_norm.weight"] = {kEmbd};
    for (int i = 0; i < 2; ++i) {
      const std::string layer = "blk." + std::to_string(i) + ".";
      shapes[layer + "attn_norm.weight"] = shapes[layer + "ffn_norm.weight"] = {kEmbd};
      shapes[layer + "attn_q.weight"] = {kEmbd, kHeads * kDim};
      shapes[layer + "attn_q.bias"] = {kHeads * kDim};
      shapes[layer + "attn_k.weight"] = shapes[layer + "attn_v.weight"] = {kEmbd, kKvHeads * kDim};
      shapes[layer + "attn_output.weight"] = {kHeads * kDim, kEmbd};
      shapes[layer + "ffn_gate.weight"] = shapes[layer + "ffn_up.weight"] = {kEmbd, kFf};
      shapes[layer + "ffn_down.weight"] = {kFf, kEmbd};
    }
  }

  std::map<std::string, std::vector<uint64_t>> shapes;
  std::string architecture = "qwen2";
  // A matrix whose last block has this scale, a half-precision value.
  std::string broken_matrix;
  uint16_t broken_scale = 0;

  // Writes the file and opens it; the file is removed at once, its mapping stays.
  Result<std::unique_ptr<ModelFile>> Open() const {
    const std::string path =
        testing::TempDir() + "/bantam_model_" + std::to_string(getpid()) + ".gguf";
    std::ofstream(path, std::ios::binary) << Bytes();
    auto file = ModelFile::Open(path);
    std::remove(path.c_str());
    return file;
  }

 private:
  std::string Bytes() const {
    GgufTestFile file;
    file.Key("general.architecture", Text(architecture))
        .Key(architecture + ".block_count", U32(2))
        .Key(architecture + ".embedding_length", U32(kEmbd))
        .Key(architecture + ".feed_forward_length", U32(kFf))
        .Key(architecture + ".attention.head_count", U32(kHeads))
        .Key(architecture + ".attention.head_count_kv", U32(kKvHeads))
        .Key(architecture + ".attention.layer_norm_rms_epsilon", F32(1e-6F))
        .Key(architecture + ".attention.layer_norm_epsilon", F32(1e-6F))
        .Key(architecture + ".context_length", U32(4096))
        .Key(architecture + ".vocab_size", U32(kVocab));
    std::mt19937 random(7);
    for (const auto& [name, shape] : shapes) {
      uint64_t n = 1;
      for (const uint64_t extent : shape) n *= extent;
      const bool matrix = shape.size() > 1;
      std::string bytes = matrix ? RandomQ8(n, random) : RandomF32(n, random);
      if (name == broken_matrix) bytes.replace(bytes.size() - 34, 2, LeBytes(broken_scale));
      file.Tensor(name, shape, matrix ? 8 : 0, bytes);
    }
    return file.Bytes();
  }

  static float Between(float low, float high, std::mt19937& random) {
    return low + (high - low) * static_cast<float>(random() >> 8) / 0x1p24F;
  }

  static std::string RandomF32(uint64_t n, std::mt19937& random) {
    std::string bytes;
    for (uint64_t i = 0; i < n; ++i) bytes += LeBytes(Between(0.5F, 1.5F, random));
    return bytes;
  }

  static std::string RandomQ8(uint64_t n, std::mt19937& random) {
    std::string bytes;
    for (uint64_t i = 0; i < n; i += 32) {
      bytes += LeBytes(F32ToF16(Between(0.0005F, 0.003F, random)));
      for (int j = 0; j < 32; ++j) bytes += static_cast<char>(random());
    }
    return bytes;
  }
};

}  // namespace bantam
