// bantam serve: models for the clients of OpenAI and Ollama.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "cli/commands.h"
#include "cli/model_store.h"
#include "cli/serve_log.h"
#include "cli/serve_models.h"
#include "cli/serve_options.h"
#include "cli/service_state.h"
#include "server/api/question_embedder.h"
#include "server/embedded_pages.h"
#include "server/http/http_server.h"
#include "server/service.h"

namespace bantam::cli {
namespace {

// What a model is called in requests: the store's name, or the file's.
std::string ServedName(const std::string& given, const std::string& path) {
  if (given != path) return given;
  std::string name = path;
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  name = name.substr(name.rfind('/') + 1);
  if (name.ends_with(".gguf")) name.resize(name.size() - 5);
  return name;
}

// Those that end the server in order: blocked before the first thread began, so in all that serve.
sigset_t StoppingSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// While it lives, a stopping signal ends the process as it would any other: it is delivered to a
// thread that does not block it. Loading a model may take minutes, and nothing is lost then.
class EndedBySignals {
 public:
  EndedBySignals() : thread_([this] { Run(); }) {}
  ~EndedBySignals() {
    over_.store(true);
    over_.notify_one();
    thread_.join();
  }
  EndedBySignals(const EndedBySignals&) = delete;
  EndedBySignals& operator=(const EndedBySignals&) = delete;

 private:
  void Run() const {
    const sigset_t signals = StoppingSignals();
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    over_.wait(false);
  }

