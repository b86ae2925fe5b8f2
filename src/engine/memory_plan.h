// MemoryCost: what a model takes of memory, for any context, cache and layout of its weights.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "bantam/model.h"
#include "bantam/result.h"
#include "format/adapter_file.h"
#include "format/model_file.h"
#include "model/config.h"
#include "model/kv_shape.h"
#include "model/weights.h"

namespace bantam {

// What memory is planned for.
struct MemoryUse {
  int context = 0;  // tokens of each sequence
  int sequences = 1;
  int prompt_chunk = 512;
  KvPrecision kv = KvPrecision::k16;
  WeightLayout weights = WeightLayout::kPacked;  // or kMapped
  bool shapes = false;                           // MemoryWish::shapes
  bool shared = false;                           // MemoryWish::shared: for messages
};

// Tokens of the largest batch: a chunk of prompts, and what replies add to it.
int MostBatchTokens(int prompt_chunk, int sequences);

// Of one file at one precision. Immutable; the ModelFile must outlive it.
class MemoryCost {
 public:
  // Binds the tensors once. `program` is what the process has resident before it reads weights, its
  // tokenizer included; 0: estimated from the size of the vocabulary. Fails like Weights::Load.
  static Result<MemoryCost> Create(const ModelFile& file, const ModelConfig& config,
                                   Precision precision, int threads, uint64_t program = 0);

  // Counts an adapter as part of the weights, and its work space. Fails as Adapter::Measure.
  Result<void> Add(const AdapterFile& adapter);

  // The most that this process has resident when all of the context is in use. All weights are
  // counted, also those that stay in the file's pages; of an embedding apart from the head only the
  // rows of tokens that are met are read, and they are not.
  MemoryPlan Plan(const MemoryUse& use) const;

  const Weights& weights() const { return *weights_; }

 private:
  MemoryCost() = default;
  uint64_t Scratch(const MemoryUse& use) const;
  uint64_t Program(const MemoryUse& use) const;

  std::unique_ptr<const Weights> weights_;
  KvShape shapes_[2];      // by KvPrecision
  uint64_t adapters_ = 0;  // bytes, and the sum of their ranks
  int adapter_rank_ = 0;
  uint64_t converted_ = 0;  // tensors in memory that are no matrices (an embedding of its own)
  int threads_ = 1;
  uint64_t program_ = 0;
};

// What kAuto stands for where `available` bytes are free (nothing: unknown): kMapped if the plan of
// kPacked at that context (0: 4,096 tokens, or all that the model has if those are fewer) does not
// fit. Any other layout is itself.
WeightLayout ChooseLayout(const MemoryCost& cost, int context, WeightLayout wanted,
                          std::optional<uint64_t> available, KvPrecision kv = KvPrecision::k16);

// Model::Plan. Fails like ModelFile::Open and ReadConfig.
Result<MemoryPlan> PlanMemory(const std::string& path, int context, int sequences,
                              Precision precision, WeightLayout weights,
                              KvPrecision kv = KvPrecision::k16);

}  // namespace bantam
