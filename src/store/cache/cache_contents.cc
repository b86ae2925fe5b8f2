// Stats as JSON.
#include "store/cache/cache_contents.h"

#include "store/cache/cached_reply.h"

namespace bantam::store {
namespace {

constexpr CacheMatch kMatches[] = {CacheMatch::kExact, CacheMatch::kNormalized,
                                   CacheMatch::kSimilar, CacheMatch::kFaq};

int64_t Number(const Json& json, const char* name) {
  const Json* member = json.is_object() ? json.Find(name) : nullptr;
  if (member == nullptr || !member->is_number()) return 0;
  return member->AsInt().value_or(0);
}

}  // namespace

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
  for (const CacheMatch match : kMatches) {
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

CacheStats ReadStats(const Json& json) {
  CacheStats stats;
  stats.replies = Number(json, "replies");
  stats.faq_answers = Number(json, "faq_answers");
  stats.faq_questions = Number(json, "faq_questions");
  stats.tenants = Number(json, "tenants");
  stats.bytes = Number(json, "bytes");
  stats.file_bytes = Number(json, "file_bytes");
  stats.oldest_s = Number(json, "oldest");
  stats.with_vectors = Number(json, "questions_with_vectors");
  stats.hits_ever = Number(json, "hits_ever");
  if (const Json* hits = json.is_object() ? json.Find("hits") : nullptr) {
    for (const CacheMatch match : kMatches) {
      stats.hits[static_cast<size_t>(match)] = Number(*hits, CacheMatchName(match));
    }
  }
  stats.misses = Number(json, "misses");
  stats.stored = Number(json, "stored");
  stats.evicted = Number(json, "evicted");
  stats.dropped = Number(json, "dropped");
  stats.failures = Number(json, "failures");
  const Json* failure = json.is_object() ? json.Find("last_failure") : nullptr;
  if (failure != nullptr && failure->is_string()) stats.last_failure = failure->AsString();
  return stats;
}

}  // namespace bantam::store
