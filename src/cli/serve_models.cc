// Wishes, budgets, engines.
#include "cli/serve_models.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/mapped_file.h"
#include "base/memory_info.h"
#include "cli/smaller_models.h"
#include "store/store.h"

namespace bantam::cli {
namespace {

constexpr int kMostContext = 32768;
// How long a stream may wait for the prompts of others between two of its tokens.
constexpr double kPromptSeconds = 0.1;
// An encoder's buffers for a batch, and its tokenizer.
constexpr uint64_t kEncoderWork = uint64_t{48} << 20;

class Loader {
 public:
  Loader(const Environment& env, const ServeOptions& options, std::string model_path,
         std::optional<KvPrecision> kv, ServeLog& log)
      : env_(env),
        options_(options),
        model_path_(std::move(model_path)),
        kv_(kv),
        log_(log),
        program_(ResidentBytes()) {}

  Result<server::Backend::Loaded> Load(const std::string& path, const server::LoadRoom& room) {
    const ModelInfo info = TRY(env_.backend.inspect(path));
    if (options_.suggested && !info.sampling.note.empty()) {
      log_.Event("warning",
                 {{"model", Json::String(path)}, {"message", Json::String(info.sampling.note)}});
    }
    const std::optional<uint64_t> left = TRY(Left(room));
    auto loaded = info.encoder ? LoadEncoder(path, info, left) : LoadModel(path, info, left, room);
    if (!loaded && loaded.error().code == ErrorCode::kResourceExhausted && left &&
        path == model_path_) {
      MemoryWish asked;
      asked.context = options_.setup.engine.context;
      asked.kv = kv_;
      return Fail(
          loaded.error().code,
          loaded.error().message + SmallerModels(env_, options_.setup.model_path, *left, asked));
    }
    return loaded;
  }

  // Plans for what the least of the wishes takes beside the program alone: whatever else is in
  // memory now is taken for other models'.
  Result<void> FitsAlone(const std::string& path) {
    const ModelInfo info = TRY(env_.backend.inspect(path));
    const std::optional<uint64_t> limit = TRY(Left({}));
    if (!limit) return {};
    const uint64_t resident = ResidentBytes();
    const uint64_t others = resident - std::min(resident, program_);
    if (info.encoder) return CheckEncoder(path, info, program_, *limit);
    const MemoryWish least = Wishes(info, limit, true).back();
    const uint64_t budgets[] = {*limit + others};
    const auto choices = TRY(env_.backend.fit(path, OptionsOf(path, least), budgets));
    if (choices.front()) return {};
    return Fail(choices.front().error().code, path + ": does not fit in " +
                                                  std::to_string(*limit >> 20) +
                                                  " MiB, even with no other model beside it");
  }

 private:
  // What the process may come to with one more model; nothing: nobody knows. Of what other models
  // were planned to take some has not been touched yet.
  Result<std::optional<uint64_t>> Left(const server::LoadRoom& room) const {
    const MachineInfo machine = env_.backend.describe_machine();
    const uint64_t resident = ResidentBytes();
    const uint64_t planned = program_ + room.others;
    const uint64_t promised = planned - std::min(planned, resident);
    std::optional<uint64_t> limit;
    if (options_.setup.memory_budget) {
      limit = TRY(BytesOf(*options_.setup.memory_budget, machine.memory_total));
    }
    if (machine.memory_available > 0) {
      limit = std::min(limit.value_or(UINT64_MAX), resident + machine.memory_available);
    }
    if (!limit) return std::nullopt;
    return std::max<uint64_t>(1, *limit - std::min(*limit, promised));
  }

  int ContextOf(const ModelInfo& info) const {
    if (options_.setup.engine.context > 0) return options_.setup.engine.context;
    return info.context_length > 0 ? std::min(info.context_length, kMostContext) : 4096;
  }

  // Command lines made for vLLM ask for 16 bits whatever the model is.
  FloatType TypeFor(const std::string& path) {
    const FloatType type = options_.setup.dtype;
    if ((type != FloatType::kF16 && type != FloatType::kBF16) || IsDirectory(path)) return type;
    if (!std::exchange(said_types_stay_, true)) {
      log_.Say("bantam: --dtype is for Hugging Face folders; GGUF files keep their own types");
    }
    return FloatType::kAsStored;
  }

  LoadOptions OptionsOf(const std::string& path, MemoryWish wish) {
    LoadOptions load;
    load.dtype = TypeFor(path);
    load.precision = options_.setup.precision;
    if (path == model_path_) load.adapters = options_.setup.adapters;
    if (const auto store = store::Store::Find(env_.variable)) {
      for (const std::string& file : store->AdaptersOf(path)) load.adapters.push_back({file});
    }
    load.memory = std::move(wish);
    load.threads = options_.setup.engine.threads;
    load.prefill_threads = options_.setup.prefill_threads;
    return load;
  }

