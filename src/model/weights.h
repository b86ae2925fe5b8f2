// Weights: every tensor of a decoder, checked, named by its role and ready for the kernels.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "format/model_file.h"
#include "kernels/packed_matrix.h"
#include "model/config.h"
#include "model/rope.h"
#include "model/weight_packer.h"

namespace bantam {

// How a pass packs panels to stay (WeightPacker).
struct Packing {
  const ModelFile* file = nullptr;
  uint8_t* memory = nullptr;  // of panel 0
  int end = 0;                // the running pass packs panels from packed_panels to here
  bool used = false;          // a pass has gone through the matrix
  mutable int done = 0;       // panels that the running pass has packed (atomic)
};

// y = W x + bias. Quantised types are multiplied by 8-bit activations when the precision is fast,
// from packed panels or from the file's rows, packed one panel at a time on the way; otherwise rows
// are multiplied in float32. Float panels are packed by copying them into huge pages, which are
// read a quarter faster than a file's.
struct Linear {
  TensorView tensor;  // rows × columns in the file
  int rows = 0;
  int columns = 0;
  bool quantised = false;  // by 8-bit activations
  bool packable = false;   // fast, and in a file: may move into memory of its own
  PackedMatrix packed;     // its memory; packed.data is null: it has none
  int packed_panels = 0;   // so many, the first ones, are there
  Packing packing;
  std::vector<float> bias;  // [rows]; empty: none

  bool is_packed() const { return rows > 0 && packed_panels == panels(); }
  int panels() const { return (rows + kPanelRows - 1) / kPanelRows; }
};

struct Norm {
  std::vector<float> weight;  // [n_embd], or [head_dim]; empty: no such norm
  std::vector<float> bias;    // empty: none
};

struct Layer {
  Norm attention_norm;
  Linear query, key, value, attention_output;
  Norm query_norm, key_norm;  // of a head
  Norm attention_post_norm;
  Norm feed_forward_norm;
  Linear gate, up, down;  // gate has no rows when the feed-forward is not gated
  Norm feed_forward_post_norm;
};

class TensorBinder;
struct TensorNames;

// What the matrices of a model take, in bytes.
struct WeightBytes {
  uint64_t packed = 0;  // memory of their own
  uint64_t mapped = 0;  // pages of the file, read in place
};

// The numbers are immutable after Load; where they lie changes between passes. The ModelFile must
// outlive it.
class Weights {
 public:
  // `layout` is kMapped or kPacked. Fails with kCorrupt, naming tensor, shape found and shape
  // expected.
  static Result<std::unique_ptr<Weights>> Load(const ModelFile& file, const ModelConfig& config,
                                               Precision precision, WeightLayout layout);

  const ModelConfig& config() const { return config_; }
  Precision precision() const { return precision_; }
  // Of layers with LayerRope::kGlobal.
  const Rope& rope() const { return long_context_ ? *long_rope_ : *rope_; }
  // Of layers with LayerRope::kLocal; null if there are none.
  const Rope* local_rope() const { return local_rope_.get(); }
  // Chooses between two sets of rotation factors, where the model has them.
  void set_context(int tokens) {
    long_context_ = long_rope_ != nullptr && tokens > config_.rope_original_context;
  }
  bool has_long_rotation() const { return long_context_; }
  const std::vector<Layer>& layers() const { return layers_; }
  const Norm& output_norm() const { return output_norm_; }
  const Linear& head() const { return head_; }
  // Of packed matrices, once all are packed.
  uint64_t packed_bytes() const { return packer_ ? packer_->bytes() : 0; }
  // What of them is still to be packed.
  uint64_t unpacked_bytes() const;

  // Stand around a pass of the workers through all layers, or through the head; not thread-safe.
  enum class Part : uint8_t { kLayers, kHead };
  void BeginPass(Part part, int tokens);
  void EndPass(Part part);

  // One row of the token embedding as floats [n_embd], read from the file: a long context looks at
  // few of its pages twice.
  void Embed(int token, float* out) const;

  // The tensors of the matrices in the order in which the first pass reads them: as they lie in the
  // file, the head last. (Of the embedding rows are read singly.)
  static std::vector<const TensorView*> OrderOfUse(const ModelFile& file,
                                                   const ModelConfig& config);

  // What the matrices take in a layout, whichever they were loaded with.
  WeightBytes BytesIn(WeightLayout layout) const;
  // The most they take on the way there: of each matrix what it takes in the file or packed,
  // whichever is more, as its first pass reads it from the file.
  uint64_t PeakBytesIn(WeightLayout layout) const;
  // Whether a pass needs Workspace::hidden.
  bool uses_float_hidden() const;

 private:
  Weights() = default;
  Result<void> Bind(const ModelFile& file);
  Result<void> BindRopes(TensorBinder& binder, const TensorNames& names);
  std::vector<Linear*> Matrices();  // of the layers, then the head
  std::vector<const Linear*> Matrices() const;
  std::span<Linear* const> MatricesOf(Part part) const;

  const ModelFile* file_ = nullptr;
  ModelConfig config_;
  Precision precision_ = Precision::kFast;
  TensorView token_embedding_;
  std::vector<Layer> layers_;
  Norm output_norm_;
  Linear head_;
  std::unique_ptr<const Rope> rope_;
  std::unique_ptr<const Rope> long_rope_;
  std::unique_ptr<const Rope> local_rope_;
  bool long_context_ = false;
  std::optional<WeightPacker> packer_;  // of packed weights
  std::vector<Linear*> matrices_;       // what Matrices() gave, if there is a packer
};

}  // namespace bantam
