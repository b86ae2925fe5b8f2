// From a request's head to its handler.
#include "server/service.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <iterator>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/quote.h"
#include "server/api/fields.h"
#include "server/api/status_of.h"
#include "server/http/syntax.h"
#include "server/ollama/blob_sink.h"
#include "server/ollama/handlers.h"
#include "server/own/handlers.h"
#include "server/own/import_sink.h"
#include "server/routes.h"
#include "store/cache/faq_file.h"
#include "store/incoming.h"

namespace bantam::server {
namespace {

// Compares without telling by its time how much was right.
bool SameSecret(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^
                  static_cast<unsigned char>(b.empty() ? 0 : b[i % b.size()]);
  }
  return difference == 0;
}

// The index of the key a request carries: -1 if none is right.
int KeyOf(const HttpRequest& head, const std::vector<std::string>& keys) {
  std::string_view sent = head.Header("authorization");
  constexpr std::string_view kBearer = "Bearer ";
  const bool bearer = EqualIgnoringCase(sent.substr(0, kBearer.size()), kBearer);
  sent = bearer ? sent.substr(kBearer.size()) : head.Header("x-api-key");
  int found = -1;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (SameSecret(sent, keys[i])) found = static_cast<int>(i);
  }
  return found;
}

// Who shares a key shares its turns and limits; without keys every address has its own.
std::string ClientOf(const HttpRequest& head, int key) {
  return key >= 0 ? "key " + std::to_string(key) : head.peer;
}

// Whether a proxy asks for somebody else, whatever it says of whom: who asks can send such a header
// too, before the proxy's.
bool IsForwarded(const HttpRequest& head) {
  constexpr std::string_view kNames[] = {"forwarded", "x-forwarded-for", "x-real-ip", "via"};
  return std::ranges::any_of(head.headers, [&kNames](const HttpHeader& header) {
    return std::ranges::find(kNames, header.name) != std::end(kNames);
  });
}

// From this machine and not through a proxy on it.
bool IsLocal(const HttpRequest& head) {
  return head.loopback && !IsForwarded(head);
}

// Why a request with a right key, where keys are asked for, is refused all the same; or null.
const char* WhyNotFromThere(Access access, size_t n_keys, const HttpRequest& head) {
  if (access == Access::kStore && n_keys == 0 && IsForwarded(head)) {
    return "through a proxy, models are added, changed and removed with a key only (--api-key)";
  }
  if (access == Access::kKept && n_keys > 1 && !IsLocal(head)) {
    return "this is for this machine only: it is about what all keys share";
  }
  if ((access == Access::kFile || access == Access::kKept) && n_keys == 0 && !IsLocal(head)) {
    return "this is for this machine only, or with a key (--api-key)";
  }
  return nullptr;
}

void Refuse(Exchange& exchange, Flavour flavour, int status, const Error& error,
            std::vector<HttpHeader> headers = {}) {
  headers.push_back({"Content-Type", "application/json"});
  exchange.Reply(status, std::move(headers), ErrorBody(flavour, status, error).Dump());
}

EngineEvents EventsFor(Metrics& metrics) {
  EngineEvents events;
  events.on_finish = [&metrics](const RunningJob&, const JobResult& result) {
    const GenerationStats& stats = result.generation.stats;
    metrics.prompt_tokens += static_cast<uint64_t>(stats.prompt_tokens);
    metrics.cached_tokens += static_cast<uint64_t>(stats.cached_tokens);
    if (result.generation.finish == FinishReason::kCancelled) ++metrics.cancelled;
    if (result.generation.shortened_at) ++metrics.shortened;
  };
  events.on_first_token = [&metrics](double seconds) { metrics.first_token.Add(seconds); };
  events.on_tokens = [&metrics](int tokens) {
    metrics.generated_tokens += static_cast<uint64_t>(tokens);
  };
  events.on_between = [&metrics](double seconds) { metrics.between.Add(seconds); };
  return events;
}

}  // namespace

Service::Service(std::unique_ptr<Library> library, Backend backend, const HostOptions& host,
                 ServiceOptions options)
    : options_(std::move(options)),
      guard_(options_.guard),
      rate_limit_(options_.rate_limit),
      library_(std::move(library)),
      pulls_(4, 16),
      files_(2, 64),
      host_(std::move(backend), host, EventsFor(metrics_)),
      server_{*library_, host_, pools_,   pulls_,
              metrics_,  lora_, options_, static_cast<double>(UnixSeconds())} {
  if (library_->store()) store::Incoming::Sweep(*library_->store());
}

Service::~Service() {
  pools_.Stop();
  files_.Stop();
  pulls_.Stop();
}

BodyRule Service::RefuseWith(const HttpRequest& head, const RouteMatch& match, int status,
                             Error error, std::vector<HttpHeader> headers) {
  metrics_.CountRequest("refused", status);
  if (options_.on_call) {
    CallRecord record;
    record.method = head.method;
    record.route = match.route == nullptr ? "other" : match.route->path;
    record.peer = head.peer;
    record.status = status;
    record.error = error.message;
    options_.on_call(record);
  }
  BodyRule rule;
  rule.refuse = [flavour = match.flavour, status, error = std::move(error),
                 headers = std::move(headers)](Exchange& exchange) {
    Refuse(exchange, flavour, status, error, headers);
  };
  return rule;
}

