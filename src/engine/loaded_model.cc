// Loading in order of cost: header, tokenizer, template, weights.
#include "engine/loaded_model.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/cpu_info.h"
#include "base/memory_info.h"
#include "engine/memory_choice.h"
#include "engine/memory_plan.h"
#include "engine/model_info.h"
#include "engine/open_model.h"
#include "model/config.h"

namespace bantam {
namespace {

constexpr size_t kMaxAdapters = 16;

// The tokenizer is built while the disk is busy. (A file that does not fit would push itself out.)
void StartReading(ModelFile& file) {
  const std::optional<uint64_t> available = AvailableMemoryBytes();
  if (available && file.file_bytes() > *available) return;
  const Result<ModelConfig> config = ReadConfig(file.metadata());
  if (config) file.StartReadAhead(Weights::OrderOfUse(file, *config));
}

// The disk is not to wait until the header is understood: what follows is needed, too.
Result<std::unique_ptr<ModelFile>> OpenWhileReading(const std::string& path, FloatType floats) {
  constexpr size_t kBeginning = size_t{64} << 20;
  Result<MappedFile> beginning = MappedFile::Open(path);  // of a folder there is none
  if (beginning) beginning->StartReadAhead({{0, std::min(kBeginning, beginning->bytes().size())}});
  return ModelFile::Open(path, floats);
}

// Better refused than killed by the system halfway. (Mapped weights need nothing: the pages of a
// file can always be given back.)
Result<void> CheckMemory(const Weights& weights, WeightLayout layout,
                         std::optional<uint64_t> available) {
  if (!available) return {};
  const uint64_t bytes = weights.BytesIn(layout).packed;
  if (bytes <= *available) return {};
  if (layout == WeightLayout::kMapped) {
    return Fail(ErrorCode::kResourceExhausted,
                "converted weights need " + std::to_string(bytes >> 20) +
                    " MiB of memory, but only " + std::to_string(*available >> 20) +
                    " MiB are free");
  }
  return Fail(ErrorCode::kResourceExhausted,
              "packed weights need " + std::to_string(bytes >> 20) + " MiB of memory, but only " +
                  std::to_string(*available >> 20) +
                  " MiB are free: choose mapped weights, which need none");
}

Result<void> AddTo(MemoryCost& cost, const AdapterFile& adapter) {
  const Result<void> added = cost.Add(adapter);
  if (!added) return std::unexpected(InFile(adapter.path(), added.error()));
  return {};
}

}  // namespace

Result<std::shared_ptr<LoadedModel>> LoadedModel::Open(std::unique_ptr<ModelFile> file) {
  std::shared_ptr<LoadedModel> model(new LoadedModel());
  const std::string path = file->path();
  model->file_ = std::move(file);
  model->info_ = DescribeModel(*model->file_);
  auto texts = OpenText(*model->file_);
  if (!texts) return std::unexpected(InFile(path, std::move(texts).error()));
  model->tokenizer_ = std::move(texts->tokenizer);
  if (!texts->kind.empty()) model->info_.tokenizer = texts->kind;
  model->token_text_.trie = [self = model.get()]() -> const grammar::TokenTrie& {
    return self->Trie();
  };
  model->token_text_.encode = [self = model.get()](std::string_view text) {
    return self->tokenizer_->Encode(
        text, {.add_special = false, .parse_special = false, .continued = true});
  };
  model->chat_ = std::make_unique<ChatRenderer>(texts->chat_template, model->vocabulary(),
                                                path + ": " + kTemplateKey);
  model->info_.chat_template = model->chat_->source();
  return model;
}

LoadedModel::~LoadedModel() {
  delete trie_.load();
}

// Made at the first use: most programs never need it. Of threads that make it at the same time one
// wins; the others' are thrown away.
const grammar::TokenTrie& LoadedModel::Trie() const {
  const grammar::TokenTrie* trie = trie_.load(std::memory_order_acquire);
  if (trie != nullptr) return *trie;
  auto made = std::make_unique<const grammar::TokenTrie>(vocabulary());
  if (trie_.compare_exchange_strong(trie, made.get())) return *made.release();
  return *trie;
}

Result<std::shared_ptr<LoadedModel>> LoadedModel::LoadVocabulary(const std::string& path) {
  auto file = TRY(ModelFile::Open(path));
  auto model = TRY(Open(std::move(file)));
  model->file_.reset();
  return model;
}

Result<std::shared_ptr<LoadedModel>> LoadedModel::Load(const std::string& path,
                                                       const LoadOptions& options) {
  // Before reading begins: a cgroup counts some pages as used while they come into the cache.
  const std::optional<uint64_t> left = MemoryLeft();
  auto file = TRY(OpenWhileReading(path, options.dtype));
  StartReading(*file);
  auto model = TRY(Open(std::move(file)));
  const Result<void> loaded = model->LoadWeights(options, left);
  if (!loaded) return std::unexpected(InFile(path, loaded.error()));
  return model;
}

Result<ModelConfig> LoadedModel::CheckedConfig() const {
  ModelConfig config = TRY(ReadConfig(file_->metadata()));
  if (config.vocab_size == vocabulary().size()) return config;
  return Fail(ErrorCode::kCorrupt, "the tokenizer has " + std::to_string(vocabulary().size()) +
                                       " tokens (tokenizer.ggml.tokens), but the model has " +
                                       std::to_string(config.vocab_size) + " (" +
                                       config.architecture + ".vocab_size)");
}

Result<WeightLayout> LoadedModel::ChooseWeights(const MemoryCost& cost, const LoadOptions& options,
                                                std::optional<uint64_t> left) {
  if (options.memory) {
    memory_ = TRY(ChooseMemory(*options.memory, cost, left));
    return memory_->weights;
  }
  std::optional<uint64_t> available = left;
  if (left) available = *left - std::min(*left, ResidentPrivateBytes());
  const WeightLayout layout =
      ChooseLayout(cost, options.context, options.weights, available, options.kv);
  TRY(CheckMemory(cost.weights(), layout, available));
  return layout;
}

Result<void> LoadedModel::LoadWeights(const LoadOptions& options, std::optional<uint64_t> left) {
  const ModelConfig config = TRY(CheckedConfig());
  TRY(CheckThreads("threads", options.threads));
  TRY(CheckThreads("prefill threads", options.prefill_threads));
  threads_ = options.threads > 0 ? options.threads : ReadCpuInfo().threads();
  prefill_threads_ = options.prefill_threads > 0 ? options.prefill_threads : threads_;
  AdapterFiles adapters = TRY(OpenAdapters(config, options.adapters));
  WeightLayout layout;
  {
    MemoryCost cost =
        TRY(MemoryCost::Create(*file_, config, options.precision, team(), ProgramBytes()));
    for (const auto& adapter : adapters) TRY(AddTo(cost, *adapter));
    layout = TRY(ChooseWeights(cost, options, left));
  }
  TRY(file_->Convert());
  pool_ = std::make_unique<ThreadPool>(team());
  const int batch = memory_ ? MostBatchTokens(memory_->prompt_chunk, memory_->max_sequences)
                            : Transformer::kMaxBatchTokens;
  transformer_ = TRY(Transformer::Load(*file_, config, options.precision, layout, *pool_, batch));
  transformer_->set_threads(threads_, prefill_threads_);
  transformer_->set_kv_precision(memory_ ? memory_->kv : options.kv);
  loaded_as_ = "precision " + std::to_string(static_cast<int>(options.precision)) + " floats " +
               std::to_string(static_cast<int>(options.dtype));
  if (options.on_progress) options.on_progress(1);
  return LoadAdapters(adapters, options.adapters);
}

std::string LoadedModel::ContentHash() const {
  return loaded_as_ + " " + file_->ContentHash();
}

Result<LoadedModel::AdapterFiles> LoadedModel::OpenAdapters(
    const ModelConfig& config, const std::vector<AdapterSource>& sources) const {
  if (sources.size() > kMaxAdapters) {
    return Fail(ErrorCode::kInvalidArgument, "there may be at most " +
                                                 std::to_string(kMaxAdapters) + " adapters, not " +
                                                 std::to_string(sources.size()));
  }
  AdapterFiles files;
  for (const AdapterSource& source : sources) {
    if (!__builtin_isfinite(source.scale)) {
      return Fail(ErrorCode::kInvalidArgument, source.path + ": the adapter's scale is not finite");
    }
    files.push_back(TRY(AdapterFile::Open(source.path, config.architecture)));
  }
  return files;
}

Result<void> LoadedModel::LoadAdapters(const AdapterFiles& files,
                                       const std::vector<AdapterSource>& sources) {
  for (size_t i = 0; i < files.size(); ++i) {
    const Result<void> added = transformer_->AddAdapter(*files[i]);
    if (!added) return std::unexpected(InFile(files[i]->path(), added.error()));
    adapters_.push_back(sources[i]);
    adapter_scales_.push_back(sources[i].scale);
  }
  return {};
}

Result<std::vector<Result<MemoryChoice>>> LoadedModel::Fit(const std::string& path,
                                                           const LoadOptions& options,
                                                           std::span<const uint64_t> budgets) {
  auto file = TRY(ModelFile::Open(path, options.dtype));
  const auto model = TRY(Open(std::move(file)));
  const Result<ModelConfig> config = model->CheckedConfig();
  if (!config) return std::unexpected(InFile(path, config.error()));
  TRY(CheckThreads("threads", options.threads));
  const int threads = options.threads > 0 ? options.threads : ReadCpuInfo().threads();
  auto cost =
      MemoryCost::Create(*model->file_, *config, options.precision, threads, ProgramBytes());
  if (!cost) return std::unexpected(InFile(path, cost.error()));
  for (const auto& adapter : TRY(model->OpenAdapters(*config, options.adapters))) {
    TRY(AddTo(*cost, *adapter));
  }
  std::vector<Result<MemoryChoice>> choices;
  for (const uint64_t budget : budgets) {
    MemoryWish wish = options.memory.value_or(MemoryWish());
    wish.budget = budget;
    choices.push_back(ChooseMemory(wish, *cost, std::nullopt));
  }
  return choices;
}

std::vector<TokenId> LoadedModel::Tokenize(std::string_view text,
                                           const TokenizeOptions& options) const {
  return tokenizer_->Encode(
      text, {.add_special = options.add_special, .parse_special = options.parse_special});
}

Result<std::string> LoadedModel::Detokenize(std::span<const TokenId> ids, bool keep_special) const {
  for (const TokenId id : ids) {
    if (id >= 0 && id < vocabulary().size()) continue;
    return Fail(ErrorCode::kInvalidArgument, "token " + std::to_string(id) +
                                                 " is outside the vocabulary of " +
                                                 std::to_string(vocabulary().size()) + " tokens");
  }
  return tokenizer_->Decode(std::vector<TokenId>(ids.begin(), ids.end()), keep_special);
}

std::string_view LoadedModel::TokenBytes(TokenId id) const {
  if (id < 0 || id >= vocabulary().size()) return {};
  return vocabulary().bytes[static_cast<size_t>(id)];
}

Result<std::string> LoadedModel::RenderChat(const ChatInput& input) const {
  return chat_->Render(input);
}

}  // namespace bantam
