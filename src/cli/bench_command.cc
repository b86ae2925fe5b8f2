// bantam bench: speed of prefill and decode, load time, memory.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "cli/bench.h"
#include "cli/commands.h"
#include "cli/engine_setup.h"
#include "cli/format_text.h"
#include "cli/interrupt.h"
#include "cli/values.h"

namespace bantam::cli {
namespace {

// Lengths and depths by default are those of llama-bench.
struct BenchOptions {
  EngineSetup setup;
  std::vector<int> prompts = {512};
  std::vector<int> gens = {128};
  std::vector<int> depths = {0};
  std::vector<int> sequences = {1};
  int repetitions = 5;
  int prompt_chunk = 0;  // 0: 512, or what --memory-budget leaves
  bool beside_memory = false;
  bool as_json = false;
};

struct BenchReport {
  std::string model;
  int threads = 0;
  int prefill_threads = 0;
  std::string isa;
  std::vector<BenchResult> results;
  double load_ms = 0;
  double first_token_ms = 0;
  uint64_t peak_rss_bytes = 0;
};

ArgParser::Setter StoreList(std::vector<int>& target, int least) {
  return [&target, least](std::string_view value) -> Result<void> {
    target = TRY(ParseIntList(value, least));
    return {};
  };
}

void Declare(ArgParser& parser, BenchOptions& options) {
  AddModelArgument(parser, options.setup.model_path);
  parser.AddOption("-p,--n-prompt", "N,…", "prompt lengths to read; 0: none (512)",
                   StoreList(options.prompts, 0));
  parser.AddOption("-n,--n-gen", "N,…", "tokens to generate; 0: none (128)",
                   StoreList(options.gens, 0));
  parser.AddOption("-d,--n-depth", "N,…", "tokens already in the context, not timed (0)",
                   StoreList(options.depths, 0));
  parser.AddOption("-s,--sequences", "N,…", "sequences that generate at once (1)",
                   StoreList(options.sequences, 1));
  parser.AddOption("-r,--repetitions", "N", "runs of each test, after one not counted (5)",
                   StoreInt(options.repetitions, 1));
  parser.AddFlag("--beside-memory", "read memory between runs; replies as a share of that",
                 [&] { options.beside_memory = true; });
  parser.AddFlag("--json", "as one JSON object", [&] { options.as_json = true; });
  parser.AddSection("The machine");
  options.setup.engine.speculation = false;  // the tests are about the model, not the text
  AddEngineOptions(parser, options.setup);
  AddMemoryBudgetOption(parser, options.setup.memory_budget);
  parser.AddOption("--prompt-chunk,-b", "N", "tokens per step (512)",
                   StoreInt(options.prompt_chunk, 1));
  parser.AddExample("bantam bench model.gguf -p 512 -n 64 -t 2");
  parser.AddExample("bantam bench model.gguf -p 512 -n 64 -d 0,4096,8192 --json");
  parser.AddExample("bantam bench model.gguf -p 0 -n 16 -r 30 --beside-memory");
}

double MillisecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

// What the largest of the tests needs.
MemoryWish WishOf(const BenchOptions& options, std::span<const BenchTest> tests, int longest) {
  MemoryWish wish;
  wish.prompt_chunk = options.prompt_chunk;
  wish.fewer_sequences = false;
  for (const BenchTest& test : tests) {
    wish.context = std::max(wish.context, Bench::ContextFor(test, longest));
    wish.max_sequences = std::max(wish.max_sequences, test.n_sequences);
  }
  return wish;
}

// Speed is the same beyond what the model was made for; what it says there is not.
void NoteLength(const Environment& env, const ModelInfo& info, int context) {
  if (info.context_length <= 0 || context <= info.context_length) return;
  env.err.Write("bantam: the tests take " + FormatCount(static_cast<uint64_t>(context)) +
                " tokens; the model was made for " +
                FormatCount(static_cast<uint64_t>(info.context_length)) + "\n");
}

// The yardstick of replies, and what a step of theirs has to read: of the precision and layout that
// were chosen, adapters included. Keys and values are planned in whole blocks.
Result<void> PutBesideMemory(const Environment& env, const MemoryChoice& choice, Bench& bench) {
  const double tokens = static_cast<double>(InWholeBlocks(choice.context)) * choice.max_sequences;
  bench.PutBeside(TRY(env.backend.memory_reader(bench.threads())),
                  static_cast<double>(choice.plan.weights),
                  static_cast<double>(choice.plan.kv_cache) / tokens);
  return {};
}

Result<BenchReport> Measure(const Environment& env, const BenchOptions& options) {
  const std::vector<BenchTest> tests =
      BenchTests(options.prompts, options.gens, options.depths, options.sequences);
  if (tests.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "nothing to measure: -p and -n are both 0");
  }
  BenchReport report;
  const auto start = std::chrono::steady_clock::now();
  const int longest =
      std::max(*std::ranges::max_element(options.prompts), *std::ranges::max_element(options.gens));
  for (const BenchTest& test : tests) TRY(Bench::CheckLength(test, longest));
  const MemoryWish wish = WishOf(options, tests, longest);
  const auto model = TRY(LoadFitting(env, options.setup, wish));
  NoteLength(env, model->info(), wish.context);
  EngineOptions engine = options.setup.engine;
  if (options.prompt_chunk > 0) engine.prompt_chunk = options.prompt_chunk;
  Bench bench(env, model, engine);
  TRY(bench.Prepare(tests[0], longest));
  report.load_ms = MillisecondsSince(start);
  if (options.beside_memory) TRY(PutBesideMemory(env, *model->memory(), bench));
  InstallInterruptHandler();
  for (const BenchTest& test : tests) {
    TRY(bench.Prepare(test, longest));
    if (env.err.is_terminal()) {
      env.err.Write("\rmeasuring " + test.Name() + " …\x1b[K");
      env.err.Flush();
    }
    report.results.push_back(TRY(bench.Run(test, options.repetitions)));
  }
  if (env.err.is_terminal()) env.err.Write("\r\x1b[K");
  const ModelInfo& info = model->info();
  report.model = info.name.empty() ? info.path : info.name;
  if (!info.quantisation.empty()) report.model += " " + info.quantisation;
  report.threads = bench.threads();
  const int prefill_threads = options.setup.prefill_threads;
  report.prefill_threads = prefill_threads > 0 ? prefill_threads : report.threads;
  report.isa = env.backend.isa();
  report.first_token_ms = report.results[0].first_token_s * 1000;
  report.peak_rss_bytes = env.backend.peak_memory();
  return report;
}

// Rates and times are measured: more than a few digits would be noise.
Json Rounded(double value, int digits) {
  return Json::NumberText(FormatFixed(value, digits));
}

Json SpreadJson(const Spread& spread) {
  Json json = Json::MakeObject();
  json.Set("median", Rounded(spread.median, 3));
  json.Set("min", Rounded(spread.min, 3));
  json.Set("max", Rounded(spread.max, 3));
  return json;
}

Json ReportJson(const BenchReport& report) {
  Json tests = Json::MakeArray();
  for (const BenchResult& result : report.results) {
    Json test = Json::MakeObject();
    test.Set("name", Json::String(result.test.Name()));
    test.Set("n_prompt", Json::Int(result.test.n_prompt));
    test.Set("n_gen", Json::Int(result.test.n_gen));
    test.Set("depth", Json::Int(result.test.depth));
    if (result.test.n_sequences > 1) test.Set("n_sequences", Json::Int(result.test.n_sequences));
    test.Set("tokens_per_s", SpreadJson(result.tokens_per_s));
    if (result.share_of_reading) {
      test.Set("share_of_reading", SpreadJson(*result.share_of_reading));
    }
    tests.Append(std::move(test));
  }
  Json json = Json::MakeObject();
  json.Set("model", Json::String(report.model));
  json.Set("threads", Json::Int(report.threads));
  json.Set("threads_batch", Json::Int(report.prefill_threads));
  json.Set("isa", Json::String(report.isa));
  json.Set("tests", std::move(tests));
  json.Set("load_ms", Rounded(report.load_ms, 2));
  json.Set("first_token_ms", Rounded(report.first_token_ms, 2));
  json.Set("peak_rss_bytes", Json::Int(static_cast<int64_t>(report.peak_rss_bytes)));
  return json;
}

std::string SpreadLine(const std::string& name, const Spread& spread) {
  return PadRight(name, 18) + PadLeft(FormatFixed(spread.median, 2), 12) +
         PadLeft(FormatFixed(spread.min, 2), 12) + PadLeft(FormatFixed(spread.max, 2), 12) + "\n";
}

std::string ReportText(const BenchReport& report) {
  std::string out = report.model + ", " + std::to_string(report.threads) +
                    (report.threads == 1 ? " thread, " : " threads, ");
  if (report.prefill_threads != report.threads) {
    out += std::to_string(report.prefill_threads) + " for prompts, ";
  }
  out += report.isa + "\n\n";
  out +=
      PadRight("test", 18) + PadLeft("tok/s", 12) + PadLeft("min", 12) + PadLeft("max", 12) + "\n";
  for (const BenchResult& result : report.results) {
    out += SpreadLine(result.test.Name(), result.tokens_per_s);
    if (result.share_of_reading) out += SpreadLine("  of reading", *result.share_of_reading);
  }
  return out + "\nload " + FormatFixed(report.load_ms, 1) + " ms, first token " +
         FormatFixed(report.first_token_ms, 1) + " ms (" + report.results[0].test.Name() +
         "), peak memory " + FormatBytes(report.peak_rss_bytes) + "\n";
}

}  // namespace

Result<int> BenchCommand(const Environment& env, std::span<const std::string> args) {
  BenchOptions options;
  ArgParser parser("bench", "speed of prefill and decode, memory");
  Declare(parser, options);
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const BenchReport report = TRY(Measure(env, options));
  if (options.as_json) {
    env.out.Write(ReportJson(report).Dump(2) + "\n");
  } else {
    env.out.WriteUntrusted(ReportText(report));
  }
  return 0;
}

}  // namespace bantam::cli
