// A model that is scored against reference logits, and how far it is from them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>

#include "bantam/engine.h"
#include "bantam/model.h"
#include "reference_logits.h"

namespace bantam {

// Normalised squared error. Exact: what the project promises (float32 rounding alone gives 1e-12).
// Fast: a bound for sanity, several times what 8-bit activations cost on these random weights,
// which are less forgiving than trained ones; tests/accept/fidelity.py judges real models.
inline constexpr double kExactBound = 1e-8;
inline constexpr double kFastBound = 1e-2;

// Null, and a failure of the test, if it cannot be loaded.
inline std::unique_ptr<Engine> LoadEngine(const std::string& path, const LoadOptions& load,
                                          int context) {
  auto model = Model::Load(path, load);
  if (!model) {
    ADD_FAILURE() << model.error().message;
    return nullptr;
  }
  EngineOptions options;
  options.context = context;
  options.threads = load.threads;
  auto engine = Engine::Create(*model, options);
  if (!engine) {
    ADD_FAILURE() << engine.error().message;
    return nullptr;
  }
  return std::move(*engine);
}

struct Difference {
  double error = 0;   // sum of squared differences
  double square = 0;  // sum of squared reference logits
  double Nse() const { return error / square; }
  void Add(const Difference& other) {
    error += other.error;
    square += other.square;
  }
};

inline Difference Compare(std::span<const float> got, const float* want) {
  Difference sum;
  for (size_t i = 0; i < got.size(); ++i) {
    const double difference = static_cast<double>(got[i]) - static_cast<double>(want[i]);
    sum.error += difference * difference;
    sum.square += static_cast<double>(want[i]) * static_cast<double>(want[i]);
  }
  return sum;
}

// The normalised error of all positions that the reference keeps.
inline double ErrorOf(Engine& engine, const ReferenceLogits& reference) {
  Difference total;
  for (const ReferenceSequence& sequence : reference.sequences) {
    size_t next = 0;
    const auto scored = engine.Score(sequence.tokens, 0, 0, [&](const ScoredPosition& at) {
      if (next == sequence.positions.size() || sequence.positions[next] != at.pos) return true;
      total.Add(Compare(at.logits, &sequence.logits[next++ * at.logits.size()]));
      return true;
    });
    if (!scored) ADD_FAILURE() << scored.error().message;
    EXPECT_EQ(next, sequence.positions.size());
  }
  return total.Nse();
}

}  // namespace bantam
