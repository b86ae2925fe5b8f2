// Adds up what loading and running would touch.
#include "engine/memory_plan.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/cpu_info.h"
#include "base/memory_info.h"
#include "engine/candidates.h"
#include "engine/open_model.h"
#include "engine/prefix_cache.h"
#include "engine/scheduler.h"
#include "model/adapter.h"
#include "model/encoder_config.h"
#include "model/encoder_weights.h"
#include "model/output_head.h"
#include "model/text_encoder.h"
#include "model/transformer.h"

namespace bantam {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

// Rows of scores that are kept at once (BatchEngine::kLogitRows).
constexpr int kLogitRows = 16;

// Of a token of the vocabulary: what tokenizer, merges and their tables take (Qwen2.5: 165 bytes,
// SmolLM2: 177), and what shapes take: the trie (130) and 256 masks of a bit each (32), measured.
constexpr uint64_t kTokenizerBytes = 176;
constexpr uint64_t kShapeBytes = 168;
// Of a token of a context: its number in prompt, sequence and prefix cache, its text.
constexpr uint64_t kTokenBytes = 64;

// The program as it starts, and code that is met only later.
constexpr uint64_t kStartBytes = 6 * kMiB;
constexpr uint64_t kLaterCode = 3 * kMiB;
// Of a thread's stack what it touches, and the buffer that reads ahead.
constexpr uint64_t kThreadBytes = 128 << 10;
constexpr uint64_t kReadAheadBytes = kMiB;
// What a thread that packs has both in the file and packed: a piece to release, and a huge page in
// each of the two places that 8-bit panels go to.
constexpr uint64_t kPackingBytes = 5 * kMiB;
// The system's tables of this process's pages: 8 bytes a page of 4 KiB.
constexpr uint64_t kBytesPerTableByte = 512;

}  // namespace

int MostBatchTokens(int prompt_chunk, int sequences) {
  const int replies = sequences - 1 + Scheduler::kSpeculativeTokens;
  const int64_t tokens = int64_t{prompt_chunk} + (sequences > 1 ? replies : 0);
  return static_cast<int>(
      std::clamp<int64_t>(tokens, 2 * Scheduler::kSpeculativeTokens, Transformer::kMaxBatchTokens));
}

Result<MemoryCost> MemoryCost::Create(const ModelFile& file, const ModelConfig& config,
                                      Precision precision, int threads, uint64_t program) {
  MemoryCost cost;
  cost.weights_ = TRY(Weights::Load(file, config, precision, WeightLayout::kMapped));
  cost.shapes_[0] = KvShapeOf(*cost.weights_, KvPrecision::k16);
  cost.shapes_[1] = KvShapeOf(*cost.weights_, KvPrecision::k8);
  const uint64_t in_memory = cost.weights_->BytesIn(WeightLayout::kMapped).packed;
  cost.converted_ = file.converted_bytes() - std::min(file.converted_bytes(), in_memory);
  cost.threads_ = threads;
  cost.program_ = program > 0
                      ? program
                      : kStartBytes + static_cast<uint64_t>(config.vocab_size) * kTokenizerBytes;
  return cost;
}

Result<void> MemoryCost::Add(const AdapterFile& adapter) {
  const Adapter::Size size = TRY(Adapter::Measure(adapter.pairs(), *weights_));
  adapters_ += size.bytes;
  adapter_rank_ += size.rank;
  return {};
}

MemoryPlan MemoryCost::Plan(const MemoryUse& use) const {
  CHECK(use.weights != WeightLayout::kAuto);
  MemoryPlan plan;
  const bool packs = weights_->precision() == Precision::kFast;
  const WeightLayout layout = packs ? use.weights : WeightLayout::kMapped;
  plan.weights = weights_->PeakBytesIn(layout) + converted_;
  plan.mapped = weights_->BytesIn(layout).mapped;
  const KvShape& shape = shapes_[use.kv == KvPrecision::k8 ? 1 : 0];
  const uint64_t blocks = static_cast<uint64_t>(PrefixCache::BlocksFor(use.context));
  plan.kv_cache = shape.BlockBytes() * blocks * static_cast<uint64_t>(use.sequences);
  plan.scratch = Scratch(use);
  if (layout == WeightLayout::kPacked) {
    plan.scratch += std::min(plan.weights, static_cast<uint64_t>(threads_) * kPackingBytes);
  }
  plan.weights += adapters_;
  plan.program = Program(use);
  plan.program += plan.total() / kBytesPerTableByte;
  return plan;
}

