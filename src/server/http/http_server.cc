// The server: accepting, deadlines, draining.
#include "server/http/http_server.h"

#include <algorithm>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "server/http/connection.h"
#include "server/http/event_loop.h"
#include "server/http/listener.h"
#include "server/http/tls.h"

namespace bantam::server {
namespace {

constexpr size_t kScratch = 64 * 1024;
constexpr int kAcceptsAtOnce = 64;
constexpr size_t kOtherFiles = 256;  // models, logs, …
constexpr size_t kRefusedAtOnce = 64;
constexpr std::chrono::milliseconds kFilesPause{100};

// How often deadlines are looked at: a quarter of the shortest.
std::chrono::milliseconds TickOf(const HttpOptions& options) {
  const auto shortest = std::min(
      {options.head, options.body, options.idle, options.write, options.linger, options.drain});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpOptions options, HttpHandler& handler)
      : options_(std::make_shared<const HttpOptions>(std::move(options))),
        tick_(TickOf(*options_)) {
    context_.options = options_;
    context_.handler = &handler;
    context_.scratch.resize(kScratch);
    context_.closed = [this](Connection* connection) { Forget(connection); };
  }

  ~Impl() {
    if (!thread_.joinable()) return;
    gate_->Post([this] {
      BeginDrain();
      CutOff();
    });
    thread_.join();
  }

  Result<void> Listen();
  void Begin();

  void Stop() {
    const std::lock_guard lock(stop_mutex_);
    if (!thread_.joinable()) return;
    gate_->Post([this] { BeginDrain(); });
    thread_.join();
  }

  uint16_t port() const { return port_; }
  const std::vector<std::string>& addresses() const { return addresses_; }
  size_t connections() const { return count_; }
  void Post(std::function<void()> task) { gate_->Post(std::move(task)); }
  void After(std::chrono::milliseconds delay, std::function<void()> task) {
    gate_->Post([this, delay, task = std::move(task)] { loop_->After(delay, task); });
  }

 private:
  void Serve();
  void WaitForClients(FdWatch* listener);
  void AcceptFrom(FdWatch* listener);
  void Welcome(const Accepted& client);
  bool CloseLongestIdle();
  void Forget(Connection* connection);
  void StartTicking();
  void Tick();
  void BeginDrain();
  void CutOff();
  // A copy to walk over, because closing changes the table.
  std::vector<std::shared_ptr<Connection>> All() const;

  const std::shared_ptr<const HttpOptions> options_;
  const std::chrono::milliseconds tick_;
  std::unique_ptr<Tls> tls_;
  std::unique_ptr<EventLoop> loop_;
  std::shared_ptr<LoopGate> gate_;
  std::vector<std::unique_ptr<FdWatch>> listeners_;
  std::vector<std::string> addresses_;
  uint16_t port_ = 0;
  ConnectionContext context_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::atomic<size_t> count_ = 0;
  bool ticking_ = false;
  Connection::TimePoint drain_deadline_ = Connection::TimePoint::max();
  std::mutex stop_mutex_;
  std::thread thread_;
};

Result<void> HttpServer::Impl::Listen() {
  if (options_->tls_certificate.empty() != options_->tls_key.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "TLS needs both a certificate and its key");
  }
  if (!options_->tls_certificate.empty()) {
    tls_ = TRY(Tls::Load(options_->tls_certificate, options_->tls_key));
  }
  loop_ = TRY(EventLoop::Create());
  gate_ = std::make_shared<LoopGate>(
      [loop = loop_.get()](LoopGate::Task task) { loop->Post(std::move(task)); });
  context_.gate = gate_;
  RaiseFileLimit(options_->connections + kOtherFiles);
  Result<void> watched;
  for (ListeningSocket& socket : TRY(server::Listen(options_->host, options_->port))) {
    auto watch = FdWatch::Create(*loop_, socket.fd);
    if (!watch) {
      watched = std::unexpected(std::move(watch).error());
      continue;
    }
    port_ = PortOf(socket.fd);
    addresses_.push_back(std::move(socket.address));
    listeners_.push_back(std::move(*watch));
  }
  return watched;
}

