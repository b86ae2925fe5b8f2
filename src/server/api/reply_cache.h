// ReplyCache: which chats the response cache answers, and replies on their way into it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/api/cache_options.h"
#include "server/api/chat_request.h"
#include "server/api/reply.h"
#include "server/http/exchange.h"
#include "store/cache/response_cache.h"

namespace bantam::server {

// What makes one chat's reply another's. Taken before the request's parts move on.
class CacheableChat {
 public:
  // Nothing for what no kept reply and no answer of the FAQ is given for: several choices,
  // log-probabilities, tools, replies that go on with a begun one; and sampled ones unless options
  // say so, or the FAQ may have them.
  static std::optional<CacheableChat> From(const ReplyCacheOptions& options,
                                           const std::string& tenant, const ChatRequest& request,
                                           const ModelEntry& entry, const Model& model);

  // Once the prompt is known; `trimmed`: some of the chat was left out of it.
  store::CacheQuery Query(std::span<const TokenId> prompt, bool trimmed,
                          const std::shared_ptr<Lease>& lease) const;

 private:
  CacheableChat(const std::string& tenant, const std::string& model) : key_(tenant, model) {}

  store::CacheKeyBuilder key_;
  std::string question_;
  bool kept_ = false;   // replies are
  bool plain_ = false;  // the question may be found in another spelling
  bool first_ = false;  // nothing but the system spoke before it
  int max_tokens_ = -1;
  std::vector<std::string> stop_;
};

// Whether the client asks for a reply that was not kept (Cache-Control: no-cache, RFC 9111).
bool WantsNewReply(const HttpRequest& request);

// Says a kept reply as if it came from the engine; `language`: the one it must be in, or null.
void SayCached(const store::CacheHit& hit, const Language* language, ReplySink& sink);

// Passes a reply on and keeps it if it ends as it should.
std::shared_ptr<ReplySink> KeepReply(std::shared_ptr<store::ResponseCache> cache,
                                     store::CacheQuery query, std::shared_ptr<ReplySink> sink);

}  // namespace bantam::server