  std::atomic<bool> over_{false};
  std::thread thread_;  // last: starts when all else is there
};

// Waits for a stopping signal. The next one ends the process at once.
void WaitForSignal() {
  const sigset_t signals = StoppingSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// For systemd's Type=notify; elsewhere nothing happens.
void TellManager(const Environment& env, ServeLog& log, std::string_view state) {
  const auto told = TellServiceManager(env.variable("NOTIFY_SOCKET"), state);
  if (!told) log.Event("warning", {{"message", Json::String(told.error().message)}});
}

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1" || host == "[::1]";
}

Result<std::unique_ptr<server::Library>> MakeLibrary(const Environment& env,
                                                     const ServeOptions& options,
                                                     const std::string& path) {
  std::optional<store::Store> store;
  if (auto found = store::Store::Find(env.variable)) store = *std::move(found);
  auto library = std::make_unique<server::Library>(
      std::move(store),
      [&env, suggested = options.suggested](const std::string& file) {
        auto info = env.backend.inspect(file);
        if (info && !suggested) info->sampling = {};
        return info;
      },
      [&env](const std::string& file, const std::vector<std::string>& adapters) {
        std::vector<AdapterSource> sources;
        for (const std::string& adapter : adapters) sources.push_back({adapter});
        return env.backend.check(file, sources);
      });
  if (!path.empty()) {
    const std::string own = ServedName(options.setup.model_path, path);
    std::vector<std::string> adapters;
    for (const AdapterSource& adapter : options.setup.adapters) adapters.push_back(adapter.path);
    library->Add(path, options.names.empty() ? std::vector{own} : options.names, adapters);
  }
  for (const std::string& encoder : options.encoders) {
    const std::string found = TRY(ResolveOrPull(env, encoder));
    library->Add(found, {ServedName(encoder, found)});
  }
  return library;
}

void FinishOptions(const Environment& env, ServeOptions& options, ServeLog& log) {
  if (const auto key = env.variable("BANTAM_API_KEY"); key && !key->empty()) {
    options.service.api_keys.push_back(*key);
  }
  options.service.version = BANTAM_VERSION;
  options.service.variable = env.variable;
  options.service.pages = server::MakeStaticPages();
  options.service.guard.loopback_only = IsLoopback(options.http.host);
  options.service.guard.keyed = !options.service.api_keys.empty();
  if (options.log_requests) {
    options.service.on_call = [&log](const server::CallRecord& record) { log.Request(record); };
  }
  if (!options.given_keep_alive && !options.setup.model_path.empty()) {
    options.host.keep_alive_s = -1;
  }
}

// What of the options changes replies to the same request (but for what memory allows).
std::string ComputedBy(const ServeOptions& options) {
  std::string text = "precision " + std::to_string(static_cast<int>(options.setup.precision)) +
                     " floats " + std::to_string(static_cast<int>(options.setup.dtype));
  const auto kv = GivenKvPrecision(options.setup).value_or(std::nullopt);
  if (kv) text += " kv " + std::to_string(static_cast<int>(*kv));
  for (const AdapterSource& adapter : options.setup.adapters) {
    text += " adapter " + adapter.path + ":" + std::to_string(adapter.scale);
  }
  return text;
}

// Options that mean something only with another.
Result<void> CheckTogether(const ArgParser& parser, const ServeOptions& options) {
  if (options.setup.model_path.empty() && !options.names.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "--served-model-name goes with a MODEL");
  }
  for (const std::string& name : parser.given()) {
    if (options.cache_path.empty() && name.starts_with("--cache-")) {
      return Fail(ErrorCode::kInvalidArgument, name + " goes with --cache FILE");
    }
  }
  return {};
}

Result<void> OpenCache(const Environment& env, ServeOptions& options, ServeLog& log) {
  if (options.cache_path.empty()) return {};
  if (!options.cache_encoder.empty()) {
    const std::string path = TRY(ResolveModel(env, options.cache_encoder));
    options.cache.embedder = TRY(server::MakeQuestionEmbedder(path, options.setup.engine.threads));
    options.cache.normalize = true;
  }
  options.service.cache.cache = TRY(store::ResponseCache::Open(options.cache_path, options.cache));
  options.service.cache.computed_by = ComputedBy(options);
  const std::string note = options.service.cache.cache->note();
  if (!note.empty()) log.Event("warning", {{"message", Json::String(note)}});
  return {};
}

// Where `bantam cache` finds the server that has the file.
void AnnounceCache(const ServeOptions& options, std::string url, ServeLog& log) {
  if (options.service.cache.cache == nullptr) return;
  for (const auto& [all, one] :
       {std::pair("//0.0.0.0:", "//127.0.0.1:"), std::pair("//[::]:", "//[::1]:")}) {
    const size_t place = url.find(all);
    if (place != std::string::npos) url.replace(place, std::string_view(all).size(), one);
  }
  const auto said = options.service.cache.cache->Announce(url);
  if (said) return;
  log.Event("warning", {{"message", Json::String(said.error().message + "; 'bantam cache' needs " +
                                                 "--server " + url + " to find this server")}});
}

Result<int> Serve(const Environment& env, const ServeOptions& options, const std::string& path,
                  std::optional<KvPrecision> kv, ServeLog& log,
                  std::unique_ptr<EndedBySignals> loading) {
  server::Service service(TRY(MakeLibrary(env, options, path)),
                          MakeServeBackend(env, options, path, kv, log), options.host,
                          options.service);
  if (!path.empty()) TRY(service.Preload(""));
  loading.reset();
  const auto http = TRY(server::HttpServer::Create(options.http, service));
  std::string addresses;
  const char* scheme = options.http.tls_certificate.empty() ? "http://" : "https://";
  for (const std::string& address : http->addresses()) {
    addresses += (addresses.empty() ? "" : ", ") + std::string(scheme) + address;
  }
  log.Say("bantam: listening on " + addresses + " (Ctrl-C stops)");
  if (!options.service.guard.loopback_only && options.service.api_keys.empty()) {
    log.Event("warning", {{"message", Json::String("everybody who reaches this address can use "
                                                   "the server: --api-key asks for a key")}});
  }
  AnnounceCache(options, scheme + http->addresses().front(), log);
  TellManager(env, log, "READY=1");
  WaitForSignal();
  TellManager(env, log, "STOPPING=1");
  log.Event("stopping", {});
  http->Stop();
  log.Event("stopped", {});
  return 0;
}

}  // namespace

Result<int> ServeCommand(const Environment& env, std::span<const std::string> args) {
  ServeOptions options;
  ArgParser parser("serve", "answer the clients of OpenAI and Ollama over HTTP");
  DeclareServe(parser, options);
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  TRY(CheckTogether(parser, options));
  const std::optional<KvPrecision> kv = TRY(GivenKvPrecision(options.setup));
  std::string path;
  if (!options.setup.model_path.empty()) {
    path = TRY(ResolveOrPull(env, options.setup.model_path));
  }
  ServeLog log(env.err);
  FinishOptions(env, options, log);
  const sigset_t signals = StoppingSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto loading = std::make_unique<EndedBySignals>();
  TRY(OpenCache(env, options, log));
  return Serve(env, options, path, kv, log, std::move(loading));
}

}  // namespace bantam::cli
