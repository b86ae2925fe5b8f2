// Dot products, then what must agree.
#include "store/cache/similar_questions.h"

#ifdef BANTAM_SQLITE

#include <algorithm>
#include <cstring>

namespace bantam::store {
namespace {

// `bytes`: float32 in this machine's order, aligned or not; nothing if it is another length.
std::optional<float> Dot(const std::vector<float>& a, std::span<const uint8_t> bytes) {
  if (bytes.size() != a.size() * sizeof(float)) return std::nullopt;
  constexpr size_t kLanes = 8;
  float sums[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes) {
    float b[kLanes];
    std::memcpy(b, bytes.data() + i * sizeof(float), sizeof b);
    for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[lane];
  }
  float sum = 0;
  for (; i < a.size(); ++i) {
    float b = 0;
    std::memcpy(&b, bytes.data() + i * sizeof(float), sizeof b);
    sum += a[i] * b;
  }
  for (const float lane : sums) sum += lane;
  return sum;
}

}  // namespace

SimilarQuestions::SimilarQuestions(std::string_view question,
                                   const std::optional<std::vector<float>>& vector,
                                   std::string_view encoder, float least, bool lexical)
    : traits_(TraitsOf(question)),
      vector_(vector),
      encoder_(encoder),
      least_(least),
      lexical_(lexical) {}

bool SimilarQuestions::Compare(const KnownQuestion& known) {
  if (++n_seen_ > kMostQuestions) return false;
  std::optional<float> cosine;
  if (vector_ && known.encoder == encoder_) cosine = Dot(*vector_, known.vector);
  if (!cosine && !lexical_) return true;
  // A cosine this low is never made up for by common words: most questions end here.
  if (cosine && !lexical_ && *cosine < least_ - kMostWordsGive) return true;
  const QuestionTraits traits = TraitsOf(known.text);
  const float score = QuestionScore(traits_, traits, cosine);
  if (!(score >= (cosine ? least_ : kLeastWords)) || (best_ && best_->score >= score)) return true;
  if (!TraitsAgree(traits_, traits)) return true;
  best_ =
      Best{.entry = known.entry, .score = std::min(score, 0.999F), .text = std::string(known.text)};
  return true;
}

}  // namespace bantam::store

#endif  // BANTAM_SQLITE
