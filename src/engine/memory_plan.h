// MemoryPlan of a model that is about to be loaded, and the layout of weights that fits in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bantam/model.h"
#include "bantam/result.h"
#include "format/model_file.h"
#include "model/config.h"

namespace bantam {

// What loading this file with `layout` (kMapped or kPacked) and an engine with that many sequences
// of `context` tokens take. All weights are counted, also those that stay in the file's pages; of
// the embedding only the rows of tokens that are met are read.
MemoryPlan PlanOf(const ModelFile& file, const ModelConfig& config, int context, int sequences,
                  Precision precision, WeightLayout layout, KvPrecision kv = KvPrecision::k16);

// What kAuto stands for where `available` bytes are free (nothing: unknown): kMapped if the plan of
// kPacked at that context (0: 4,096 tokens, or all that the model has if those are fewer) does not
// fit. Any other layout is itself.
WeightLayout ChooseLayout(const ModelFile& file, const ModelConfig& config, int context,
                          Precision precision, WeightLayout wanted,
                          std::optional<uint64_t> available, KvPrecision kv = KvPrecision::k16);

// Model::Plan. Fails like ModelFile::Open and ReadConfig.
Result<MemoryPlan> PlanMemory(const std::string& path, int context, int sequences,
                              Precision precision, WeightLayout weights,
                              KvPrecision kv = KvPrecision::k16);

}  // namespace bantam