  // Keys and values of all conversations lie in one pool, of as many tokens as a context has, or
  // 32,768 if that is more. All as usual if that fits; else, when no other model could make room,
  // what does.
  std::vector<MemoryWish> Wishes(const ModelInfo& info, std::optional<uint64_t> left,
                                 bool reduce) const {
    const int pool =
        options_.kv_tokens > 0 ? options_.kv_tokens : std::max(ContextOf(info), kMostContext);
    MemoryWish usual;
    usual.budget = left;
    usual.max_sequences = options_.parallel;
    usual.fewer_sequences = false;
    usual.shared = true;
    usual.context = InWholeBlocks((pool + options_.parallel - 1) / options_.parallel);
    usual.prompt_chunk = 512;
    usual.kv = kv_.value_or(KvPrecision::k16);
    usual.weights = options_.setup.weights;
    if (usual.weights == WeightLayout::kAuto) usual.weights = WeightLayout::kPacked;
    usual.shapes = true;
    std::vector<MemoryWish> wishes = {usual};
    if (!reduce) return wishes;
    // Without a budget the machine's own limits count, and weights may stay in the file; answers
    // must not depend on what is free.
    MemoryWish less;
    if (options_.setup.memory_budget) less.budget = left;
    less.max_sequences = options_.parallel;
    less.shared = true;
    less.shapes = true;
    less.kv = kv_;
    if (!less.kv && !options_.setup.memory_budget) less.kv = KvPrecision::k16;
    less.weights = options_.setup.weights;
    if (options_.kv_tokens > 0) {
      less.context = usual.context;
      less.fewer_sequences = false;
    } else {
      less.context = options_.setup.engine.context;
    }
    wishes.push_back(less);
    return wishes;
  }

  Result<server::Backend::Loaded> LoadModel(const std::string& path, const ModelInfo& info,
                                            std::optional<uint64_t> left,
                                            const server::LoadRoom& room) {
    const uint64_t before = ResidentBytes();
    Result<std::shared_ptr<const Model>> model =
        Fail(ErrorCode::kInternal, "no memory was wished for");
    for (const MemoryWish& wish : Wishes(info, left, room.reduce)) {
      model = env_.backend.load(path, OptionsOf(path, wish));
      if (model || model.error().code != ErrorCode::kResourceExhausted) break;
    }
    server::Backend::Loaded loaded;
    loaded.model = TRY(std::move(model));
    EngineOptions engine = options_.setup.engine;
    engine.context = ContextOf(info);
    engine.prompt_seconds = kPromptSeconds;
    engine.max_sequences = options_.parallel;
    if (const MemoryChoice* choice = loaded.model->memory()) {
      engine.max_sequences = choice->max_sequences;
      engine.kv_tokens = InWholeBlocks(choice->context) * choice->max_sequences;
      engine.context = std::min(engine.context, engine.kv_tokens);
      loaded.memory_bytes = choice->plan.total() - std::min(choice->plan.total(), before);
      log_.Event("loaded", {{"model", Json::String(path)},
                            {"context", Json::Int(engine.context)},
                            {"memory", Json::String(choice->Describe())}});
    }
    loaded.engine = TRY(env_.backend.create_engine(loaded.model, engine));
    return loaded;
  }

  static uint64_t NeededBy(const ModelInfo& encoder) { return encoder.file_bytes + kEncoderWork; }

  // Of `limit` bytes the program has `before`.
  static Result<void> CheckEncoder(const std::string& path, const ModelInfo& info, uint64_t before,
                                   uint64_t limit) {
    const uint64_t needed = NeededBy(info);
    if (before + needed <= limit) return {};
    return Fail(ErrorCode::kResourceExhausted,
                path + ": needs about " + std::to_string(needed >> 20) + " MiB, but only " +
                    std::to_string((limit - std::min(limit, before)) >> 20) + " MiB are left");
  }

  Result<server::Backend::Loaded> LoadEncoder(const std::string& path, const ModelInfo& info,
                                              std::optional<uint64_t> left) {
    if (left) TRY(CheckEncoder(path, info, ResidentBytes(), *left));
    EncoderOptions load;
    load.dtype = TypeFor(path);
    load.precision = options_.setup.precision;
    load.threads = options_.setup.engine.threads;
    server::Backend::Loaded loaded;
    loaded.encoder = TRY(env_.backend.load_encoder(path, load));
    loaded.memory_bytes = NeededBy(info);
    return loaded;
  }

  const Environment& env_;
  const ServeOptions& options_;
  const std::string model_path_;
  const std::optional<KvPrecision> kv_;
  ServeLog& log_;
  const uint64_t program_;  // resident before there was a model
  bool said_types_stay_ = false;
};

}  // namespace

server::Backend MakeServeBackend(const Environment& env, const ServeOptions& options,
                                 const std::string& model_path, std::optional<KvPrecision> kv,
                                 ServeLog& log) {
  const auto loader = std::make_shared<Loader>(env, options, model_path, kv, log);
  server::Backend backend;
  backend.load = [loader](const std::string& path, const server::LoadRoom& room) {
    return loader->Load(path, room);
  };
  backend.fits_alone = [loader](const std::string& path) { return loader->FitsAlone(path); };
  return backend;
}

}  // namespace bantam::cli
