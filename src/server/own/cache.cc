// GET /api/cache, GET /api/cache/export, POST /api/cache/import, POST /api/cache/clear: the
// response cache's administration, as `bantam cache` asks for it.
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/quote.h"
#include "server/api/fields.h"
#include "server/own/handlers.h"
#include "store/cache/faq_file.h"

namespace bantam::server {
namespace {

constexpr size_t kPageBytes = size_t{2} << 20;  // an entry more than this at most

Result<store::ResponseCache*> CacheOf(Server& server) {
  if (server.options.cache.cache != nullptr) return server.options.cache.cache.get();
  return Fail(ErrorCode::kNotFound, "this server keeps no replies (--cache FILE)");
}

Result<int64_t> ReadAfter(std::string_view text) {
  int64_t after = 0;
  if (text.empty()) return after;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), after);
  if (error == std::errc() && end == text.data() + text.size() && after >= 0) return after;
  return BadField("after", "must be what X-Bantam-Next said, not " + Quote(text));
}

Result<store::ClearRequest> ReadClear(const std::string& text) {
  const Json body = TRY(ParseBody(text));
  const Fields fields(body);
  store::ClearRequest request;
  request.replies = TRY(fields.Bool("replies")).value_or(true);
  request.faq = TRY(fields.Bool("faq")).value_or(false);
  request.tenant = TRY(fields.Text("tenant"));
  constexpr int64_t kLongest = int64_t{100} * 365 * 24 * 3600;
  request.older_than_s = TRY(fields.Integer("older_than_s", 0, kLongest)).value_or(0);
  return request;
}

void Answer(Call& call, const Result<Json>& json) {
  if (!json) return call.ReplyError(json.error());
  call.ReplyJson(200, *json);
}

}  // namespace

void GetCache(Server& server, const std::shared_ptr<Call>& call) {
  Answer(*call, [&]() -> Result<Json> {
    store::ResponseCache* cache = TRY(CacheOf(server));
    return store::StatsJson(TRY(cache->Stats()));
  }());
}

// A page of JSON Lines; X-Bantam-Next says how to ask for the next one.
void GetCacheExport(Server& server, const std::shared_ptr<Call>& call) {
  std::string lines;
  const auto next = [&]() -> Result<int64_t> {
    store::ResponseCache* cache = TRY(CacheOf(server));
    const int64_t after = TRY(ReadAfter(call->request().Query("after")));
    return cache->ExportPage(after, [&lines](const Json& json) -> Result<bool> {
      lines += json.Dump() + "\n";
      return lines.size() < kPageBytes;
    });
  }();
  if (!next) return call->ReplyError(next.error());
  std::vector<HttpHeader> headers;
  if (*next > 0) headers.push_back({"X-Bantam-Next", std::to_string(*next)});
  call->Reply(200, "application/x-ndjson", std::move(lines), std::move(headers));
}

// The body is an FAQ file; ?tenant=NAME&replace=true as the options of `bantam cache import`.
void PostCacheImport(Server& server, const std::shared_ptr<Call>& call) {
  Answer(*call, [&]() -> Result<Json> {
    store::ResponseCache* cache = TRY(CacheOf(server));
    const HttpRequest& request = call->request();
    auto items = store::ReadFaq(request.body, "the FAQ");
    if (!items) return Fail(ErrorCode::kInvalidArgument, items.error().message);
    TRY(cache->ImportFaq(*items, request.Query("tenant"), request.Query("replace") == "true"));
    Json json = Json::MakeObject();
    json.Set("answers", Json::Int(static_cast<int64_t>(items->size())));
    return json;
  }());
}

void PostCacheClear(Server& server, const std::shared_ptr<Call>& call) {
  Answer(*call, [&]() -> Result<Json> {
    store::ResponseCache* cache = TRY(CacheOf(server));
    const store::ClearRequest request = TRY(ReadClear(call->request().body));
    Json json = Json::MakeObject();
    json.Set("removed", Json::Int(TRY(cache->Clear(request))));
    return json;
  }());
}

}  // namespace bantam::server
