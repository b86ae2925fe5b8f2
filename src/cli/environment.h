// Environment: what a command sees of the world outside, so that tests can stand in for it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bantam/encoder.h"
#include "bantam/engine.h"
#include "bantam/machine.h"
#include "bantam/model.h"
#include "bantam/result.h"
#include "bantam/sampling.h"
#include "bantam/shape.h"
#include "cli/input.h"
#include "cli/output.h"

namespace bantam::cli {

// The public API's free and static functions. Every member is set.
struct Backend {
  std::function<Result<std::shared_ptr<const Model>>(const std::string&, const LoadOptions&)> load;
  std::function<Result<std::shared_ptr<const Model>>(const std::string&)> load_vocabulary;
  std::function<Result<ModelInfo>(const std::string&)> inspect;
  std::function<Result<void>(const std::string&, const std::vector<AdapterSource>&)> check;
  std::function<Result<MemoryPlan>(const std::string&, int, int, Precision, WeightLayout,
                                   KvPrecision)>
      plan;
  std::function<Result<std::vector<Result<MemoryChoice>>>(const std::string&, const LoadOptions&,
                                                          std::span<const uint64_t>)>
      fit;
  std::function<Result<std::shared_ptr<Encoder>>(const std::string&, const EncoderOptions&)>
      load_encoder;
  std::function<Result<std::unique_ptr<Engine>>(std::shared_ptr<const Model>, const EngineOptions&)>
      create_engine;
  std::function<Result<void>(const SamplingParams&)> validate;
  std::function<Result<std::shared_ptr<const Shape>>(const ShapeSpec&)> compile_shape;
  std::function<Result<bool>(const ShapeSpec&)> needs_copy_source;
  std::function<std::unique_ptr<ShapeReader>(std::shared_ptr<const Shape>)> start_reader;
  std::function<Result<std::unique_ptr<ShapeWriter>>(std::shared_ptr<const Shape>,
                                                     std::shared_ptr<const Model>, int)>
      start_writer;
  std::function<std::string()> isa;
  std::function<uint64_t()> peak_memory;
  std::function<MachineInfo()> describe_machine;
  std::function<Result<MachineSpeed>(int, int)> measure_machine;
  std::function<Result<DiskSpeed>(const std::string&)> measure_disk;
  std::function<Result<std::unique_ptr<MemoryReader>>(int)> memory_reader;
};

// The real thing.
Backend RealBackend();

struct Environment {
  Input& in;
  Output& out;  // what the user asked for
  Output& err;  // progress, notes, statistics, errors
  const Backend& backend;
  std::function<std::optional<std::string>(const char*)> variable;  // getenv
};

}  // namespace bantam::cli
