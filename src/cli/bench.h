// Bench: measures prefill and decode speed with llama-bench's meaning of its tests.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bantam/engine.h"
#include "bantam/machine.h"
#include "bantam/model.h"
#include "bantam/result.h"
#include "cli/environment.h"

namespace bantam::cli {

struct Spread {
  double median = 0;
  double min = 0;
  double max = 0;
};

// Of a list that is not empty.
Spread SpreadOf(std::vector<double> values);

// One test: n_prompt tokens read ("pp512") or n_gen tokens generated ("tg64") by each of
// n_sequences at once, after `depth` tokens that are not timed.
struct BenchTest {
  int n_prompt = 0;
  int n_gen = 0;
  int depth = 0;
  int n_sequences = 1;

  std::string Name() const;  // "pp512", "tg64 @ d4096", "tg64 x8"
};

struct BenchResult {
  BenchTest test;
  Spread tokens_per_s;       // of all sequences together
  double first_token_s = 0;  // median over the repetitions
  // Of replies beside memory: the rate over that of reading what their steps have to read.
  std::optional<Spread> share_of_reading;
};

// The tests in the order they run: by depth, prompts before generation, and that by the number of
// sequences; zero lengths left out.
std::vector<BenchTest> BenchTests(const std::vector<int>& prompts, const std::vector<int>& gens,
                                  const std::vector<int>& depths,
                                  const std::vector<int>& sequences);

// Runs tests on engines of their own; prompts are random tokens from a fixed seed, no two alike.
class Bench {
 public:
  Bench(const Environment& env, std::shared_ptr<const Model> model, EngineOptions options);

  // One run that is not counted, then `repetitions`. Fails with kCancelled after Ctrl-C.
  Result<BenchResult> Run(const BenchTest& test, int repetitions);

  // From now on memory is read before and after every repetition. A step reads the weights, and of
  // each sequence the keys and values of all tokens so far.
  void PutBeside(std::unique_ptr<MemoryReader> memory, double weight_bytes,
                 double kv_bytes_per_token);

  // Makes the engine for a test and up to `tokens` after its depth; Run does it when needed.
  // Separate, so that it can be timed.
  Result<void> Prepare(const BenchTest& test, int tokens);

  // Tokens of context that takes.
  static int ContextFor(const BenchTest& test, int tokens);
  // Fails with kInvalidArgument if they are more than 2^24, which Prepare refuses.
  static Result<void> CheckLength(const BenchTest& test, int tokens);

  int threads() const;  // of the engine prepared last

 private:
  struct Sample {
    double tokens_per_s;
    double first_token_s;
  };
  Result<Sample> Once(const BenchTest& test);
  static GenerationRequest RequestFor(std::vector<TokenId> prompt, int max_tokens);
  Result<GenerationResult> Generate(std::vector<TokenId> prompt, int max_tokens);
  Result<Sample> DecodeTogether(const BenchTest& test, const std::vector<TokenId>& prefix);
  double TokensAllowed(const BenchTest& test, double read_bytes_per_s) const;
  Result<void> PackWeights();
  std::vector<TokenId> RandomTokens(int n);

  const Environment& env_;
  std::shared_ptr<const Model> model_;
  EngineOptions options_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<MemoryReader> memory_;
  double weight_bytes_ = 0;
  double kv_bytes_per_token_ = 0;
  int prepared_depth_ = -1;
  int prepared_context_ = 0;
  int prepared_sequences_ = 0;
  uint64_t random_ = 0x62616e74616d;  // "bantam"
};

}  // namespace bantam::cli
