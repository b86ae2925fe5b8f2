// GET /v1/models; the server's own state.
#include <algorithm>
#include <iterator>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "bantam/engine.h"
#include "base/clock.h"
#include "base/memory_info.h"
#include "server/openai/handlers.h"

namespace bantam::server {
namespace {

// With the context of one that is among the loaded, as vLLM has it.
Json ModelJson(const ModelEntry& entry, const std::vector<LoadedModelInfo>& loaded) {
  Json json = Json::MakeObject();
  json.Set("id", Json::String(entry.name));
  json.Set("object", Json::String("model"));
  json.Set("created", Json::Int(entry.modified_s));
  json.Set("owned_by", Json::String("bantam"));
  for (const LoadedModelInfo& model : loaded) {
    if (model.path == entry.path) json.Set("max_model_len", Json::Int(model.context));
  }
  return json;
}

}  // namespace

void GetModels(Server& server, const std::shared_ptr<Call>& call) {
  Json list = Json::MakeArray();
  const auto loaded = server.host.Loaded();
  for (const ModelEntry& entry : server.library.List()) list.Append(ModelJson(entry, loaded));
  Json body = Json::MakeObject();
  body.Set("object", Json::String("list"));
  body.Set("data", std::move(list));
  call->ReplyJson(200, body);
}

void GetModel(Server& server, const std::shared_ptr<Call>& call) {
  constexpr std::string_view kPath = "/v1/models/";
  const auto entry =
      server.library.Find(std::string_view(call->request().path).substr(kPath.size()));
  if (!entry) return call->ReplyError(entry.error());
  call->ReplyJson(200, ModelJson(*entry, server.host.Loaded()));
}

void GetVersion(Server& server, const std::shared_ptr<Call>& call) {
  Json body = Json::MakeObject();
  body.Set("version", Json::String(server.options.version));
  body.Set("isa", Json::String(ActiveIsa()));
  call->ReplyJson(200, body);
}

void GetMetrics(Server& server, const std::shared_ptr<Call>& call) {
  const EngineFigures figures = server.host.figures();
  const auto loaded = server.host.Loaded();
  double model_bytes = 0;
  for (const LoadedModelInfo& model : loaded)
    model_bytes += static_cast<double>(model.memory_bytes);
  const auto cache = server.options.cache.cache;
  const auto kept = cache ? cache->Stats().value_or(store::CacheStats()) : store::CacheStats();
  const auto hits = std::accumulate(std::begin(kept.hits), std::end(kept.hits), int64_t{0});
  const Metrics::Sample samples[] = {
      {"bantam_cache_hits_total", "Replies from the response cache", "counter",
       static_cast<double>(hits)},
      {"bantam_cache_misses_total", "Requests it was asked for in vain", "counter",
       static_cast<double>(kept.misses)},
      {"bantam_queue_length", "Requests that wait", "gauge", static_cast<double>(figures.queued)},
      {"bantam_running_sequences", "Sequences in the batch", "gauge",
       static_cast<double>(figures.running)},
      {"bantam_steps_total", "Batches run", "counter", static_cast<double>(figures.steps)},
      {"bantam_refused_total", "Requests refused because the queue was full", "counter",
       static_cast<double>(figures.refused)},
      {"bantam_loaded_models", "Models in memory", "gauge", static_cast<double>(loaded.size())},
      {"bantam_model_bytes", "Memory the loaded models were planned to take", "gauge", model_bytes},
      {"bantam_kv_used_bytes", "Keys and values of what runs", "gauge",
       static_cast<double>(figures.kv.used)},
      {"bantam_kv_cached_bytes", "Keys and values kept for prompts that begin alike", "gauge",
       static_cast<double>(figures.kv.cached)},
      {"bantam_kv_total_bytes", "Memory for keys and values, whether in use or not", "gauge",
       static_cast<double>(figures.kv.total)},
      {"process_resident_memory_bytes", "Resident memory of the process", "gauge",
       static_cast<double>(ResidentBytes())},
      {"bantam_peak_resident_bytes", "Most memory the process has had", "gauge",
       static_cast<double>(PeakResidentBytes())},
      {"bantam_start_time_seconds", "When the server started, since 1970", "gauge",
       server.started_s},
  };
  call->Reply(200, "text/plain; version=0.0.4", server.metrics.Text(samples));
}

namespace {

void ReplyHealthy(Call& call, double start) {
  Json answer = Json::MakeObject();
  answer.Set("status", Json::String("ok"));
  answer.Set("model_loaded", Json::Bool(true));
  answer.Set("decode_ms", Json::Double((MonotonicSeconds() - start) * 1e3));
  call.ReplyJson(200, answer);
}

// A token of a reply, before whatever waits.
Result<void> ProveDecode(Server& server, const std::shared_ptr<Call>& call,
                         const std::shared_ptr<Lease>& lease) {
  Job job;
  job.request.prompt = {0};
  job.request.sampling.temperature = 0;
  job.request.max_tokens = 1;
  job.request.ignore_end = true;
  job.continues = true;
  job.state = call->state();
  job.deadlines = {.queue_s = 30, .first_token_s = 30, .total_s = 30};
  const double start = MonotonicSeconds();
  job.on_done = [call, start, lease](const Result<JobResult>& result) {
    if (!result) return call->ReplyError(503, result.error());
    if (result->generation.tokens.empty()) {
      return call->ReplyError(503, {ErrorCode::kInternal, "no token was decoded"});
    }
    ReplyHealthy(*call, start);
  };
  std::vector<Job> jobs;
  jobs.push_back(std::move(job));
  return server.host.Submit(*lease, std::move(jobs));
}

Result<void> ProveEmbedding(Server& server, const std::shared_ptr<Call>& call,
                            const std::shared_ptr<Lease>& lease) {
  auto job = std::make_unique<EmbedJob>();
  job->texts.push_back(lease->encoder()->Tokenize("a"));
  job->state = call->state();
  job->deadlines.queue_s = 30;
  const double start = MonotonicSeconds();
  job->on_done = [call, start, lease](const Result<Embeddings>& done) {
    if (!done) return call->ReplyError(503, done.error());
    ReplyHealthy(*call, start);
  };
  return server.host.Submit(*lease, std::move(job));
}

}  // namespace

void GetHealth(Server& server, const std::shared_ptr<Call>& call) {
  const auto loaded = server.host.Loaded();
  if (loaded.empty()) {
    Json body = Json::MakeObject();
    body.Set("status", Json::String("ok"));
    body.Set("model_loaded", Json::Bool(false));
    return call->ReplyJson(200, body);
  }
  const auto text = std::ranges::find(loaded, false, &LoadedModelInfo::encoder);
  const auto lease = server.host.Borrow(text != loaded.end() ? text->path : loaded[0].path);
  if (lease == nullptr) {
    return call->ReplyError(503, {ErrorCode::kResourceExhausted, "the model is being unloaded"});
  }
  const auto sent = lease->encoder() != nullptr ? ProveEmbedding(server, call, lease)
                                                : ProveDecode(server, call, lease);
  if (!sent) call->ReplyError(503, sent.error());
}

}  // namespace bantam::server
