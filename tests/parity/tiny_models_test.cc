// Every architecture, rope scaling and weight type against transformers' float32 logits, on the
// tiny models of tests/golden/models.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "golden_models.h"
#include "reference_logits.h"
#include "scored_model.h"

namespace bantam {
namespace {

// The log-probabilities that Score reports must be those of the logits it hands over.
void CheckReport(const ScoredPosition& at, const std::vector<float>& before) {
  const auto log_sum = [](std::span<const float> logits) {
    double sum = 0;
    const float most = *std::max_element(logits.begin(), logits.end());
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit - most));
    return static_cast<double>(most) + std::log(sum);
  };
  ASSERT_EQ(at.logprob.has_value(), at.pos > 0);
  if (!before.empty()) {
    const double want = static_cast<double>(before[static_cast<size_t>(at.token)]);
    EXPECT_NEAR(*at.logprob, want - log_sum(before), 1e-4);
  }
  ASSERT_EQ(at.top.size(), 3U);
  const float most = *std::max_element(at.logits.begin(), at.logits.end());
  EXPECT_EQ(at.logits[static_cast<size_t>(at.top[0].first)], most);
  const double first = static_cast<double>(at.top[0].second);
  EXPECT_NEAR(first, static_cast<double>(most) - log_sum(at.logits), 1e-4);
  EXPECT_GE(at.top[0].second, at.top[1].second);
  EXPECT_GE(at.top[1].second, at.top[2].second);
}

// Scores one reference sequence; the error of all its kept positions, reported singly if above.
Difference CompareSequence(Engine& engine, const ReferenceSequence& want, double bound) {
  Difference total;
  size_t next = 0;
  int seen = 0;
  std::vector<float> before;
  const auto scored = engine.Score(want.tokens, 3, 0, [&](const ScoredPosition& at) {
    EXPECT_EQ(at.pos, seen++);
    EXPECT_EQ(at.token, want.tokens[static_cast<size_t>(at.pos)]);
    CheckReport(at, before);
    before.assign(at.logits.begin(), at.logits.end());
    if (next < want.positions.size() && want.positions[next] == at.pos) {
      const Difference here = Compare(at.logits, &want.logits[next * at.logits.size()]);
      EXPECT_LT(here.Nse(), bound) << "at position " << at.pos << " of " << want.tokens.size();
      total.Add(here);
      ++next;
    }
    return true;
  });
  if (!scored) ADD_FAILURE() << scored.error().message;
  EXPECT_EQ(seen, static_cast<int>(want.tokens.size()));
  EXPECT_EQ(next, want.positions.size());
  return total;
}

class TinyModel : public testing::TestWithParam<std::string> {
 protected:
  void Check(Precision precision, double bound) {
    const auto reference = ReadReferenceLogits(kGoldenModels + GetParam() + ".ref");
    ASSERT_TRUE(reference.has_value()) << reference.error().message;
    // As many tokens as are asked for: some models choose their rotations by the context.
    size_t context = 0;
    for (const auto& sequence : reference->sequences) {
      context = std::max(context, sequence.tokens.size());
    }
    LoadOptions load;
    load.precision = precision;
    load.threads = 1;
    const auto engine =
        LoadEngine(kGoldenModels + GetParam() + ".gguf", load, static_cast<int>(context));
    ASSERT_NE(engine, nullptr);
    Difference total;
    for (const ReferenceSequence& sequence : reference->sequences) {
      total.Add(CompareSequence(*engine, sequence, bound));
    }
    EXPECT_LT(total.Nse(), bound);
    RecordProperty("nse", std::to_string(total.Nse() * 1e9) + "e-9");
  }
};

TEST_P(TinyModel, ExactEqualsTransformers) {
  Check(Precision::kExact, kExactBound);
}
TEST_P(TinyModel, FastStaysClose) {
  Check(Precision::kFast, kFastBound);
}

INSTANTIATE_TEST_SUITE_P(All, TinyModel, testing::ValuesIn(GoldenModelNames()),
                         [](const auto& test) { return test.param; });

TEST(TinyModels, AreAllThere) {
  EXPECT_GE(GoldenModelNames().size(), 36U);
}

}  // namespace
}  // namespace bantam
