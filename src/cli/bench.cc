// The measurements of `bantam bench`.
#include "cli/bench.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "cli/interrupt.h"

namespace bantam::cli {

Spread SpreadOf(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t n = values.size();
  const double median = n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
  return {.median = median, .min = values.front(), .max = values.back()};
}

std::string BenchTest::Name() const {
  std::string name = n_prompt > 0 ? "pp" + std::to_string(n_prompt) : "tg" + std::to_string(n_gen);
  if (depth > 0) name += " @ d" + std::to_string(depth);
  return name;
}

std::vector<BenchTest> BenchTests(const std::vector<int>& prompts, const std::vector<int>& gens,
                                  const std::vector<int>& depths) {
  std::vector<BenchTest> tests;
  for (const int depth : depths) {
    for (const int n : prompts) {
      if (n > 0) tests.push_back({.n_prompt = n, .n_gen = 0, .depth = depth});
    }
    for (const int n : gens) {
      if (n > 0) tests.push_back({.n_prompt = 0, .n_gen = n, .depth = depth});
    }
  }
  return tests;
}

Bench::Bench(const Environment& env, std::shared_ptr<const Model> model, EngineOptions options)
    : env_(env), model_(std::move(model)), options_(std::move(options)) {}

Result<void> Bench::Prepare(int depth, int tokens) {
  const int64_t wanted = int64_t{std::max(depth, 1)} + tokens + 1;  // and the token after the last
  constexpr int kMostTokens = 1 << 24;
  if (wanted > kMostTokens) {
    return Fail(ErrorCode::kInvalidArgument, "depth and tokens come to " + std::to_string(wanted) +
                                                 ", at most " + std::to_string(kMostTokens) +
                                                 " can be measured");
  }
  const int context = static_cast<int>(wanted);
  if (engine_ && prepared_depth_ == depth && prepared_context_ >= context) return {};
  engine_.reset();  // never two pools of keys and values at once
  EngineOptions options = options_;
  options.context = context;
  // The tokens before the timed part are computed once and found again. At depth 0 there is
  // nothing to find, and nothing may be.
  options.prefix_cache = depth > 0;
  engine_ = TRY(env_.backend.create_engine(model_, options));
  prepared_depth_ = depth;
  prepared_context_ = context;
  return {};
}

int Bench::threads() const {
  return engine_ ? engine_->options().threads : options_.threads;
}

std::vector<TokenId> Bench::RandomTokens(int n) {
  std::vector<TokenId> tokens;
  const auto size = static_cast<uint64_t>(std::max(model_->info().vocabulary_size, 1));
  for (int i = 0; i < n; ++i) {
    // SplitMix64 (Steele, Lea, Flood 2014).
    uint64_t z = random_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    tokens.push_back(static_cast<TokenId>((z ^ z >> 31) % size));
  }
  return tokens;
}

Result<GenerationResult> Bench::Generate(std::vector<TokenId> prompt, int max_tokens) {
  GenerationRequest request;
  request.prompt = std::move(prompt);
  request.max_tokens = max_tokens;
  request.ignore_end = true;
  request.sampling.temperature = 0;
  request.on_prompt_progress = [](int, int) { return !Interrupted(); };
  request.on_delta = [](const Delta&) { return !Interrupted(); };
  GenerationResult result = TRY(engine_->Generate(std::move(request)));
  if (Interrupted()) return Fail(ErrorCode::kCancelled, "interrupted");
  return result;
}

Result<Bench::Sample> Bench::Once(const BenchTest& test) {
  std::vector<TokenId> prompt = RandomTokens(test.depth);
  if (test.depth > 0) TRY(Generate(prompt, 1));
  if (test.n_prompt > 0) {
    const std::vector<TokenId> more = RandomTokens(test.n_prompt);
    prompt.insert(prompt.end(), more.begin(), more.end());
    const GenerationStats stats = TRY(Generate(std::move(prompt), 1)).stats;
    // What the cache did not have is what was read, if it fell short of the depth.
    return Sample{(stats.prompt_tokens - stats.cached_tokens) / stats.prefill_s,
                  stats.first_token_s};
  }
  if (prompt.empty()) prompt = RandomTokens(1);
  // The first token comes from reading the prompt; the steps after it are decoding.
  const GenerationStats stats = TRY(Generate(std::move(prompt), test.n_gen + 1)).stats;
  return Sample{(stats.generated_tokens - 1) / stats.decode_s, stats.first_token_s};
}

Result<BenchResult> Bench::Run(const BenchTest& test, int repetitions) {
  TRY(Prepare(test.depth, std::max(test.n_prompt, test.n_gen)));
  TRY(Once(test));  // warms caches, clocks and pages
  std::vector<double> rates;
  std::vector<double> first;
  for (int i = 0; i < repetitions; ++i) {
    const Sample sample = TRY(Once(test));
    rates.push_back(sample.tokens_per_s);
    first.push_back(sample.first_token_s);
  }
  return BenchResult{test, SpreadOf(std::move(rates)), SpreadOf(std::move(first)).median};
}

}  // namespace bantam::cli