BodyRule Service::OnHead(const HttpRequest& head) {
  BodyRule rule;
  const RouteMatch match = FindRoute(head.method, head.path);
  if (auto why = guard_.Refuse(head)) {
    return RefuseWith(head, match, 403, {ErrorCode::kInvalidArgument, *std::move(why)}, {});
  }
  std::vector<HttpHeader> headers = guard_.CorsHeaders(head);
  if (OriginGuard::IsPreflight(head)) {
    rule.refuse = [headers = std::move(headers)](Exchange& exchange) {
      exchange.Reply(204, headers, "");
    };
    return rule;
  }
  if (options_.pages != nullptr && options_.pages->Has(head)) return rule;
  if (match.route == nullptr && match.path_known) {
    headers.push_back({"Allow", match.allowed});
    const std::string what = "this path answers " + match.allowed + ", not " + Quote(head.method);
    return RefuseWith(head, match, 405, {ErrorCode::kInvalidArgument, what}, std::move(headers));
  }
  if (match.route == nullptr) {
    return RefuseWith(head, match, 404, {ErrorCode::kNotFound, "there is nothing at this path"},
                      std::move(headers));
  }
  const int key = KeyOf(head, options_.api_keys);
  if (match.route->access != Access::kOpen && !options_.api_keys.empty() && key < 0) {
    headers.push_back({"WWW-Authenticate", "Bearer"});
    return RefuseWith(head, match, 401,
                      {ErrorCode::kInvalidArgument,
                       "this server wants a key: send it as \"Authorization: Bearer KEY\""},
                      std::move(headers));
  }
  const Access access = match.route->access;
  if (const char* why = WhyNotFromThere(access, options_.api_keys.size(), head)) {
    return RefuseWith(head, match, 403, {ErrorCode::kInvalidArgument, why}, std::move(headers));
  }
  const bool asks_work = head.method == "POST" || match.route->work == Work::kModel;
  if (match.route->access != Access::kOpen && asks_work) {
    if (const auto wait = rate_limit_.Refuse(ClientOf(head, key), MonotonicSeconds())) {
      headers.push_back({"Retry-After", std::to_string(*wait)});
      return RefuseWith(head, match, 429,
                        {ErrorCode::kResourceExhausted,
                         "too many requests: try again in " + std::to_string(*wait) + " s"},
                        std::move(headers));
    }
  }
  rule.limit = options_.max_body_bytes;
  if (match.route->handler == PostCacheImport) {
    rule.limit = std::max<uint64_t>(rule.limit, store::kMaxFaqFileBytes);
  }
  if (match.route->handler == PostImport) {
    return FileRule(head, match, ImportSink::Create(library_->store(), head.Query("name")),
                    std::move(headers));
  }
  if (match.route->handler == PostBlob) {
    return FileRule(head, match, BlobSink::Create(library_->store(), head.path),
                    std::move(headers));
  }
  return rule;
}

BodyRule Service::FileRule(const HttpRequest& head, const RouteMatch& match,
                           Result<std::unique_ptr<BodySink>> sink,
                           std::vector<HttpHeader> headers) {
  if (!sink) {
    return RefuseWith(head, match, StatusOf(sink.error().code), sink.error(), std::move(headers));
  }
  BodyRule rule;
  rule.limit = kMaxImportBytes;
  rule.sink = *std::move(sink);
  return rule;
}

void Service::OnRequest(std::shared_ptr<Exchange> exchange) {
  const HttpRequest& request = exchange->request();
  const RouteMatch match = FindRoute(request.method, request.path);
  if (options_.pages != nullptr && options_.pages->Has(request)) {
    return options_.pages->Answer(*exchange);
  }
  if (match.route == nullptr) {
    return Refuse(*exchange, match.flavour, 404,
                  {ErrorCode::kNotFound, "there is nothing at this path"});
  }
  const int key = KeyOf(request, options_.api_keys);
  const std::string client = ClientOf(request, key);
  ++metrics_.open_requests;
  auto headers = guard_.CorsHeaders(request);
  const auto call =
      std::make_shared<Call>(std::move(exchange), match.route->flavour, match.route->path, client,
                             std::move(headers), [this](const CallRecord& record) {
                               --metrics_.open_requests;
                               metrics_.CountRequest(record.route, record.status);
                               metrics_.request.Add(record.seconds);
                               if (options_.on_call) options_.on_call(record);
                             });
  if (key >= 0) call->set_key(options_.api_keys[static_cast<size_t>(key)]);
  call->WatchClient();
  auto task = [this, call, handler = match.route->handler] { handler(server_, call); };
  const bool posted = match.route->work == Work::kFiles ? files_.Post(std::move(task), client)
                                                        : PostWork(server_, *call, std::move(task));
  if (!posted) {
    call->ReplyError({ErrorCode::kResourceExhausted, "too many requests wait; try again later"});
  }
}

