// EncoderWeights: the tensors of an encoder by their roles.
#pragma once

#include <memory>
#include <vector>

#include "bantam/result.h"
#include "base/page_memory.h"
#include "base/thread_pool.h"
#include "format/model_file.h"
#include "model/encoder_config.h"
#include "model/weights.h"
#include "model/wide_linear.h"

namespace bantam {

struct EncoderLayer {
  WideLinear query, key, value, attention_output;
  Norm attention_norm;  // of the sum with what attention gives
  WideLinear up, down;
  Norm output_norm;  // of the sum with what the feed-forward gives
};

// Immutable after Load. The ModelFile must outlive it.
class EncoderWeights {
 public:
  // Packs the matrices if `precision` is fast, by the workers of `pool`. Fails with kCorrupt or
  // kUnsupported, naming the tensor, or kResourceExhausted.
  static Result<std::unique_ptr<EncoderWeights>> Load(const ModelFile& file,
                                                      const EncoderConfig& config,
                                                      Precision precision, ThreadPool& pool);

  // What Load would take in memory of its own, and what would stay in the file's pages. Fails like
  // Load.
  static Result<WeightBytes> Measure(const ModelFile& file, const EncoderConfig& config,
                                     Precision precision);

  const EncoderConfig& config() const { return config_; }
  Precision precision() const { return precision_; }
  const std::vector<EncoderLayer>& layers() const { return layers_; }
  const Norm& embedding_norm() const { return embedding_norm_; }

  // The sum of what stands for a token at a position: [n_embd], written to `out`. `row` is room for
  // as many.
  void Embed(int token, int position, float* row, float* out) const;

 private:
  EncoderWeights() = default;
  Result<void> Bind(const ModelFile& file, const EncoderConfig& config);
  Result<void> Pack(const ModelFile& file, ThreadPool& pool);
  std::vector<WideLinear*> Matrices();

  EncoderConfig config_;
  Precision precision_ = Precision::kFast;
  TensorView words_, positions_;
  std::vector<float> type_;  // [n_embd] of the only sentence; empty: the model has no types
  Norm embedding_norm_;
  std::vector<EncoderLayer> layers_;
  PageMemory memory_;  // of packed matrices
};

}  // namespace bantam
