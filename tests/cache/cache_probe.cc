// cache_probe FAQ [VECTORS [LEAST]]: answers JSON strings, one a line, from the FAQ through a cache
// of its own. VECTORS has lines {"text": …, "vector": […]}: what an encoder would give; "words" in
// its place compares words alone. Each reply is a line of JSON: null, or what matched and the
// score.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "base/test_directory.h"
#include "store/cache/response_cache.h"

namespace {

using bantam::Json;
using bantam::Result;
namespace store = bantam::store;

class KnownVectors : public store::Embedder {
 public:
  explicit KnownVectors(const std::string& path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      const auto json = Json::Parse(line);
      if (!json) continue;
      std::vector<float>& vector = vectors_[json->Find("text")->AsString()];
      vector.clear();  // texts may come twice
      for (const Json& value : json->Find("vector")->items()) {
        vector.push_back(static_cast<float>(value.AsDouble()));
      }
    }
  }
  std::string id() const override { return "probe"; }
  Result<std::vector<float>> Embed(std::string_view text) override {
    const auto found = vectors_.find(std::string(text));
    if (found != vectors_.end()) return found->second;
    return bantam::Fail(bantam::ErrorCode::kNotFound, "no vector for " + std::string(text));
  }

 private:
  std::map<std::string, std::vector<float>> vectors_;
};

int Stop(const std::string& message) {
  std::cerr << "cache_probe: " << message << "\n";
  return 1;
}

Json Reply(const std::optional<store::CacheHit>& hit, uint64_t nanoseconds) {
  Json json = Json::MakeObject();
  json.Set("ns", Json::Int(static_cast<int64_t>(nanoseconds)));
  if (!hit) return json;
  json.Set("match", Json::String(store::CacheMatchName(hit->match)));
  json.Set("score", Json::Double(hit->similarity));
  json.Set("question", Json::String(hit->matched_question));
  json.Set("answer", Json::String(hit->reply.text));
  return json;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return Stop("usage: cache_probe FAQ [VECTORS|words [LEAST]]");
  std::ifstream file(argv[1], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto items = store::ReadFaq(text, argv[1]);
  if (!items) return Stop(items.error().message);
  store::CacheOptions options;
  options.normalize = true;
  if (argc > 2 && std::string(argv[2]) == "words") {
    options.lexical = true;
  } else if (argc > 2) {
    options.embedder = std::make_shared<KnownVectors>(argv[2]);
  }
  if (argc > 3) options.min_similarity = std::strtof(argv[3], nullptr);
  const bantam::TestDirectory directory;
  const auto cache = store::ResponseCache::Open(directory.File("cache"), options);
  if (!cache) return Stop(cache.error().message);
  const auto imported = (*cache)->ImportFaq(*items, "", false);
  if (!imported) return Stop(imported.error().message);
  const auto flushed = (*cache)->Flush();
  if (!flushed) return Stop(flushed.error().message);
  for (std::string line; std::getline(std::cin, line);) {
    const auto question = Json::Parse(line);
    if (!question || !question->is_string()) return Stop("expected a JSON string: " + line);
    store::CacheQuery query;
    query.key = store::CacheKeyBuilder("", "probe").AddPrompt("p", question->AsString()).Finish();
    query.question = question->AsString();
    query.faq = true;
    const uint64_t start = bantam::MonotonicNanoseconds();
    const auto hit = (*cache)->Find(query);
    std::cout << Reply(hit, bantam::MonotonicNanoseconds() - start).Dump() << "\n";
  }
  const auto stats = (*cache)->Stats();
  if (stats && stats->failures > 0) return Stop(stats->last_failure);
  return 0;
}
