// The measurements of `bantam bench`.
#include "cli/bench.h"

#include <algorithm>
#include <cstdint>
#include <optional>
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
  if (n_sequences > 1) name += " x" + std::to_string(n_sequences);
  if (depth > 0) name += " @ d" + std::to_string(depth);
  return name;
}

std::vector<BenchTest> BenchTests(const std::vector<int>& prompts, const std::vector<int>& gens,
                                  const std::vector<int>& depths,
                                  const std::vector<int>& sequences) {
  std::vector<BenchTest> tests;
  for (const int depth : depths) {
    for (const int n : prompts) {
      if (n > 0) tests.push_back({.n_prompt = n, .depth = depth});
    }
    for (const int n : gens) {
      for (const int together : sequences) {
        if (n > 0) tests.push_back({.n_gen = n, .depth = depth, .n_sequences = together});
      }
    }
  }
  return tests;
}

Bench::Bench(const Environment& env, std::shared_ptr<const Model> model, EngineOptions options)
    : env_(env), model_(std::move(model)), options_(std::move(options)) {}

int Bench::ContextFor(const BenchTest& test, int tokens) {
  // The token that each of many sequences starts with, and the token after the last.
  const int64_t wanted = int64_t{std::max(test.depth, 1)} + tokens + (test.n_sequences > 1 ? 2 : 1);
  return static_cast<int>(std::min<int64_t>(wanted, INT32_MAX));
}

Result<void> Bench::CheckLength(const BenchTest& test, int tokens) {
  constexpr int kMostTokens = 1 << 24;
  if (ContextFor(test, tokens) <= kMostTokens) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "a test of " + std::to_string(tokens) + " tokens (-p, -n) after " +
                  std::to_string(test.depth) + " (-d) is too long: at most " +
                  std::to_string(kMostTokens) + " can be measured");
}

Result<void> Bench::Prepare(const BenchTest& test, int tokens) {
  TRY(CheckLength(test, tokens));
  const int depth = test.depth;
  const int context = ContextFor(test, tokens);
  if (engine_ && prepared_depth_ == depth && prepared_context_ >= context &&
      prepared_sequences_ == test.n_sequences) {
    return {};
  }
  engine_.reset();  // never two pools of keys and values at once
  EngineOptions options = options_;
  options.context = context;
  options.max_sequences = test.n_sequences;
  // The tokens before the timed part are computed once and found again. At depth 0 there is
  // nothing to find, and nothing may be.
  options.prefix_cache = depth > 0;
  engine_ = TRY(env_.backend.create_engine(model_, options));
  prepared_depth_ = depth;
  prepared_context_ = context;
  prepared_sequences_ = test.n_sequences;
  return {};
}

void Bench::PutBeside(std::unique_ptr<MemoryReader> memory, double weight_bytes,
                      double kv_bytes_per_token) {
  memory_ = std::move(memory);
  weight_bytes_ = weight_bytes;
  kv_bytes_per_token_ = kv_bytes_per_token;
}

// Tokens a second of all sequences together, if nothing took time but reading.
double Bench::TokensAllowed(const BenchTest& test, double read_bytes_per_s) const {
  const double mean_depth = test.depth + test.n_gen / 2.0;
  const double step_bytes = weight_bytes_ + test.n_sequences * mean_depth * kv_bytes_per_token_;
  return test.n_sequences * read_bytes_per_s / step_bytes;
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

GenerationRequest Bench::RequestFor(std::vector<TokenId> prompt, int max_tokens) {
  GenerationRequest request;
  request.prompt = std::move(prompt);
  request.max_tokens = max_tokens;
  request.ignore_end = true;
  request.sampling.temperature = 0;
  request.on_prompt_progress = [](int, int) { return !Interrupted(); };
  request.on_delta = [](const Delta&) { return !Interrupted(); };
  return request;
}

Result<GenerationResult> Bench::Generate(std::vector<TokenId> prompt, int max_tokens) {
  GenerationResult result = TRY(engine_->Generate(RequestFor(std::move(prompt), max_tokens)));
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
  if (test.n_sequences > 1) return DecodeTogether(test, prompt);
  if (prompt.empty()) prompt = RandomTokens(1);
  // The first token comes from reading the prompt; the steps after it are decoding.
  const GenerationStats stats = TRY(Generate(std::move(prompt), test.n_gen + 1)).stats;
  return Sample{(stats.generated_tokens - 1) / stats.decode_s, stats.first_token_s};
}

// All read their one new token in the first step and go on in step, so that their rates add up.
Result<Bench::Sample> Bench::DecodeTogether(const BenchTest& test,
                                            const std::vector<TokenId>& prefix) {
  std::vector<Engine::RequestId> ids;
  for (int i = 0; i < test.n_sequences; ++i) {
    std::vector<TokenId> prompt = prefix;
    prompt.push_back(RandomTokens(1)[0]);
    ids.push_back(TRY(engine_->Submit(RequestFor(std::move(prompt), test.n_gen + 1))));
  }
  while (TRY(engine_->Step())) {
  }
  Sample sample{0, 0};
  for (const Engine::RequestId id : ids) {
    const std::optional<GenerationResult> result = engine_->Take(id);
    if (!result) continue;  // never: all have ended
    if (result->error) return std::unexpected(*result->error);
    sample.tokens_per_s += (result->stats.generated_tokens - 1) / result->stats.decode_s;
    sample.first_token_s = std::max(sample.first_token_s, result->stats.first_token_s);
  }
  if (Interrupted()) return Fail(ErrorCode::kCancelled, "interrupted");
  return sample;
}

// Steps pack a part of the weights each; what is measured is how it goes on from there.
Result<void> Bench::PackWeights() {
  for (uint64_t left = model_->unpacked_bytes(); left > 0;) {
    TRY(Generate(RandomTokens(1), 1));
    const uint64_t before = std::exchange(left, model_->unpacked_bytes());
    if (left >= before) break;
  }
  return {};
}

Result<BenchResult> Bench::Run(const BenchTest& test, int repetitions) {
  TRY(Prepare(test, std::max(test.n_prompt, test.n_gen)));
  TRY(Once(test));  // warms caches, clocks and pages
  TRY(PackWeights());
  const bool beside_memory = memory_ && test.n_gen > 0;
  std::vector<double> rates;
  std::vector<double> first;
  std::vector<double> shares;
  double before = beside_memory ? memory_->Read() : 0;
  for (int i = 0; i < repetitions; ++i) {
    const Sample sample = TRY(Once(test));
    rates.push_back(sample.tokens_per_s);
    first.push_back(sample.first_token_s);
    if (!beside_memory) continue;
    const double after = memory_->Read();
    shares.push_back(sample.tokens_per_s / TokensAllowed(test, (before + after) / 2));
    before = after;
  }
  BenchResult result{test, SpreadOf(std::move(rates)), SpreadOf(std::move(first)).median, {}};
  if (beside_memory) result.share_of_reading = SpreadOf(std::move(shares));
  return result;
}

}  // namespace bantam::cli
