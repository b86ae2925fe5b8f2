// Loading, keeping and unloading.
#include "server/host/model_host.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/clock.h"

namespace bantam::server {
namespace {

size_t LongestToken(const Model& model) {
  size_t longest = 1;
  for (TokenId id = 0; id < model.info().vocabulary_size; ++id) {
    longest = std::max(longest, model.TokenBytes(id).size());
  }
  return longest;
}

std::unexpected<Error> NoRoom(const std::string& why) {
  return Fail(ErrorCode::kResourceExhausted,
              "there is no room for another model while those that are loaded are in use (" + why +
                  "); try again later");
}

}  // namespace

ModelHost::ModelHost(Backend backend, const HostOptions& options, EngineEvents events)
    : backend_(std::move(backend)),
      options_(options),
      engine_thread_(options.max_queue, std::move(events)),
      loader_([this] { Run(); }) {}

ModelHost::~ModelHost() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  loader_.join();
  std::vector<Ready> waiters;
  {
    const std::lock_guard lock(mutex_);  // models may be leaving
    for (const auto& entry : entries_) {
      for (Ready& ready : entry->waiters) waiters.push_back(std::move(ready));
    }
  }
  for (const Ready& ready : waiters) {
    ready(Fail(ErrorCode::kResourceExhausted, "the server is stopping"));
  }
}

std::shared_ptr<ModelHost::Entry> ModelHost::Find(const std::string& path) const {
  for (const auto& entry : entries_) {
    if (entry->path == path && !entry->leaving && !entry->stale) return entry;
  }
  return nullptr;
}

std::shared_ptr<Lease> ModelHost::NewLease(const std::shared_ptr<Entry>& entry, bool was_loaded,
                                           bool counts) {
  return std::make_shared<Lease>(entry->served, entry->shapes, was_loaded, entry->load_s,
                                 [this, entry, counts] { Release(entry, counts); });
}

std::shared_ptr<Lease> ModelHost::Borrow(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<Entry> entry = Find(path);
  if (entry == nullptr || entry->served == nullptr) return nullptr;
  ++entry->users;
  return NewLease(entry, true, false);
}

std::shared_ptr<ModelHost::Entry> ModelHost::Claim(const std::string& path,
                                                   const std::string& identity) {
  std::shared_ptr<Entry> entry = Find(path);
  if (entry != nullptr && entry->served != nullptr && entry->served->broken) {
    Retire(entry);
    entry = nullptr;
  }
  if (entry != nullptr && entry->identity != identity) {
    entry->stale = true;
    if (entry->users == 0 && entry->served != nullptr) Retire(entry);
    entry = nullptr;
  }
  if (entry != nullptr) return entry;
  entry = std::make_shared<Entry>();
  entry->path = path;
  entry->identity = identity;
  entries_.push_back(entry);
  return entry;
}

void ModelHost::Acquire(const ModelRequest& request, Ready ready) {
  std::shared_ptr<Lease> lease;
  {
    const std::lock_guard lock(mutex_);
    const std::shared_ptr<Entry> entry = Claim(request.path, request.identity);
    entry->name = request.name;
    entry->keep_alive_s = request.keep_alive_s.value_or(options_.keep_alive_s);
    ++entry->users;
    if (entry->served == nullptr) {
      entry->waiters.push_back(ready);
    } else {
      lease = NewLease(entry, true);
    }
  }
  if (lease == nullptr) {
    wake_.notify_all();
  } else {
    ready(std::move(lease));
  }
}

void ModelHost::Release(const std::shared_ptr<Entry>& entry, bool counts) {
  {
    const std::lock_guard lock(mutex_);
    --entry->users;
    if (counts) entry->idle_since_s = MonotonicSeconds();
    if (entry->users > 0) return;
    if (!entry->leaving && (entry->stale || entry->keep_alive_s == 0)) Retire(entry);
  }
  wake_.notify_all();
}

void ModelHost::Retire(const std::shared_ptr<Entry>& entry) {
  entry->leaving = true;
  engine_thread_.Detach(entry->served, [this, entry] {
    {
      const std::lock_guard lock(mutex_);
      std::erase(entries_, entry);
    }
    wake_.notify_all();
  });
}

bool ModelHost::Unload(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<Entry> entry = Find(path);
  if (entry == nullptr) return false;
  entry->keep_alive_s = 0;
  if (entry->users == 0 && entry->served != nullptr) Retire(entry);
  return true;
}

bool ModelHost::IsLoaded(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<Entry> entry = Find(path);
  return entry != nullptr && entry->served != nullptr;
}

std::vector<LoadedModelInfo> ModelHost::Loaded() const {
  const double now = MonotonicSeconds();
  std::vector<LoadedModelInfo> infos;
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    if (entry->served == nullptr || entry->leaving || entry->stale) continue;
    double left = entry->keep_alive_s;
    if (left >= 0 && entry->users == 0) left = std::max(0.0, left - (now - entry->idle_since_s));
    const ServedModel& served = *entry->served;
    infos.push_back({entry->path, entry->name, served.memory_bytes, served.context, left,
                     entry->users, entry->encoder});
  }
  return infos;
}

