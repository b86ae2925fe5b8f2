// Service: the APIs of `bantam serve` behind an HTTP server.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "server/api/cache_options.h"
#include "server/api/call.h"
#include "server/api/library.h"
#include "server/api/lora_fields.h"
#include "server/api/metrics.h"
#include "server/host/model_host.h"
#include "server/host/task_pool.h"
#include "server/host/work_pools.h"
#include "server/http/exchange.h"
#include "server/http/origin_guard.h"
#include "server/rate_limit.h"
#include "server/static_pages.h"

namespace bantam::server {

struct RouteMatch;

struct ServiceOptions {
  std::vector<std::string> api_keys;  // empty: none is asked for
  std::string version = "0";
  uint64_t max_body_bytes = uint64_t{32} << 20;
  int max_choices = 64;  // n, and prompts of one request
  Deadlines deadlines;
  RateLimitOptions rate_limit;  // of what asks for work
  GuardOptions guard;
  store::Variables variable;                       // the environment, for pulls
  std::function<void(const CallRecord&)> on_call;  // for the log; thread-safe
  std::shared_ptr<StaticPages> pages;              // null: none
  ReplyCacheOptions cache;
  const Language* reply_language = nullptr;  // of chats that do not say; null: any
};

// What handlers see of it.
struct Server {
  Library& library;
  ModelHost& host;
  WorkPools& pools;  // where handlers run
  TaskPool& pulls;   // for downloads
  Metrics& metrics;
  LoraDefaults& lora;
  const ServiceOptions& options;
  double started_s = 0;
};

class Service final : public HttpHandler {
 public:
  Service(std::unique_ptr<Library> library, Backend backend, const HostOptions& host,
          ServiceOptions options);
  ~Service() override;

  BodyRule OnHead(const HttpRequest& head) override;
  void OnRequest(std::shared_ptr<Exchange> exchange) override;

  // Loads a model, and keeps it as the host's options say. Blocks.
  Result<void> Preload(std::string_view name);

  Server& server() { return server_; }

 private:
  BodyRule RefuseWith(const HttpRequest& head, const RouteMatch& match, int status, Error error,
                      std::vector<HttpHeader> headers);

  // Files go to the disk as they come.
  BodyRule FileRule(const HttpRequest& head, const RouteMatch& match,
                    Result<std::unique_ptr<BodySink>> sink, std::vector<HttpHeader> headers);

  const ServiceOptions options_;
  const OriginGuard guard_;
  RateLimit rate_limit_;
  const std::unique_ptr<Library> library_;
  Metrics metrics_;
  LoraDefaults lora_;
  // Their tasks use what stands below, whose threads post tasks: they stop first and go last.
  TaskPool pulls_;
  TaskPool files_;  // for large files of this machine
  WorkPools pools_;
  ModelHost host_;
  Server server_;
};

// Goes on with a call on a thread for requests of its size. False if too many wait there.
bool PostWork(Server& server, const Call& call, std::function<void()> task);

// What a request can be answered with.
enum class ModelKind : uint8_t { kAny, kText, kEncoder };

// Finds and loads a model, then goes on with `next` on a thread of its pool; what fails is the
// call's error, also a model of the other kind. `keep_alive_s`: see ModelHost.
using WithModelNext = std::function<void(ModelEntry, std::shared_ptr<Lease>)>;
void WithModel(Server& server, const std::shared_ptr<Call>& call, const std::string& name,
               std::optional<double> keep_alive_s, WithModelNext next,
               ModelKind kind = ModelKind::kText);

}  // namespace bantam::server
