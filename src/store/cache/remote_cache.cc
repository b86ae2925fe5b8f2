// Requests to a server's administration of its cache.
#include "store/cache/remote_cache.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "net/address.h"
#include "net/own_address.h"
#include "net/url.h"

namespace bantam::store {
namespace {

constexpr uint64_t kMaxAnswerBytes = uint64_t{64} << 20;

// {"error": "…"} of the server, or what else it said.
std::string SaidBy(const net::HttpHop& hop) {
  const auto json = Json::Parse(hop.error_body);
  const Json* error = json && json->is_object() ? json->Find("error") : nullptr;
  if (error != nullptr && error->is_string()) return error->AsString();
  return "status " + std::to_string(hop.status);
}

ErrorCode CodeOf(int status) {
  if (status == 404 || status == 405) return ErrorCode::kNotFound;
  return status >= 400 && status < 500 ? ErrorCode::kInvalidArgument : ErrorCode::kIo;
}

}  // namespace

Result<std::unique_ptr<RemoteCache>> RemoteCache::Open(const std::string& server,
                                                       const std::string& key,
                                                       net::Variables variable) {
  const net::Url url = TRY(net::Url::Parse(server));
  if (url.path != "/") {
    return Fail(
        ErrorCode::kInvalidArgument,
        "a server's URL ends with its port, as in http://127.0.0.1:11434, not " + Quote(server));
  }
  net::HttpOptions options;
  const bool here = net::KindOfHost(url.host) == net::AddressKind::kLoopback;
  options.variable = [variable = std::move(variable),
                      here](const char* name) -> std::optional<std::string> {
    const std::string_view text(name);
    if (here && (text.ends_with("_proxy") || text.ends_with("_PROXY"))) return std::nullopt;
    return variable(name);
  };
  options.stall_s = 120;  // a large cache is cleared in one go
  return std::unique_ptr<RemoteCache>(new RemoteCache(url, key, std::move(options)));
}

bool RemoteCache::IsHere(const std::string& server) {
  const auto url = net::Url::Parse(server);
  return url && net::IsThisMachine(url->host);
}

Result<RemoteCache::Answer> RemoteCache::Ask(const std::string& path,
                                             std::optional<std::string> post) const {
  Answer answer;
  net::HttpRequest request;
  request.url = server_ + path;
  request.token = key_;
  request.post = std::move(post);
  request.max_bytes = kMaxAnswerBytes;
  request.on_body = [&answer](std::span<const uint8_t> bytes) -> Result<void> {
    answer.body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  };
  const net::HttpResult result = client_.Get(request);
  if (!result) return std::unexpected(result.error().error);
  if (result->status() == 401 && key_stays_) {
    return Fail(ErrorCode::kInvalidArgument,
                "the server at " + server_ +
                    " wants a key, which was not sent: a key goes only over https, or to a "
                    "private address such as http://192.168.1.5:11434");
  }
  if (result->status() != 200) {
    return Fail(CodeOf(result->status()),
                "the server at " + server_ + ": " + SaidBy(result->last()));
  }
  if (const std::string* next = result->last().Find("x-bantam-next")) answer.next = *next;
  return answer;
}

Result<Json> RemoteCache::AskJson(const std::string& path, std::optional<std::string> post) const {
  const Answer answer = TRY(Ask(path, std::move(post)));
  auto json = Json::Parse(answer.body);
  if (json && json->is_object()) return json;
  return Fail(ErrorCode::kCorrupt, "the server at " + server_ + " answers what is no JSON object");
}

Result<void> RemoteCache::ImportFaq(const std::vector<FaqItem>& items, std::string_view tenant,
                                    bool replace) {
  std::string lines;
  for (const FaqItem& item : items) lines += FaqLine(item);
  const std::string query = "?tenant=" + net::EncodePath(tenant) + (replace ? "&replace=true" : "");
  (void)TRY(Ask("/api/cache/import" + query, std::move(lines)));
  return {};
}

Result<CacheStats> RemoteCache::Stats() {
  const Json json = TRY(AskJson("/api/cache", std::nullopt));
  return ReadStats(json);
}

Result<int64_t> RemoteCache::Clear(const ClearRequest& request) {
  Json body = Json::MakeObject();
  body.Set("replies", Json::Bool(request.replies));
  body.Set("faq", Json::Bool(request.faq));
  if (request.tenant) body.Set("tenant", Json::String(*request.tenant));
  body.Set("older_than_s", Json::Int(request.older_than_s));
  const Json json = TRY(AskJson("/api/cache/clear", body.Dump()));
  const Json* removed = json.Find("removed");
  if (removed != nullptr && removed->is_number()) return removed->AsInt();
  return Fail(ErrorCode::kCorrupt, "the server at " + server_ + " does not say what it removed");
}

Result<void> RemoteCache::Export(const std::function<Result<void>(const Json&)>& take) {
  std::string after = "0";
  while (!after.empty()) {
    const Answer page = TRY(Ask("/api/cache/export?after=" + net::EncodePath(after), std::nullopt));
    if (page.next == after) {
      return Fail(ErrorCode::kCorrupt, "the server at " + server_ + " gives the same page again");
    }
    std::string_view rest = page.body;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      auto json = Json::Parse(rest.substr(0, end));
      if (!json || !json->is_object()) {
        return Fail(ErrorCode::kCorrupt, "the server at " + server_ + " sends what is no entry");
      }
      TRY(take(*json));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    after = page.next;
  }
  return {};
}

}  // namespace bantam::store
