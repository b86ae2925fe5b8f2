// EngineSetup: the options of every command that runs a model, and what comes of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bantam/engine.h"
#include "bantam/model.h"
#include "bantam/result.h"
#include "cli/arg_parser.h"
#include "cli/environment.h"
#include "cli/memory_size.h"

namespace bantam::cli {

struct EngineSetup {
  std::string model_path;
  FloatType dtype = FloatType::kAsStored;
  Precision precision = Precision::kFast;
  std::optional<KvPrecision> kv;            // --kv-cache
  std::optional<KvPrecision> keys, values;  // --cache-type-k and -v, which must agree
  WeightLayout weights = WeightLayout::kAuto;
  std::vector<AdapterSource> adapters;
  EngineOptions engine;
  int prefill_threads = 0;
  std::optional<MemorySize> memory_budget;
};

// MODEL as the next positional argument.
void AddModelArgument(ArgParser& parser, std::string& path);
// --threads, --precision, --weights and the like; --ctx and --prefix-cache are for commands that
// can use them. `dtype_note` goes on with the help on --dtype.
void AddEngineOptions(ArgParser& parser, EngineSetup& setup, const std::string& dtype_note = "");
void AddAdapterOption(ArgParser& parser, std::vector<AdapterSource>& adapters);
void AddContextOption(ArgParser& parser, int& context);
void AddMemoryBudgetOption(ArgParser& parser, std::optional<MemorySize>& budget);

// Tokens rounded up to the blocks of 64 in which keys and values are kept.
int InWholeBlocks(int tokens);

// What --kv-cache, or --cache-type-k and -v together, say; nothing if none is given. Fails if they
// disagree.
Result<std::optional<KvPrecision>> GivenKvPrecision(const EngineSetup& setup);

// Loads the model, with a progress bar on env.err when it takes a while.
Result<std::shared_ptr<const Model>> LoadModel(const Environment& env, const EngineSetup& setup);

// The same, so that `wish` fits into memory, or into --memory-budget: its budget, cache and layout
// are filled in from `setup`. Says on env.err what was chosen if there is a budget, or less than
// the wish. Without a budget keys and values keep their precision: answers must not depend on what
// is free. Where nothing fits, the error names smaller models. Model::memory() of it is never null.
Result<std::shared_ptr<const Model>> LoadFitting(const Environment& env, const EngineSetup& setup,
                                                 MemoryWish wish);

// The tokenizer and chat template of a model alone.
Result<std::shared_ptr<const Model>> LoadVocabulary(const Environment& env,
                                                    const std::string& model);

// Fails with kUnsupported if the model has ids alone, as a folder without tokenizer.json.
Result<void> RequireTokenizer(const Model& model);

}  // namespace bantam::cli