uint64_t MemoryCost::Scratch(const MemoryUse& use) const {
  const ModelConfig& config = weights_->config();
  uint64_t bytes = Transformer::ScratchBytes(
      *weights_, MostBatchTokens(use.prompt_chunk, use.sequences), threads_, adapter_rank_);
  // What BatchEngine, its sampler and the head keep: rows of scores and of what they come from,
  // candidates, weights, counts.
  const uint64_t outputs = static_cast<uint64_t>(use.sequences + Scheduler::kSpeculativeTokens);
  const uint64_t rows = std::min<uint64_t>(outputs, kLogitRows);
  const uint64_t vocabulary = static_cast<uint64_t>(config.vocab_size);
  bytes +=
      vocabulary * (rows * sizeof(float) + sizeof(Candidate) + sizeof(double) + sizeof(int32_t));
  bytes += OutputHead::BoundBytes(config.vocab_size, config.n_embd);
  bytes += outputs * static_cast<uint64_t>(config.n_embd) * sizeof(float);
  return bytes +
         static_cast<uint64_t>(use.context) * static_cast<uint64_t>(use.sequences) * kTokenBytes;
}

uint64_t MemoryCost::Program(const MemoryUse& use) const {
  uint64_t bytes = program_ + kLaterCode + kReadAheadBytes;
  bytes += static_cast<uint64_t>(threads_) * kThreadBytes;
  if (use.shapes) bytes += static_cast<uint64_t>(weights_->config().vocab_size) * kShapeBytes;
  return bytes;
}

WeightLayout ChooseLayout(const MemoryCost& cost, int context, WeightLayout wanted,
                          std::optional<uint64_t> available, KvPrecision kv) {
  if (wanted != WeightLayout::kAuto) return wanted;
  if (!available) return WeightLayout::kPacked;
  constexpr int kUsualContext = 4096;
  const int most = cost.weights().config().context_length;
  const int tokens = context > 0 ? context : std::min(kUsualContext, most);
  const MemoryPlan packed = cost.Plan({.context = tokens, .kv = kv});
  return packed.own() <= *available ? WeightLayout::kPacked : WeightLayout::kMapped;
}

namespace {

// What an encoder takes, whatever the length of its texts.
Result<MemoryPlan> PlanEncoder(const ModelFile& file, Precision precision) {
  const EncoderConfig config = TRY(ReadEncoderConfig(file.metadata()));
  const WeightBytes bytes = TRY(EncoderWeights::Measure(file, config, precision));
  MemoryPlan plan;
  plan.weights = bytes.packed + bytes.mapped;
  plan.mapped = bytes.mapped;
  plan.scratch = TextEncoder::WorkBytes(config, precision, ReadCpuInfo().threads());
  return plan;
}

}  // namespace

Result<MemoryPlan> PlanMemory(const std::string& path, int context, int sequences,
                              Precision precision, WeightLayout weights, KvPrecision kv) {
  const auto opened = TRY(ModelFile::Open(path));
  const ModelFile& file = *opened;
  if (IsEncoder(file.metadata())) {
    Result<MemoryPlan> plan = PlanEncoder(file, precision);
    if (!plan) return std::unexpected(InFile(path, std::move(plan).error()));
    return plan;
  }
  Result<ModelConfig> read = ReadConfig(file.metadata());
  if (!read) return Fail(read.error().code, path + ": " + read.error().message);
  if (context < 1 || sequences < 1) {
    return Fail(ErrorCode::kInvalidArgument, "context and sequences must be at least 1");
  }
  const MemoryCost cost = TRY(MemoryCost::Create(file, *read, precision, ReadCpuInfo().threads()));
  const WeightLayout layout = ChooseLayout(cost, context, weights, AvailableMemoryBytes(), kv);
  return cost.Plan({.context = context, .sequences = sequences, .kv = kv, .weights = layout});
}

}  // namespace bantam
