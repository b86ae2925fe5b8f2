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

Json StatsJson(const CacheStats& stats) {
  Json json = Json::MakeObject();
  json.Set("replies", Json::Int(stats.replies));
  json.Set("faq_answers", Json::Int(stats.faq_answers));
  json.Set("faq_questions", Json::Int(stats.faq_questions));
  json.Set("tenants", Json::Int(stats.tenants));
  json.Set("bytes", Json::Int(stats.bytes));
  json.Set("file_bytes", Json::Int(stats.file_bytes));
  json.Set("oldest", stats.oldest_s > 0 ? Json::Int(stats.oldest_s) : Json());
  json.Set("questions_with_vectors", Json::Int(stats.with_vectors));
  json.Set("hits_ever", Json::Int(stats.hits_ever));
  Json hits = Json::MakeObject();
  for (const CacheMatch match :
       {CacheMatch::kExact, CacheMatch::kNormalized, CacheMatch::kSimilar, CacheMatch::kFaq}) {
    hits.Set(CacheMatchName(match), Json::Int(stats.hits[static_cast<size_t>(match)]));
  }
  json.Set("hits", std::move(hits));
  json.Set("misses", Json::Int(stats.misses));
  json.Set("stored", Json::Int(stats.stored));
  json.Set("evicted", Json::Int(stats.evicted));
  json.Set("dropped", Json::Int(stats.dropped));
  json.Set("failures", Json::Int(stats.failures));
  json.Set("last_failure", stats.last_failure.empty() ? Json() : Json::String(stats.last_failure));
  return json;
}

}  // namespace bantam::store
