// What the response cache keeps, how it is asked, and what it answers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/cache/cache_key.h"

namespace bantam::store {

struct CachedReply {
  std::string text;
  std::vector<int32_t> tokens;
  std::string finish_reason;
  std::string stop_string;  // that ended it, if one did
  int prompt_tokens = 0;
  int generated_tokens = 0;
  std::string logprobs_json;  // empty: none
  std::string extra_json;     // the caller's own (tool calls and the like); empty: none
};

struct CacheQuery {
  CacheKey key;
  // The user's question where nothing else of the prompt differs within `key.context`: for
  // normalised and similar matching. Empty: exact matching alone. Over 1,000 bytes: as if empty.
  std::string question;
  // Whether a reply that was kept would do.
  bool replies = true;
  // Whether an answer of the FAQ would do: a plain question, no tools, no shape, no
  // log-probabilities.
  bool faq = false;
  // Whether this one would; unset: any. It is called by Find alone, and must be quick.
  std::function<bool(std::string_view answer)> faq_fits = {};
};

enum class CacheMatch : uint8_t { kExact, kNormalized, kSimilar, kFaq };

const char* CacheMatchName(CacheMatch match);  // "exact", "normalized", "similar", "faq"

struct CacheHit {
  CachedReply reply;
  CacheMatch match = CacheMatch::kExact;
  float similarity = 1;          // below 1: found by similarity
  std::string matched_question;  // whose answer it is; empty for kExact
  int64_t created_s = 0;         // since 1970
  int64_t age_s = 0;

  // For the header X-Bantam-Cache: "hit; match=similar; score=0.93; age=12".
  std::string HeaderValue() const;
};

}  // namespace bantam::store