double ModelHost::RetireExpired() {
  const double now = MonotonicSeconds();
  double next = std::numeric_limits<double>::infinity();
  for (const auto& entry : entries_) {
    if (entry->served == nullptr || entry->leaving || entry->users > 0) continue;
    if (entry->keep_alive_s < 0) continue;
    const double left = entry->idle_since_s + entry->keep_alive_s - now;
    if (left <= 0) {
      Retire(entry);
    } else {
      next = std::min(next, left);
    }
  }
  return next;
}

void ModelHost::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const double next = RetireExpired();
    const auto unloaded = std::ranges::find_if(entries_, [](const auto& entry) {
      return entry->served == nullptr && !entry->waiters.empty();
    });
    if (unloaded != entries_.end()) {
      LoadNext(lock, std::shared_ptr<Entry>(*unloaded));
    } else if (next < 86400) {
      wake_.wait_for(lock, std::chrono::duration<double>(next));
    } else {
      wake_.wait(lock);
    }
  }
}

std::shared_ptr<ServedModel> ModelHost::ServedFrom(const std::string& path,
                                                   Backend::Loaded loaded) const {
  auto served = std::make_shared<ServedModel>();
  served->key = path;
  served->memory_bytes = loaded.memory_bytes;
  if (loaded.encoder != nullptr) {
    served->encoder = std::move(loaded.encoder);
    served->context = served->encoder->max_tokens();
    return served;
  }
  served->model = std::move(loaded.model);
  served->context = loaded.engine->context();
  served->parallel = loaded.engine->options().max_sequences;
  served->prefix_cache = loaded.engine->options().prefix_cache;
  served->keeps_prefixes = !loaded.engine->options().prefix_dir.empty();
  served->longest_token = LongestToken(*served->model);
  served->engine = std::move(loaded.engine);
  return served;
}

void ModelHost::LoadNext(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Entry>& entry) {
  const double start = MonotonicSeconds();
  auto loaded = LoadInto(lock, entry->path);
  std::vector<Ready> waiters = std::move(entry->waiters);
  entry->waiters.clear();
  std::vector<std::shared_ptr<Lease>> leases;
  if (loaded) {
    auto served = ServedFrom(entry->path, *std::move(loaded));
    engine_thread_.Attach(served);
    entry->encoder = served->encoder != nullptr;
    entry->served = std::move(served);
    entry->shapes = std::make_shared<ShapeCache>();
    entry->load_s = MonotonicSeconds() - start;
    for (size_t i = 0; i < waiters.size(); ++i) leases.push_back(NewLease(entry, false));
  } else {
    std::erase(entries_, entry);
  }
  lock.unlock();
  for (size_t i = 0; i < waiters.size(); ++i) {
    if (loaded) {
      waiters[i](std::move(leases[i]));
    } else {
      waiters[i](std::unexpected(loaded.error()));
    }
  }
  leases.clear();
  lock.lock();
}

std::shared_ptr<ModelHost::Entry> ModelHost::LeastRecentlyUsed() const {
  std::shared_ptr<Entry> oldest;
  for (const auto& entry : entries_) {
    if (entry->served == nullptr || entry->leaving || entry->users > 0) continue;
    if (oldest == nullptr || entry->idle_since_s < oldest->idle_since_s) oldest = entry;
  }
  return oldest;
}

void ModelHost::WaitForLeaving(std::unique_lock<std::mutex>& lock) {
  wake_.wait(lock, [this] {
    return stopping_ || std::ranges::none_of(entries_, [](const auto& entry) {
             return entry->leaving && entry->users == 0;
           });
  });
}

int ModelHost::CountLoaded() const {
  return static_cast<int>(
      std::ranges::count_if(entries_, [](const auto& entry) { return entry->served != nullptr; }));
}

// Unloads what nobody uses, the longest unused first, until there may be one more.
Result<void> ModelHost::MakeRoom(std::unique_lock<std::mutex>& lock, const std::string& path) {
  while (true) {
    WaitForLeaving(lock);
    if (stopping_) return Fail(ErrorCode::kResourceExhausted, "the server is stopping");
    if (CountLoaded() < options_.max_models) return {};
    const std::shared_ptr<Entry> oldest = LeastRecentlyUsed();
    if (oldest == nullptr) {
      return NoRoom(path + ": at most " + std::to_string(options_.max_models) + " are loaded");
    }
    Retire(oldest);
  }
}

// Loads outside of the lock. Where memory is short, unused models make room; what is left to a
// model then may be less than usual.
Result<Backend::Loaded> ModelHost::LoadInto(std::unique_lock<std::mutex>& lock,
                                            const std::string& path) {
  TRY(MakeRoom(lock, path));
  while (true) {
    LoadRoom room;
    for (const auto& entry : entries_) {
      if (entry->served != nullptr) room.others += entry->served->memory_bytes;
    }
    room.reduce = LeastRecentlyUsed() == nullptr;
    lock.unlock();
    auto loaded = backend_.load(path, room);
    lock.lock();
    if (loaded || loaded.error().code != ErrorCode::kResourceExhausted) return loaded;
    if (const std::shared_ptr<Entry> oldest = LeastRecentlyUsed()) {
      Retire(oldest);
    } else if (room.reduce) {
      if (CountLoaded() == 0) return loaded;
      return NoRoom(loaded.error().message);
    }
    WaitForLeaving(lock);
    if (stopping_) return loaded;
  }
}

}  // namespace bantam::server