bool PostWork(Server& server, const Call& call, std::function<void()> task) {
  return server.pools.For(call.request().body.size()).Post(std::move(task), call.client());
}

Result<void> Service::Preload(std::string_view name) {
  const ModelEntry entry = TRY(library_->Find(name));
  std::promise<Result<void>> done;
  host_.Acquire({.path = entry.path, .identity = entry.identity, .name = entry.name},
                [&done](Result<std::shared_ptr<Lease>> lease) {
                  done.set_value(lease ? Result<void>() : std::unexpected(lease.error()));
                });
  return done.get_future().get();
}

namespace {

// Known before anything is loaded.
Result<ModelEntry> FindKind(const Library& library, const std::string& name, ModelKind kind) {
  if (name.empty() && kind == ModelKind::kEncoder) return library.FirstEncoder();
  ModelEntry entry = TRY(library.Find(name));
  const auto info = library.Inspect(entry);
  if (!info || kind == ModelKind::kAny || info->encoder == (kind == ModelKind::kEncoder)) {
    return entry;
  }
  return BadField("model", Quote(entry.name) +
                               (info->encoder ? " is an encoder: it gives embeddings, and writes "
                                                "no text"
                                              : " writes text; embeddings need an encoder"));
}

// What somebody wants a model for.
struct Wanted {
  std::string name;
  std::optional<double> keep_alive_s;
  WithModelNext next;
  ModelKind kind = ModelKind::kAny;
  int tries = 3;  // of loading, while the files are replaced again and again
};

const std::string& NameOf(const Wanted& wanted, const ModelEntry& entry) {
  return wanted.name.empty() ? entry.name : wanted.name;
}

// The client's name for the model where a message says the place of its files.
Error Named(Error error, const std::string& path, const std::string& name) {
  std::string& text = error.message;
  const auto stands_alone = [&](size_t at) {
    const size_t end = at + path.size();
    const bool begins = at == 0 || std::string_view(" ('\"").contains(text[at - 1]);
    return begins && end < text.size() && std::string_view(":/'\"").contains(text[end]);
  };
  for (size_t at = 0; (at = text.find(path, at)) != std::string::npos;) {
    const bool is_place = stands_alone(at);
    if (is_place) text.replace(at, path.size(), name);
    at += is_place ? name.size() : path.size();
  }
  return error;
}

void Provide(Server& server, const std::shared_ptr<Call>& call, const Wanted& wanted);

// What has just been loaded, or could not be, may be other files than those that have the name now.
void UseLoaded(Server& server, const std::shared_ptr<Call>& call, Wanted wanted,
               const ModelEntry& entry, Result<std::shared_ptr<Lease>> lease) {
  const auto now = FindKind(server.library, wanted.name, wanted.kind);
  const bool unchanged = now && now->path == entry.path && now->identity == entry.identity;
  if (lease && unchanged) return wanted.next(entry, *std::move(lease));
  if (!lease && (unchanged || !now)) {
    return call->ReplyError(Named(lease.error(), entry.path, NameOf(wanted, entry)));
  }
  if (!now) return call->ReplyError(now.error());
  if (--wanted.tries <= 0) {
    return call->ReplyError({ErrorCode::kResourceExhausted,
                             "model " + Quote(entry.name) + " is being replaced; try again later"});
  }
  lease = Fail(ErrorCode::kCancelled, "");
  Provide(server, call, wanted);
}

void Provide(Server& server, const std::shared_ptr<Call>& call, const Wanted& wanted) {
  auto entry = FindKind(server.library, wanted.name, wanted.kind);
  if (!entry) return call->ReplyError(entry.error());
  call->NoteModel(entry->name);
  const auto here = std::this_thread::get_id();
  const double most = server.options.deadlines.queue_s;
  const ModelRequest request = {.path = entry->path,
                                .identity = entry->identity,
                                .name = entry->name,
                                .keep_alive_s = wanted.keep_alive_s,
                                .room_s = most > 0 ? most : HUGE_VAL,
                                .state = call->state()};
  server.host.Acquire(request, [&server, call, here, wanted,
                                entry = *std::move(entry)](Result<std::shared_ptr<Lease>> lease) {
    if (!lease && (lease.error().code == ErrorCode::kResourceExhausted ||
                   lease.error().code == ErrorCode::kCancelled)) {
      return call->ReplyError(Named(lease.error(), entry.path, NameOf(wanted, entry)));
    }
    if (lease && std::this_thread::get_id() == here) {
      return wanted.next(entry, *std::move(lease));
    }
    const bool posted =
        PostWork(server, *call, [&server, call, wanted, entry, lease = std::move(lease)]() mutable {
          UseLoaded(server, call, std::move(wanted), entry, std::move(lease));
        });
    if (!posted) {
      call->ReplyError({ErrorCode::kResourceExhausted, "too many requests wait"});
    }
  });
}

}  // namespace

void WithModel(Server& server, const std::shared_ptr<Call>& call, const std::string& name,
               std::optional<double> keep_alive_s, WithModelNext next, ModelKind kind) {
  Provide(server, call, {name, keep_alive_s, std::move(next), kind});
}

}  // namespace bantam::server
