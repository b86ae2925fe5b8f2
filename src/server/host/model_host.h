// ModelHost: the models that are loaded: on demand, for as long as somebody wants them, within a
// limit of memory.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "bantam/engine.h"
#include "bantam/model.h"
#include "bantam/result.h"
#include "server/host/engine_thread.h"
#include "server/host/load_queue.h"
#include "server/host/served_model.h"
#include "server/host/shape_cache.h"

namespace bantam::server {

// What there is for one more model.
struct LoadRoom {
  uint64_t others = 0;  // bytes that the loaded models were planned to take
  bool reduce = true;   // less than usual will do: nothing can be unloaded for it
};

// How models become engines; a stand-in for tests. May take long and runs on a thread of its own.
struct Backend {
  struct Loaded {
    std::shared_ptr<const Model> model;
    std::unique_ptr<Engine> engine;
    std::shared_ptr<Encoder> encoder = nullptr;  // instead of the two
    uint64_t memory_bytes = 0;                   // as planned
  };
  // Fails with kResourceExhausted if there is too little memory. Messages name the path.
  std::function<Result<Loaded>(const std::string& path, const LoadRoom& room)> load;
  // Fails likewise if there would be too little with no other model beside it.
  std::function<Result<void>(const std::string& path)> fits_alone;
};

struct HostOptions {
  double keep_alive_s = 300;  // after the last request; negative: for ever
  int max_models = 3;         // loaded at once
  int max_queue = 64;         // requests that wait for a model, and as many for their turn
};

// A model in use: it stays loaded while somebody holds this.
class Lease {
 public:
  Lease(std::shared_ptr<ServedModel> served, std::shared_ptr<ShapeCache> shapes, bool was_loaded,
        double load_s, std::function<void()> release)
      : served_(std::move(served)),
        shapes_(std::move(shapes)),
        was_loaded_(was_loaded),
        load_s_(load_s),
        release_(std::move(release)) {}
  ~Lease() { release_(); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  // Null of a model that writes text.
  const std::shared_ptr<Encoder>& encoder() const { return encoder_; }
  const Model& model() const { return *served_->model; }  // there must be no encoder
  const std::shared_ptr<ServedModel>& served() const { return served_; }
  int context() const { return served_->context; }
  ShapeCache& shapes() const { return *shapes_; }
  double load_s() const { return was_loaded_ ? 0 : load_s_; }  // that this caller waited for

 private:
  std::shared_ptr<ServedModel> served_;
  std::shared_ptr<ShapeCache> shapes_;
  const std::shared_ptr<Encoder> encoder_ = served_->encoder;
  bool was_loaded_;
  double load_s_;
  std::function<void()> release_;
};

struct LoadedModelInfo {
  std::string path;
  std::string name;  // as it was wanted last
  uint64_t memory_bytes = 0;
  int context = 0;
  double expires_in_s = 0;  // negative: never; 0 while it is in use
  int users = 0;
  bool encoder = false;
};

// Thread-safe. Leases and jobs must be gone before it is destroyed, but for those of its own
// engine thread, which it cancels.
class ModelHost {
 public:
  ModelHost(Backend backend, const HostOptions& options, EngineEvents events);
  ~ModelHost();
  ModelHost(const ModelHost&) = delete;
  ModelHost& operator=(const ModelHost&) = delete;

  // Calls `ready` once the model is loaded: at once if it is, else on the loader's thread. Where
  // only models in use could make room the request waits for their users, and later ones behind it,
  // whatever they want: else the models that are loaded might never be unused. Fails with
  // kResourceExhausted if there is no room in time, if there could never be enough, or if
  // max_queue wait; with kCancelled, or the error of loading.
  using Ready = WaitingRequest::Ready;
  void Acquire(const ModelRequest& request, Ready ready);

  // The model at `path` if it is loaded, else null. Does not count as a use: it stays no longer.
  std::shared_ptr<Lease> Borrow(const std::string& path);

  // Unloads it as soon as nobody uses it. False if it is not loaded.
  bool Unload(const std::string& path);
  bool IsLoaded(const std::string& path) const;
  std::vector<LoadedModelInfo> Loaded() const;

  Result<void> Submit(const Lease& lease, std::vector<Job> jobs) {
    return engine_thread_.Submit(lease.served(), std::move(jobs));
  }
  Result<void> Submit(const Lease& lease, std::unique_ptr<EmbedJob> job) {
    return engine_thread_.Submit(lease.served(), std::move(job));
  }
  // Those who wait for models count as queued.
  EngineFigures figures() const;
  const HostOptions& options() const { return options_; }

 private:
  struct Entry {
    std::shared_ptr<ServedModel> served;  // null while it loads
    std::shared_ptr<ShapeCache> shapes;
    int users = 0;
    bool leaving = false;  // handed to the engine thread to be destroyed
    bool stale = false;    // other files have its place: nobody gets it any more
    double keep_alive_s = 0;
    double idle_since_s = 0;
    double load_s = 0;
    double loaded_at_s = 0;
    bool encoder = false;
    std::string path;
    std::string identity;
    std::string name;
  };

  void Run();
  // Neither leaving nor stale; under mutex_.
  std::shared_ptr<Entry> Find(const std::string& path) const;
  // The same, or a new one; what has another identity becomes stale.
  std::shared_ptr<Entry> Claim(const std::string& path, const std::string& identity);
  std::shared_ptr<Lease> NewLease(const std::shared_ptr<Entry>& entry, bool was_loaded,
                                  bool counts = true);
  // One more use of it; under mutex_.
  std::shared_ptr<Lease> Use(const std::shared_ptr<Entry>& entry, const ModelRequest& request,
                             double since_s);
  void Release(const std::shared_ptr<Entry>& entry, bool counts);
  void Retire(const std::shared_ptr<Entry>& entry);  // under mutex_
  double RetireExpired();                            // seconds to the next; under mutex_
  std::shared_ptr<ServedModel> ServedFrom(const std::string& path, Backend::Loaded loaded) const;
  // Loads what the first of the queue wants, or waits for room a while.
  void ServeFirst(std::unique_lock<std::mutex>& lock);
  void GiveFirst(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Entry>& entry);
  void RefuseAll(std::unique_lock<std::mutex>& lock, std::vector<WaitingRequest> requests,
                 const Error& error);
  bool DropGone(std::unique_lock<std::mutex>& lock);  // whether some were
  // Until something has been released since there were `n_released`, or somebody leaves the queue.
  void AwaitRoom(std::unique_lock<std::mutex>& lock, const std::string& path, uint64_t n_released,
                 const Error& no_room);
  // There is no room, but there may be once models that are in use are not.
  struct InUse {
    Error error;
  };
  std::optional<InUse> MakeRoom(std::unique_lock<std::mutex>& lock, const std::string& path);
  int CountLoaded() const;  // under mutex_
  std::variant<Result<Backend::Loaded>, InUse> LoadInto(std::unique_lock<std::mutex>& lock,
                                                        const std::string& path);
  std::shared_ptr<Entry> LeastRecentlyUsed() const;
  void WaitForLeaving(std::unique_lock<std::mutex>& lock);

  const Backend backend_;
  const HostOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::shared_ptr<Entry>> entries_;
  LoadQueue queue_;
  bool waits_for_room_ = false;  // the first of the queue does
  uint64_t n_released_ = 0;      // how often a model has become unused, or has gone
  uint64_t n_refused_ = 0;       // because the queue was full
  bool stopping_ = false;
  EngineThread engine_thread_;
  std::thread loader_;
};

}  // namespace bantam::server
