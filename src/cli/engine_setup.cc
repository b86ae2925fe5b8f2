// Options and loading shared by the commands that run a model.
#include "cli/engine_setup.h"

#include <utility>

#include "base/check.h"
#include "cli/model_store.h"
#include "cli/progress_bar.h"
#include "cli/smaller_models.h"
#include "cli/values.h"

namespace bantam::cli {

void AddModelArgument(ArgParser& parser, std::string& path) {
  parser.AddPositional("MODEL", "name of a model (qwen2.5:0.5b), or path of a file or folder", true,
                       StoreString(path));
}

void AddEngineOptions(ArgParser& parser, EngineSetup& setup, const std::string& dtype_note) {
  parser.AddOption("--threads,-t", "N", "threads to compute with; 0: what the machine has (0)",
                   StoreInt(setup.engine.threads, 0));
  parser.AddOption("--threads-batch", "N", "threads to read prompts with; 0: as many (0)",
                   StoreInt(setup.prefill_threads, 0));
  parser.AddOption("--precision", "exact|fast", "exact: float32 between the layers, slower (fast)",
                   [&setup](std::string_view value) -> Result<void> {
                     setup.precision = TRY(ParsePrecision(value));
                     return {};
                   });
  parser.AddOption("--dtype", "TYPE",
                   "of a Hugging Face folder's float weights: auto (as stored), half or\n"
                   "float16, bfloat16, float32 (auto)" +
                       dtype_note,
                   [&setup](std::string_view value) -> Result<void> {
                     setup.dtype = TRY(ParseFloatType(value));
                     return {};
                   });
  parser.AddOption("--kv-cache", "16|8",
                   "bits of a number among the keys and values of the context: 8 takes\n"
                   "half the memory and changes answers a little (16)",
                   [&setup](std::string_view value) -> Result<void> {
                     setup.kv = TRY(ParseKvPrecision(value));
                     return {};
                   });
  parser.AddOption("--cache-type-k", "f16|q8_0", "as in llama.cpp; both or none",
                   [&setup](std::string_view value) -> Result<void> {
                     setup.keys = TRY(ParseKvPrecision(value));
                     return {};
                   });
  parser.AddOption("--cache-type-v", "f16|q8_0", "must be the same",
                   [&setup](std::string_view value) -> Result<void> {
                     setup.values = TRY(ParseKvPrecision(value));
                     return {};
                   });
  parser.AddOption("--weights", "auto|mapped|packed",
                   "mapped: use the file in place, least memory; packed: rearrange\n"
                   "it in the first steps, fastest; auto: packed if that fits (auto)",
                   [&setup](std::string_view value) -> Result<void> {
                     setup.weights = TRY(ParseWeightLayout(value));
                     return {};
                   });
  AddAdapterOption(parser, setup.adapters);
  parser.AddOption("--speculation", "on|off",
                   "run guesses from the text so far along: same answer, sooner (" +
                       std::string(setup.engine.speculation ? "on)" : "off)"),
                   [&setup](std::string_view value) -> Result<void> {
                     setup.engine.speculation = TRY(ParseOnOff(value));
                     return {};
                   });
  parser.AddOption("--two-stage-head", "on|off",
                   "score only tokens that can win where that changes no answer (on)",
                   [&setup](std::string_view value) -> Result<void> {
                     setup.engine.two_stage_head = TRY(ParseOnOff(value));
                     return {};
                   });
}

void AddAdapterOption(ArgParser& parser, std::vector<AdapterSource>& adapters) {
  parser.AddOption("--lora", "PATH[:SCALE]",
                   "add a low-rank adapter to the weights: a GGUF adapter or a PEFT\n"
                   "folder (repeatable; scale 1)",
                   [&adapters](std::string_view value) -> Result<void> {
                     adapters.push_back(TRY(ParseAdapter(value)));
                     return {};
                   });
}

void AddContextOption(ArgParser& parser, int& context) {
  parser.AddOption("--ctx,--ctx-size,-c", "N",
                   "tokens the model can see; 0: its own, at most 32,768 (0)",
                   StoreInt(context, 0));
}

void AddMemoryBudgetOption(ArgParser& parser, std::optional<MemorySize>& budget) {
  parser.AddOption("--memory-budget", "SIZE",
                   "memory the program may come to (700M, 1.5GiB, 50%): context, cache,\n"
                   "weights and batch are chosen to fit, or it is refused at once",
                   [&budget](std::string_view value) -> Result<void> {
                     budget = TRY(ParseMemorySize(value));
                     return {};
                   });
}

int InWholeBlocks(int tokens) {
  constexpr int kBlockTokens = 64;
  return (tokens + kBlockTokens - 1) / kBlockTokens * kBlockTokens;
}

Result<std::optional<KvPrecision>> GivenKvPrecision(const EngineSetup& setup) {
  if (!setup.keys && !setup.values) return setup.kv;
  const KvPrecision keys = setup.keys.value_or(KvPrecision::k16);
  if (keys != setup.values.value_or(KvPrecision::k16)) {
    return Fail(ErrorCode::kInvalidArgument,
                "--cache-type-k and --cache-type-v differ (f16 if not given), but keys and values "
                "have one type here: --kv-cache 8 or --kv-cache 16 sets both");
  }
  if (setup.kv && *setup.kv != keys) {
    return Fail(ErrorCode::kInvalidArgument,
                "--kv-cache and --cache-type-k and -v say different things; give one of them");
  }
  return keys;
}

namespace {

Result<std::shared_ptr<const Model>> Load(const Environment& env, const EngineSetup& setup,
                                          std::optional<MemoryWish> memory) {
  const std::string path = TRY(ResolveModel(env, setup.model_path));
  ProgressBar bar(env.err, "Loading the model", "");
  LoadOptions options;
  options.dtype = setup.dtype;
  options.precision = setup.precision;
  options.kv = TRY(GivenKvPrecision(setup)).value_or(KvPrecision::k16);
  options.weights = setup.weights;
  options.adapters = setup.adapters;
  if (const auto store = store::Store::Find(env.variable)) {
    for (const std::string& file : store->AdaptersOf(path)) options.adapters.push_back({file});
  }
  options.memory = std::move(memory);
  options.context = setup.engine.context;
  options.threads = setup.engine.threads;
  options.prefill_threads = setup.prefill_threads;
  options.on_progress = [&bar](double fraction) { bar.Update(fraction, 1); };
  return env.backend.load(path, options);
}

}  // namespace

Result<std::shared_ptr<const Model>> LoadModel(const Environment& env, const EngineSetup& setup) {
  return Load(env, setup, std::nullopt);
}

Result<std::shared_ptr<const Model>> LoadFitting(const Environment& env, const EngineSetup& setup,
                                                 MemoryWish wish) {
  const bool is_bound = setup.memory_budget.has_value();
  if (is_bound) {
    wish.budget = TRY(BytesOf(*setup.memory_budget, env.backend.describe_machine().memory_total));
  }
  wish.kv = TRY(GivenKvPrecision(setup));
  if (!wish.kv && !is_bound) wish.kv = KvPrecision::k16;
  wish.weights = setup.weights;
  auto model = Load(env, setup, wish);
  if (!model) {
    if (model.error().code != ErrorCode::kResourceExhausted) return model;
    const uint64_t budget = wish.budget.value_or(env.backend.describe_machine().memory_available);
    return Fail(model.error().code,
                model.error().message + SmallerModels(env, setup.model_path, budget, wish));
  }
  const MemoryChoice* choice = (*model)->memory();
  if (choice != nullptr && (is_bound || choice->reduced)) {
    env.err.WriteUntrusted("bantam: memory: " + choice->Describe() + "\n");
    env.err.Flush();
  }
  return model;
}

Result<std::shared_ptr<const Model>> LoadVocabulary(const Environment& env,
                                                    const std::string& model) {
  const std::string path = TRY(ResolveModel(env, model));
  return env.backend.load_vocabulary(path);
}

Result<void> RequireTokenizer(const Model& model) {
  if (!model.info().tokenizer.empty()) return {};
  return Fail(ErrorCode::kUnsupported, model.info().path +
                                           ": has no tokenizer (tokenizer.json); only ids can be "
                                           "scored (score --tokens)");
}

}  // namespace bantam::cli
