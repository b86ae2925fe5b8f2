// Adapter: low-rank changes (LoRA) to the matrices of a decoder's layers, ready for the kernels.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "base/dtype.h"
#include "format/adapter_file.h"
#include "model/weights.h"

namespace bantam {

// The matrices of a layer, in the order in which it uses them.
enum class LayerPart : uint8_t { kQuery, kKey, kValue, kAttentionOutput, kGate, kUp, kDown };
inline constexpr int kLayerParts = 7;

const Linear& PartOf(const Layer& layer, LayerPart part);

// Some rows of floats: float32, float16 or bfloat16, with columns up to a multiple of 16.
struct FloatRows {
  DType type = DType::kF32;
  std::vector<uint8_t> bytes;
};

// y += scale · B (A x). The rank is padded with zeros to a multiple of 16, which kernels ask for.
struct LowRank {
  FloatRows a;   // [rank][columns]
  FloatRows b;   // [rows][rank]
  int rank = 0;  // 0: the matrix is as it was
  int columns = 0;
  float scale = 1;
};

// Immutable. The bytes it comes from are not needed any more.
class Adapter {
 public:
  // Fails with kUnsupported, naming the matrix, if the adapter changes one that is none of a
  // layer's, with kCorrupt if shapes differ from the model's or a number is not finite.
  // `from_folder`: whether the rows of queries and keys are in the order of Hugging Face folders.
  static Result<std::unique_ptr<Adapter>> Bind(std::span<const AdapterPair> pairs, bool from_folder,
                                               const Weights& weights);

  // What Bind of those would take of memory, and its rank(). Fails as Bind does for matrices and
  // shapes.
  struct Size {
    uint64_t bytes = 0;
    int rank = 0;
  };
  static Result<Size> Measure(std::span<const AdapterPair> pairs, const Weights& weights);

  // Null if the matrix is as it was.
  const LowRank* Find(int layer, LayerPart part) const {
    const LowRank& one = parts_[static_cast<size_t>(layer * kLayerParts + static_cast<int>(part))];
    return one.rank == 0 ? nullptr : &one;
  }
  int rank() const { return rank_; }  // the largest
  uint64_t bytes() const;             // of memory
  // XXH64 with two seeds of all that it adds, in hexadecimal: not for secrets.
  std::string ContentHash() const;

 private:
  std::vector<LowRank> parts_;  // [n_layers][kLayerParts]
  int rank_ = 0;
};

// All adapters of a model. Each may be scaled anew in every sequence of a batch.
class AdapterSet {
 public:
  void Add(std::unique_ptr<Adapter> adapter) {
    offsets_.push_back(rank_);
    rank_ += adapter->rank();
    adapters_.push_back(std::move(adapter));
  }
  int size() const { return static_cast<int>(adapters_.size()); }
  const Adapter& operator[](int i) const { return *adapters_[static_cast<size_t>(i)]; }
  // What the products A x of a token and a matrix take, of all adapters after each other: floats.
  int rank() const { return rank_; }
  int offset(int i) const { return offsets_[static_cast<size_t>(i)]; }

 private:
  std::vector<std::unique_ptr<Adapter>> adapters_;
  std::vector<int> offsets_;
  int rank_ = 0;
};

}  // namespace bantam
