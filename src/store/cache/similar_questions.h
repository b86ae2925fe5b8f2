// SimilarQuestions: which of the known questions one is a rewording of, if any.
#pragma once

#ifdef BANTAM_SQLITE

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"
#include "store/cache/cache_table.h"
#include "store/cache/question_traits.h"

namespace bantam::store {

class SimilarQuestions {
 public:
  struct Best {
    int64_t entry = 0;
    float score = 0;
    std::string text;
  };

  // `vector` of the question, by that encoder; without one words alone are compared, if `lexical`.
  SimilarQuestions(std::string_view question, const std::optional<std::vector<float>>& vector,
                   std::string_view encoder, float least, bool lexical);

  // Only questions of the same content can be rewordings: an index finds them.
  Sha256::Digest content() const { return ContentHash(traits_); }

  // For CacheTable::Scan; false once kMostQuestions have been seen.
  bool Compare(const KnownQuestion& known);

  const std::optional<Best>& best() const { return best_; }

  // Newer questions are kept, older ones not compared.
  static constexpr int kMostQuestions = 1000;

 private:
  const QuestionTraits traits_;
  const std::optional<std::vector<float>>& vector_;
  const std::string_view encoder_;
  const float least_;
  const bool lexical_;
  int n_seen_ = 0;
  std::optional<Best> best_;
};

}  // namespace bantam::store

#endif  // BANTAM_SQLITE
