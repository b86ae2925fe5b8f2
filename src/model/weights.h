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

// y = W x + bias. Quantised types are multiplied by 8-bit activations when the precision is fast,
// from panels packed at the start or, one at a time, at every use; otherwise rows are read from the
// file and multiplied in float32.
struct Linear {
  TensorView tensor;  // rows × columns in the file
  int rows = 0;
  int columns = 0;
  bool quantised = false;   // by 8-bit activations
  PackedMatrix packed;      // packed.data is null: not packed at the start
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

// What the matrices of a model take, in bytes.
struct WeightBytes {
  uint64_t packed = 0;  // memory of their own
  uint64_t mapped = 0;  // pages of the file, read in place
};

// Immutable after Load; the ModelFile must outlive it.
class Weights {
 public:
  // `layout` is kMapped or kPacked. Fails with kCorrupt, naming tensor, shape found and shape
  // expected.
  static Result<std::unique_ptr<Weights>> Load(const ModelFile& file, const ModelConfig& config,
                                               Precision precision, WeightLayout layout,
                                               ThreadPool& pool,
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

  // What this file's matrices take in that layout, without loading anything; nothing if they cannot
  // be loaded.
  static WeightBytes BytesOf(const ModelFile& file, const ModelConfig& config, Precision precision,
                             WeightLayout layout);

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
