// Assemble: models made of files that are in the store already, as clients uploaded them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "store/manifest.h"
#include "store/store.h"

namespace bantam::store {

// A blob of the store, and what the client calls it.
struct GivenFile {
  std::string name;
  std::string sha256;
};

// Files of a model that are adapters (LoRA) end so; see Store::AdaptersOf.
inline constexpr std::string_view kAdapterSuffix = ".lora.gguf";

// A manifest of these files: a GGUF file (its name may be anything), all parts of a split one, or a
// folder's with config.json and safetensors. Nothing is added to the store. Fails with kNotFound
// for a blob that is not there and kInvalidArgument for what is no model.
Result<Manifest> PlanModel(const Store& store, std::span<const GivenFile> files);

// Adds adapters (GGUF files) to a model's files. Fails like PlanModel.
Result<void> AddAdapters(const Store& store, std::span<const GivenFile> adapters,
                         Manifest& manifest);

}  // namespace bantam::store
