// Names and the header of hits.
#include "store/cache/cached_reply.h"

#include "store/cache/response_cache.h"

namespace bantam::store {

const char* CacheMatchName(CacheMatch match) {
  switch (match) {
    case CacheMatch::kExact: return "exact";
    case CacheMatch::kNormalized: return "normalized";
    case CacheMatch::kSimilar: return "similar";
    case CacheMatch::kFaq: return "faq";
  }
  return "exact";
}

std::string CacheHit::HeaderValue() const {
  std::string value = std::string("hit; match=") + CacheMatchName(match);
  if (similarity < 1) {
    const auto hundredths = static_cast<int>(similarity * 100);
    value += std::string("; score=0.") + (hundredths < 10 ? "0" : "") + std::to_string(hundredths);
  }
  return value + "; age=" + std::to_string(age_s);
}

}  // namespace bantam::store
