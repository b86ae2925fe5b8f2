// CacheContents: what is in a response cache, wherever it is: in a file, or with a server that
// runs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"
#include "store/cache/faq_file.h"

namespace bantam::store {

struct CacheStats {
  int64_t replies = 0;
  int64_t faq_answers = 0;
  int64_t faq_questions = 0;
  int64_t tenants = 0;  // that have replies
  int64_t bytes = 0;    // of replies and questions
  int64_t file_bytes = 0;
  int64_t oldest_s = 0;      // of replies; 0: none
  int64_t hits_ever = 0;     // of what is in the file
  int64_t with_vectors = 0;  // questions that have one
  // Since Open.
  int64_t hits[4] = {};  // by CacheMatch
  int64_t misses = 0;
  int64_t stored = 0;
  int64_t evicted = 0;
  int64_t dropped = 0;   // too large, or too many waiting
  int64_t failures = 0;  // of reading or writing the file
  std::string last_failure;
};

struct ClearRequest {
  bool replies = true;
  bool faq = false;
  std::optional<std::string> tenant = std::nullopt;  // unset: every tenant's
  int64_t older_than_s = 0;                          // replies only; 0: all
};

class CacheContents {
 public:
  virtual ~CacheContents() = default;

  // Adds answers, all or none; a question that is there already gets the new answer. `replace`:
  // the tenant's others go. `tenant`: whose requests they answer; "": everybody's. Fails if they
  // would fill more than half of max_bytes.
  virtual Result<void> ImportFaq(const std::vector<FaqItem>& items, std::string_view tenant,
                                 bool replace) = 0;

  virtual Result<CacheStats> Stats() = 0;
  // How many replies and answers went.
  virtual Result<int64_t> Clear(const ClearRequest& request) = 0;

  // Everything, an object each: {"kind": "reply", "question": …, "answer": …, …}, and FAQ answers
  // as their file's lines, with "kind": "faq". From a file: blocks writing meanwhile. Stops at the
  // first error of `take`.
  virtual Result<void> Export(const std::function<Result<void>(const Json&)>& take) = 0;
};

// Stats as /metrics and `bantam cache stats --json` show them, and back: what is missing or no
// number is 0.
Json StatsJson(const CacheStats& stats);
CacheStats ReadStats(const Json& json);

}  // namespace bantam::store
