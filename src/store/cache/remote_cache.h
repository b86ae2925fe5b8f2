// RemoteCache: the response cache of a server that runs, through its administration
// (/api/cache, docs/api.md).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "net/http_client.h"
#include "store/cache/cache_contents.h"

namespace bantam::store {

// Each call is a request and blocks; its errors name the server. Fails with kNotFound where there
// is no such server or it has no cache, kInvalidArgument where it wants a key or does not let us,
// kUnsupported in a build without network.
class RemoteCache : public CacheContents {
 public:
  // `server`: "http://127.0.0.1:11434". `key` may be empty. `variable`: the environment, for
  // proxies (not to this machine itself) and certificates.
  static Result<std::unique_ptr<RemoteCache>> Open(const std::string& server,
                                                   const std::string& key, net::Variables variable);

  // Whether a server's URL is of this machine.
  static bool IsHere(const std::string& server);

  Result<void> ImportFaq(const std::vector<FaqItem>& items, std::string_view tenant,
                         bool replace) override;
  Result<CacheStats> Stats() override;
  Result<int64_t> Clear(const ClearRequest& request) override;
  // In pages: what changes meanwhile may be missed.
  Result<void> Export(const std::function<Result<void>(const Json&)>& take) override;

 private:
  struct Answer {
    std::string body;
    std::string next;  // where the next page begins; empty: nowhere
  };

  RemoteCache(const net::Url& server, std::string key, net::HttpOptions options)
      : server_(server.Origin()),
        key_(std::move(key)),
        key_stays_(!key_.empty() && !net::MayCarryToken(server)),
        client_(std::move(options)) {}
  Result<Answer> Ask(const std::string& path, std::optional<std::string> post) const;
  Result<Json> AskJson(const std::string& path, std::optional<std::string> post) const;

  std::string server_;  // without a '/' at its end
  std::string key_;
  bool key_stays_;  // it is not sent: it would cross a network in the clear
  net::HttpClient client_;
};

}  // namespace bantam::store
