// bantam doctor: what this machine can do, what is reached, and what to change.
#include <optional>

#include "base/check.h"
#include "cli/arg_parser.h"
#include "cli/bench.h"
#include "cli/commands.h"
#include "cli/doctor_report.h"
#include "cli/engine_setup.h"
#include "cli/model_store.h"
#include "cli/values.h"

namespace bantam::cli {
namespace {

constexpr int kPromptTokens = 256;
constexpr int kReplyTokens = 32;
constexpr int kContext = 4096;

// What the machine's rates allow a model, and what it does.
Result<ModelFindings> MeasureModel(const Environment& env, const EngineSetup& setup,
                                   const ModelInfo& info, const MachineSpeed& speed) {
  const KvPrecision kv = TRY(GivenKvPrecision(setup)).value_or(KvPrecision::k16);
  const MemoryPlan plan =
      TRY(env.backend.plan(setup.model_path, kContext, 1, setup.precision, setup.weights, kv));
  ModelFindings found;
  found.name = info.name.empty() ? setup.model_path : info.name;
  found.context = kContext;
  found.memory_needed = plan.own();
  found.file_bytes = info.file_bytes;
  found.bytes_per_token = plan.weights;
  found.kv_bytes_per_token = plan.kv_cache / kContext;
  found.products_per_token = ProductsPerToken(info);
  const std::shared_ptr<const Model> model = TRY(LoadModel(env, setup));
  Bench bench(env, model, setup.engine);
  found.prefill_tokens_per_s = TRY(bench.Run({.n_prompt = kPromptTokens}, 3)).tokens_per_s.median;
  found.decode_tokens_per_s = TRY(bench.Run({.n_gen = kReplyTokens}, 3)).tokens_per_s.median;
  found.decode_bound = speed.read_bytes_per_s / static_cast<double>(plan.weights);
  // Float32 between the layers takes the float kernels, of which nothing is known.
  if (found.products_per_token > 0 && setup.precision == Precision::kFast) {
    found.prefill_bound = speed.int8_products_per_s / found.products_per_token;
  }
  return found;
}

}  // namespace

double ProductsPerToken(const ModelInfo& info) {
  double products = 0;
  for (const TensorInfo& tensor : info.tensors) {
    const bool is_float = tensor.type.starts_with("F") || tensor.type.starts_with("BF");
    if (is_float || tensor.shape.size() != 2 || !tensor.name.starts_with("blk.")) continue;
    products += static_cast<double>(tensor.shape[0]) * static_cast<double>(tensor.shape[1]);
  }
  return products;
}

Result<int> DoctorCommand(const Environment& env, std::span<const std::string> args) {
  EngineSetup setup;
  setup.engine.speculation = false;
  bool as_json = false;
  ArgParser parser("doctor", "what this machine can do, what is reached, what to change");
  parser.AddPositional("MODEL", "path of a GGUF file to measure as well", false,
                       StoreString(setup.model_path));
  parser.AddFlag("--json", "as one JSON object", [&] { as_json = true; });
  AddEngineOptions(parser, setup);
  parser.AddExample("bantam doctor");
  parser.AddExample("bantam doctor model.gguf");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  std::optional<ModelInfo> info;  // first of all: a file that cannot be read should not take long
  if (!setup.model_path.empty()) {
    setup.model_path = TRY(ResolveModel(env, setup.model_path));
    info = TRY(env.backend.inspect(setup.model_path));
  }
  DoctorReport report;
  report.machine = env.backend.describe_machine();
  report.threads = setup.engine.threads > 0 ? setup.engine.threads : report.machine.threads;
  report.prefill_threads = setup.prefill_threads > 0 ? setup.prefill_threads : report.threads;
  report.speed = TRY(env.backend.measure_machine(report.threads, report.prefill_threads));
  if (info) {
    report.disk = env.backend.measure_disk(setup.model_path);
    report.model = TRY(MeasureModel(env, setup, *info, report.speed));
  }
  if (as_json) {
    env.out.Write(DoctorJson(report));
  } else {
    env.out.WriteUntrusted(DoctorText(report));
  }
  return 0;
}

}  // namespace bantam::cli
