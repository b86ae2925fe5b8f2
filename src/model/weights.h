// Weights: every tensor of a decoder, checked, named by its role and ready for the kernels.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "base/page_memory.h"
#include "base/thread_pool.h"
#include "format/model_file.h"
#include "kernels/packed_matrix.h"
#include "model/config.h"
#include "model/rope.h"

namespace bantam {

// y = W x + bias. Packed when the precision is fast and the type is quantised; otherwise its rows
// are read from the file and multiplied in float32.
struct Linear {
  TensorView tensor;  // rows × columns in the file
  int rows = 0;
  int columns = 0;
  PackedMatrix packed;      // packed.data is null: float32
  std::vector<float> bias;  // [rows]; empty: none

  bool is_packed() const { return packed.data != nullptr; }
  int panels() const { return (rows + kPanelRows - 1) / kPanelRows; }
};

struct Norm {
  std::vector<float> weight;  // [n_embd]
  std::vector<float> bias;    // empty: none
};

struct Layer {
  Norm attention_norm;
  Linear query, key, value, attention_output;
  Norm feed_forward_norm;
  Linear gate, up, down;  // gate has no rows when the feed-forward is not gated
};

// Immutable after Load; the ModelFile must outlive it.
class Weights {
 public:
  // Fails with kCorrupt, naming tensor, shape found and shape expected.
  static Result<std::unique_ptr<Weights>> Load(const ModelFile& file, const ModelConfig& config,
                                               Precision precision, ThreadPool& pool,
                                               const std::function<void(double)>& on_progress);

  const ModelConfig& config() const { return config_; }
  Precision precision() const { return precision_; }
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): Load sets it.
  const Rope& rope() const { return *rope_; }
  const std::vector<Layer>& layers() const { return layers_; }
  const Norm& output_norm() const { return output_norm_; }
  const Linear& head() const { return head_; }
  uint64_t packed_bytes() const { return memory_.size(); }

  // One row of the token embedding as floats [n_embd], read from the file: a long context looks at
  // few of its pages twice.
  void Embed(int token, float* out) const;

  // Bytes that packing this file's matrices takes, without loading anything.
  static uint64_t PackedBytesOf(const ModelFile& file, const ModelConfig& config);

 private:
  Weights() = default;
  Result<void> Bind(const ModelFile& file);
  Result<void> Pack(const ModelFile& file, ThreadPool& pool,
                    const std::function<void(double)>& on_progress);
  std::vector<Linear*> Matrices();

  const ModelFile* file_ = nullptr;
  ModelConfig config_;
  Precision precision_ = Precision::kFast;
  TensorView token_embedding_;
  std::vector<Layer> layers_;
  Norm output_norm_;
  Linear head_;
  std::optional<Rope> rope_;
  PageMemory memory_;  // all packed matrices
};

}  // namespace bantam
