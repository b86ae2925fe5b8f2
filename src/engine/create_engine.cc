// The limits of what an engine may be asked for, and what zeros stand for.
#include "engine/create_engine.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/memory_info.h"
#include "engine/batch_engine.h"
#include "engine/loaded_model.h"
#include "engine/transformer_model.h"

namespace bantam {
namespace {

constexpr int kDefaultContext = 32768;
constexpr int kMaxContext = 1 << 24;
constexpr int kMaxSequences = 1024;

Result<void> InRange(const char* name, int value, int min, int max) {
  if (value >= min && value <= max) return {};
  return Fail(ErrorCode::kInvalidArgument, std::string(name) + " must be between " +
                                               std::to_string(min) + " and " + std::to_string(max) +
                                               ", not " + std::to_string(value));
}

// Memory that is free, less what weights and work space will take of it: pages cost nothing before
// they are written.
std::optional<uint64_t> FreeMemory(const LoadedModel& model) {
  const std::optional<uint64_t> available = AvailableMemoryBytes();
  if (!available) return std::nullopt;
  const Transformer& transformer = *model.transformer();
  const uint64_t promised = transformer.unpacked_bytes() + transformer.scratch_bytes();
  return *available - std::min(*available, promised);
}

// The model's own context, or as much of it as the free memory holds: a small machine should run
// the model rather than be told to ask for less.
int DefaultContext(const LoadedModel& model, int max_sequences) {
  constexpr int kLeast = 512;
  const int context = std::min(model.transformer()->config().context_length, kDefaultContext);
  const std::optional<uint64_t> available = FreeMemory(model);
  if (!available) return context;
  const uint64_t block_bytes = model.transformer()->kv_shape().BlockBytes();
  const uint64_t blocks = *available / block_bytes / static_cast<uint64_t>(max_sequences);
  const uint64_t fitting =
      std::min<uint64_t>(blocks, kMaxContext / kKvBlockTokens) * kKvBlockTokens;
  return std::min(context, std::max(kLeast, static_cast<int>(fitting)));
}

// What was chosen to fit into memory bounds what is not asked for.
void TakeChoice(const MemoryChoice& choice, EngineOptions& options) {
  if (options.context == 0) options.context = choice.context;
  options.max_sequences = std::min(options.max_sequences, choice.max_sequences);
  options.prompt_chunk = std::min(options.prompt_chunk, choice.prompt_chunk);
}

// Replaces zeros by what they stand for.
Result<EngineOptions> Complete(EngineOptions options, const LoadedModel& model) {
  TRY(InRange("context", options.context, 0, kMaxContext));
  TRY(InRange("max_sequences", options.max_sequences, 1, kMaxSequences));
  TRY(InRange("prompt_chunk", options.prompt_chunk, 1, Transformer::kMaxBatchTokens));
  TRY(InRange("kv_tokens", options.kv_tokens, 0, INT32_MAX - kKvBlockTokens));
  if (model.memory() != nullptr) TakeChoice(*model.memory(), options);
  if (options.threads == 0) options.threads = model.threads();
  if (options.threads != model.threads()) {
    return Fail(ErrorCode::kInvalidArgument, "threads is " + std::to_string(options.threads) +
                                                 ", but the model was loaded for " +
                                                 std::to_string(model.threads()));
  }
  if (options.context == 0) {
    options.context = DefaultContext(model, options.max_sequences);
  }
  if (options.kv_tokens == 0) {
    const int64_t tokens = int64_t{options.context} * options.max_sequences;
    if (tokens > INT32_MAX - kKvBlockTokens) {
      return Fail(ErrorCode::kInvalidArgument,
                  "context × max_sequences is " + std::to_string(tokens) + " tokens, too many");
    }
    options.kv_tokens =
        PrefixCache::BlocksFor(options.context) * kKvBlockTokens * options.max_sequences;
  }
  if (options.kv_tokens < options.context) {
    return Fail(ErrorCode::kInvalidArgument, "kv_tokens is " + std::to_string(options.kv_tokens) +
                                                 ", less than one context of " +
                                                 std::to_string(options.context) + " tokens");
  }
  return options;
}

std::string Megabytes(uint64_t bytes) {
  return std::to_string((bytes >> 20) + 1) + " MiB";
}

Result<std::unique_ptr<KvCache>> CreatePool(const LoadedModel& model,
                                            const EngineOptions& options) {
  const KvShape shape = model.transformer()->kv_shape();
  const int n_blocks = PrefixCache::BlocksFor(options.kv_tokens);
  const uint64_t bytes = shape.BlockBytes() * static_cast<uint64_t>(n_blocks);
  const std::optional<uint64_t> available = FreeMemory(model);
  if (available && bytes > *available) {
    return Fail(ErrorCode::kResourceExhausted,
                "keys and values of " + std::to_string(options.kv_tokens) + " tokens need " +
                    Megabytes(bytes) + ", but " + Megabytes(*available) +
                    " are free: choose a smaller context");
  }
  return KvCache::Create(shape, n_blocks);
}

}  // namespace

Result<std::unique_ptr<Engine>> CreateEngine(std::shared_ptr<const Model> model,
                                             const EngineOptions& options) {
  auto loaded = std::dynamic_pointer_cast<const LoadedModel>(std::move(model));
  if (loaded == nullptr || loaded->transformer() == nullptr) {
    return Fail(ErrorCode::kInvalidArgument, "the model was loaded without its weights");
  }
  const EngineOptions complete = TRY(Complete(options, *loaded));
  auto cache = TRY(CreatePool(*loaded, complete));
  if (!loaded->Claim()) {
    return Fail(ErrorCode::kResourceExhausted, "another engine runs on this model already");
  }
  loaded->transformer()->set_context(complete.context);
  const LoadedModel& parts = *loaded;
  auto forward = std::make_unique<TransformerModel>(std::move(loaded), std::move(cache));
  auto engine = std::make_unique<BatchEngine>(std::move(forward), parts.vocabulary(), complete,
                                              parts.token_text());
  TRY(engine->OpenPrefixStore());
  return engine;
}

}  // namespace bantam
