// POST /api/pull: models come, and the client hears how far they are.
#include "store/pull.h"

#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "server/api/fields.h"
#include "server/ollama/handlers.h"
#include "server/ollama/options.h"
#include "store/catalogue.h"
#include "store/reference.h"

namespace bantam::server {
namespace {

struct PullRequest {
  store::Reference reference;
  bool stream = true;
};

Result<PullRequest> Read(const Call& call) {
  const Json body = TRY(ParseBody(call.request().body));
  const Fields fields(body);
  const std::string name = TRY(ReadModelName(fields));
  PullRequest request;
  request.stream = TRY(fields.Bool("stream")).value_or(true);
  request.reference = TRY(store::ParseReference(name, store::Catalogue::BuiltIn()));
  return request;
}

// Lines about a pull; without a stream only its end.
class Progress {
 public:
  Progress(std::shared_ptr<Call> call, bool stream) : call_(std::move(call)), stream_(stream) {}

  void Status(const std::string& text) {
    if (!stream_) return;
    Json line = Json::MakeObject();
    line.Set("status", Json::String(text));
    Send(line);
  }

  void Bytes(const std::string& what, uint64_t done, uint64_t total) {
    constexpr double kPause = 0.1;
    const double now = MonotonicSeconds();
    if (!stream_ || (done < total && now - last_s_ < kPause)) return;
    last_s_ = now;
    Json line = Json::MakeObject();
    line.Set("status", Json::String("pulling " + what));
    line.Set("digest", Json::String(what));
    line.Set("total", Json::Int(static_cast<int64_t>(total)));
    line.Set("completed", Json::Int(static_cast<int64_t>(done)));
    Send(line);
  }

  void End(const Result<void>& result) {
    Json line = Json::MakeObject();
    if (result) {
      line.Set("status", Json::String("success"));
    } else if (!call_->started()) {
      return call_->ReplyError(result.error());
    } else {
      line.Set("error", Json::String(result.error().message));
    }
    if (!stream_) return call_->ReplyJson(200, line);
    Send(line);
    call_->End();
  }

 private:
  void Send(const Json& line) {
    call_->Start("application/x-ndjson");
    call_->Write(line.Dump() + "\n");
  }

  const std::shared_ptr<Call> call_;
  const bool stream_;
  double last_s_ = 0;
};

Result<void> Fetch(Server& server, const std::shared_ptr<Call>& call,
                   const store::Reference& reference, Progress& progress) {
  const auto& store = server.library.store();
  if (!store) return Fail(ErrorCode::kUnsupported, "this server has no store for models");
  const std::string name = reference.StoreName(reference.quant);
  store::PullOptions options;
  options.replace = true;
  options.variable = server.options.variable;
  options.events.on_progress = [&](uint64_t done, uint64_t total) {
    progress.Bytes(name, done, total);
  };
  options.events.on_note = [&](const std::string& text) { progress.Status(text); };
  options.check = [&](const std::string& path) { return server.library.CheckNew(path); };
  options.events.cancelled = [&] { return call->state()->cancelled.load(); };
  progress.Status("pulling manifest");
  const store::Pulled pulled = TRY(store::Pull(*store, reference, options));
  server.library.Unhide(pulled.manifest.name);
  progress.Status("verifying sha256 digest");
  progress.Status("writing manifest");
  return {};
}

}  // namespace

void PostPull(Server& server, const std::shared_ptr<Call>& call) {
  const auto request = Read(*call);
  if (!request) return call->ReplyError(request.error());
  const bool posted = server.pulls.Post([&server, call, request = *request] {
    Progress progress(call, request.stream);
    progress.End(Fetch(server, call, request.reference, progress));
  });
  if (!posted) {
    call->ReplyError({ErrorCode::kResourceExhausted, "too many downloads wait; try again later"});
  }
}

}  // namespace bantam::server