void HttpServer::Impl::Begin() {
  // Signals are other threads' business; SIGPIPE nobody's (tls.h).
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { Serve(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void HttpServer::Impl::Serve() {
  for (const auto& listener : listeners_) WaitForClients(listener.get());
  loop_->Run();
  CutOff();
  listeners_.clear();
  gate_->Close();
  loop_->Finish();
}

void HttpServer::Impl::WaitForClients(FdWatch* listener) {
  listener->WhenReadable([this, listener] { AcceptFrom(listener); });
}

void HttpServer::Impl::AcceptFrom(FdWatch* listener) {
  if (listeners_.empty()) return;  // stopping
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    const Accepted client = AcceptClient(listener->fd(), options_->write);
    if (client.out_of_files) {
      CloseLongestIdle();
      loop_->After(kFilesPause, [this, listener] { AcceptFrom(listener); });
      return;
    }
    if (client.fd < 0) break;
    Welcome(client);
  }
  WaitForClients(listener);
}

void HttpServer::Impl::Welcome(const Accepted& client) {
  auto watch = FdWatch::Create(*loop_, client.fd);
  if (!watch) return;
  const bool full = connections_.size() >= options_->connections && !CloseLongestIdle();
  if (full && (tls_ || connections_.size() >= options_->connections + kRefusedAtOnce)) return;
  std::unique_ptr<Stream> stream = MakePlainStream(client.fd);
  if (tls_) {
    auto encrypted = tls_->Accept(client.fd);
    if (!encrypted) return;
    stream = std::move(*encrypted);
  }
  const auto connection = std::make_shared<Connection>(
      context_, std::move(*watch), std::move(stream), client.peer, client.loopback);
  connections_.emplace(connection.get(), connection);
  count_ = connections_.size();
  StartTicking();
  if (full) {
    connection->RefuseService();
  } else {
    connection->Begin();
  }
}

bool HttpServer::Impl::CloseLongestIdle() {
  std::shared_ptr<Connection> oldest;
  for (const auto& [key, connection] : connections_) {
    if (connection->idle() && (!oldest || connection->deadline() < oldest->deadline())) {
      oldest = connection;
    }
  }
  if (oldest) oldest->Close(false);
  return oldest != nullptr;
}

void HttpServer::Impl::Forget(Connection* connection) {
  connections_.erase(connection);
  count_ = connections_.size();
  if (connections_.empty() && gate_->draining) loop_->Stop();
}

std::vector<std::shared_ptr<Connection>> HttpServer::Impl::All() const {
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  return all;
}

// An idle server without connections does not wake up.
void HttpServer::Impl::StartTicking() {
  if (ticking_) return;
  ticking_ = true;
  loop_->After(tick_, [this] { Tick(); });
}

void HttpServer::Impl::Tick() {
  ticking_ = false;
  const auto now = std::chrono::steady_clock::now();
  if (now >= drain_deadline_) return CutOff();
  for (const auto& connection : All()) connection->CheckDeadline(now);
  if (!connections_.empty()) StartTicking();
}

void HttpServer::Impl::BeginDrain() {
  if (gate_->draining.exchange(true)) return;
  drain_deadline_ = std::chrono::steady_clock::now() + options_->drain;
  listeners_.clear();
  for (const auto& connection : All()) {
    if (connection->idle()) connection->Close(false);
  }
  if (connections_.empty()) loop_->Stop();
}

void HttpServer::Impl::CutOff() {
  for (const auto& connection : All()) connection->Close(true);
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Create(HttpOptions options, HttpHandler& handler) {
  auto impl = std::make_unique<Impl>(std::move(options), handler);
  TRY(impl->Listen());
  impl->Begin();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

uint16_t HttpServer::port() const {
  return impl_->port();
}

const std::vector<std::string>& HttpServer::addresses() const {
  return impl_->addresses();
}

size_t HttpServer::connections() const {
  return impl_->connections();
}

void HttpServer::Stop() {
  impl_->Stop();
}

void HttpServer::Post(std::function<void()> task) {
  impl_->Post(std::move(task));
}

void HttpServer::After(std::chrono::milliseconds delay, std::function<void()> task) {
  impl_->After(delay, std::move(task));
}

}  // namespace bantam::server
