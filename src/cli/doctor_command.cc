// bantam doctor: what this machine can do, what is reached, and what to change.
#include <algorithm>
#include <vector>

#include "bantam/machine.h"
#include "base/check.h"
#include "cli/arg_parser.h"
#include "cli/bench.h"
#include "cli/commands.h"
#include "cli/engine_setup.h"
#include "cli/format_text.h"
#include "cli/values.h"

namespace bantam::cli {
namespace {

constexpr int kPromptTokens = 256;
constexpr int kReplyTokens = 32;
constexpr int kContext = 4096;
constexpr double kUnsteady = 0.8;
constexpr double kGiga = 1e9;

struct Findings {
  std::string text;
  std::vector<std::string> advice;

  void Line(const std::string& name, const std::string& value) {
    text += PadRight(name, 18) + value + "\n";
  }
};

std::string Joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

void DescribeProcessor(const MachineInfo& machine, Findings& findings) {
  findings.Line("instruction set", machine.isa + " (of " + Joined(machine.isas) + ")");
  std::string cpus = std::to_string(machine.cpus);
  if (machine.fast_cpus < machine.cpus) {
    cpus += ", " + std::to_string(machine.fast_cpus) + " of them fast";
  }
  if (machine.cpu_quota > 0) cpus += ", quota " + FormatFixed(machine.cpu_quota, 2);
  findings.Line("processors",
                cpus + "; " + std::to_string(machine.threads) + " threads by default");
  if (machine.isa != machine.isas.back()) {
    findings.advice.push_back("BANTAM_ISA holds the kernels to " + machine.isa +
                              "; without it they run on " + machine.isas.back());
  }
  if (machine.isas.size() == 1) {
    findings.advice.push_back(
        "this processor has none of the instruction sets the fast kernels need; expect a tenth of "
        "the speed");
  }
  if (machine.cpu_quota > 0 && machine.cpu_quota < machine.fast_cpus) {
    findings.advice.push_back(
        "the cgroup allows " + FormatFixed(machine.cpu_quota, 2) + " of " +
        std::to_string(machine.fast_cpus) +
        " processors; more threads than that only wait (raise its cpu limit)");
  }
}

void DescribeMemory(const MachineInfo& machine, Findings& findings) {
  findings.Line("memory free",
                machine.memory_available == 0 ? "unknown" : FormatBytes(machine.memory_available));
  findings.Line("huge pages", machine.huge_pages.empty() ? "unknown" : machine.huge_pages);
  if (machine.huge_pages == "never") {
    findings.advice.push_back(
        "huge pages are off; decode gains about a tenth with: echo madvise | sudo tee "
        "/sys/kernel/mm/transparent_hugepage/enabled");
  }
}

void DescribeSpeed(const MachineSpeed& speed, int threads, Findings& findings) {
  const std::string with =
      " with " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
  findings.Line("memory reads", FormatFixed(speed.read_bytes_per_s / kGiga, 1) + " GB/s" + with);
  findings.Line("int8 products", FormatFixed(speed.int8_products_per_s / kGiga, 0) + " G/s" + with);
  findings.Line("steadiness", FormatFixed(speed.steadiness * 100, 0) + " %");
  if (speed.steadiness < kUnsteady) {
    findings.advice.push_back(
        "equal work took different times: other programs run, or the processor is throttled (heat, "
        "power saving)");
  }
}

// What the machine's rates allow a model, and what it does.
Result<void> DescribeModel(const Environment& env, const EngineSetup& setup,
                           const MachineInfo& machine, const MachineSpeed& speed,
                           Findings& findings) {
  const ModelInfo info = TRY(env.backend.inspect(setup.model_path));
  const MemoryPlan plan = TRY(env.backend.plan(setup.model_path, kContext, 1, setup.precision));
  findings.Line("model", info.name.empty() ? setup.model_path : info.name);
  findings.Line("memory needed",
                FormatBytes(plan.total()) + " at " + FormatCount(kContext) + " tokens of context");
  if (machine.memory_available > 0 && plan.total() > machine.memory_available) {
    findings.advice.push_back("there is too little memory for " + FormatCount(kContext) +
                              " tokens of context: give --ctx a smaller number, or close programs");
  }
  const std::shared_ptr<const Model> model = TRY(LoadModel(env, setup));
  Bench bench(env, model, setup.engine);
  const BenchTest prefill = {.n_prompt = kPromptTokens};
  const BenchTest decode = {.n_gen = kReplyTokens};
  const double prefill_rate = TRY(bench.Run(prefill, 3)).tokens_per_s.median;
  const double decode_rate = TRY(bench.Run(decode, 3)).tokens_per_s.median;
  const double bound = speed.read_bytes_per_s / static_cast<double>(plan.weights);
  findings.Line("prefill", FormatFixed(prefill_rate, 1) + " tok/s");
  findings.Line("decode", FormatFixed(decode_rate, 1) +
                              " tok/s; reading all weights for each token allows " +
                              FormatFixed(bound, 1));
  if (decode_rate < bound / 2) {
    findings.advice.push_back(
        "decode reaches less than half of what the memory allows: try --threads " +
        std::to_string(std::max(1, machine.fast_cpus)) + ", and see that nothing else runs");
  }
  return {};
}

}  // namespace

Result<int> DoctorCommand(const Environment& env, std::span<const std::string> args) {
  EngineSetup setup;
  setup.engine.speculation = false;
  ArgParser parser("doctor", "what this machine can do, what is reached, what to change");
  parser.AddPositional("MODEL", "path of a GGUF file to measure as well", false,
                       StoreString(setup.model_path));
  AddEngineOptions(parser, setup);
  parser.AddExample("bantam doctor");
  parser.AddExample("bantam doctor model.gguf");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const MachineInfo machine = env.backend.describe_machine();
  const int threads = setup.engine.threads > 0 ? setup.engine.threads : machine.threads;
  Findings findings;
  DescribeProcessor(machine, findings);
  DescribeMemory(machine, findings);
  const MachineSpeed speed = TRY(env.backend.measure_machine(threads));
  DescribeSpeed(speed, threads, findings);
  if (!setup.model_path.empty()) TRY(DescribeModel(env, setup, machine, speed, findings));
  env.out.WriteUntrusted(findings.text);
  for (const std::string& advice : findings.advice) env.out.Write("\n! " + advice + "\n");
  if (findings.advice.empty()) env.out.Write("\nNothing to change.\n");
  return 0;
}

}  // namespace bantam::cli
