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

// While a request waits for room, how often it is looked at whether it is wanted and in time.
constexpr std::chrono::milliseconds kLook{200};

Error NoRoom(const std::string& why) {
  return {ErrorCode::kResourceExhausted,
          "there is no room for another model while those that are loaded are in use (" + why +
              "); try again later"};
}

Error Stopping() {
  return {ErrorCode::kResourceExhausted, "the server is stopping"};
}

// Outside of the lock.
void Refuse(const std::vector<WaitingRequest>& requests, const Error& error) {
  for (const WaitingRequest& waiting : requests) waiting.ready(std::unexpected(error));
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
  while (!queue_.empty()) Refuse(queue_.TakeFirst(), Stopping());
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

std::shared_ptr<Lease> ModelHost::Use(const std::shared_ptr<Entry>& entry,
                                      const ModelRequest& request, double since_s) {
  entry->name = request.name;
  entry->keep_alive_s = request.keep_alive_s.value_or(options_.keep_alive_s);
  ++entry->users;
  return NewLease(entry, entry->loaded_at_s <= since_s);
}

void ModelHost::Acquire(const ModelRequest& request, Ready ready) {
  const double now = MonotonicSeconds();
  std::shared_ptr<Lease> lease;
  {
    const std::lock_guard lock(mutex_);
    const std::shared_ptr<Entry> entry = Find(request.path);
    const bool at_hand = entry != nullptr && entry->served != nullptr && !entry->served->broken &&
                         entry->identity == request.identity;
    const bool held_up = waits_for_room_ && request.room_s > 0;
    if (at_hand && !held_up) {
      lease = Use(entry, request, now);
    } else if (queue_.size() < static_cast<size_t>(options_.max_queue)) {
      queue_.Push({request, std::exchange(ready, nullptr), now});
    } else {
      ++n_refused_;
    }
  }
  if (ready == nullptr) return wake_.notify_all();
  if (lease != nullptr) return ready(std::move(lease));
  ready(Fail(ErrorCode::kResourceExhausted,
             "the queue is full: " + std::to_string(options_.max_queue) +
                 " requests wait for a model; try again later"));
}

EngineFigures ModelHost::figures() const {
  EngineFigures figures = engine_thread_.figures();
  const std::lock_guard lock(mutex_);
  figures.queued += static_cast<int>(queue_.size());
  figures.refused += n_refused_;
  return figures;
}

void ModelHost::Release(const std::shared_ptr<Entry>& entry, bool counts) {
  {
    const std::lock_guard lock(mutex_);
    --entry->users;
    if (counts) entry->idle_since_s = MonotonicSeconds();
    if (entry->users > 0) return;
    ++n_released_;
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
      ++n_released_;
    }
    wake_.notify_all();
  });
}

bool ModelHost::Unload(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<Entry> entry = Find(path);
  if (entry == nullptr) return false;
  entry->keep_alive_s = 0;
  if (entry->served == nullptr) {
    entry->stale = true;  // those who wait for it get it, and nobody else
  } else if (entry->users == 0) {
    Retire(entry);
  }
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
    if (!queue_.empty()) {
      ServeFirst(lock);
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

void ModelHost::ServeFirst(std::unique_lock<std::mutex>& lock) {
  if (DropGone(lock)) return;
  const ModelRequest request = queue_.first();
  const std::shared_ptr<Entry> entry = Claim(request.path, request.identity);
  if (entry->served != nullptr) return GiveFirst(lock, entry);
  const uint64_t n_released = n_released_;
  const double start = MonotonicSeconds();
  auto outcome = LoadInto(lock, request.path);
  if (const InUse* in_use = std::get_if<InUse>(&outcome)) {
    std::erase(entries_, entry);
    return AwaitRoom(lock, request.path, n_released, in_use->error);
  }
  auto& loaded = std::get<Result<Backend::Loaded>>(outcome);
  if (!loaded) {
    std::erase(entries_, entry);
    return RefuseAll(lock, queue_.TakeFirst(), loaded.error());
  }
  auto served = ServedFrom(request.path, *std::move(loaded));
  engine_thread_.Attach(served);
  entry->encoder = served->encoder != nullptr;
  entry->served = std::move(served);
  entry->shapes = std::make_shared<ShapeCache>();
  entry->loaded_at_s = MonotonicSeconds();
  entry->load_s = entry->loaded_at_s - start;
  GiveFirst(lock, entry);
}

void ModelHost::GiveFirst(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Entry>& entry) {
  waits_for_room_ = false;
  std::vector<WaitingRequest> takers = queue_.TakeFirst();
  std::vector<std::shared_ptr<Lease>> leases;
  leases.reserve(takers.size());
  for (const WaitingRequest& taker : takers) {
    leases.push_back(Use(entry, taker.request, taker.since_s));
  }
  lock.unlock();
  for (size_t i = 0; i < takers.size(); ++i) takers[i].ready(std::move(leases[i]));
  takers.clear();
  lock.lock();
}

void ModelHost::RefuseAll(std::unique_lock<std::mutex>& lock, std::vector<WaitingRequest> requests,
                          const Error& error) {
  waits_for_room_ = false;  // until the one that is now the first does
  lock.unlock();
  Refuse(requests, error);
  requests.clear();
  lock.lock();
}

bool ModelHost::DropGone(std::unique_lock<std::mutex>& lock) {
  auto gone = queue_.TakeCancelled();
  if (gone.empty()) return false;
  RefuseAll(lock, std::move(gone), {ErrorCode::kCancelled, "the request was cancelled"});
  return true;
}

void ModelHost::AwaitRoom(std::unique_lock<std::mutex>& lock, const std::string& path,
                          uint64_t n_released, const Error& no_room) {
  if (!std::exchange(waits_for_room_, true)) {
    lock.unlock();
    const auto fits = backend_.fits_alone(path);
    lock.lock();
    if (!fits) return RefuseAll(lock, queue_.TakeFirst(), fits.error());
  }
  while (!stopping_ && n_released_ == n_released) {
    auto late = queue_.TakeLate(MonotonicSeconds());
    if (!late.empty()) return RefuseAll(lock, std::move(late), no_room);
    wake_.wait_for(lock, kLook);
    if (DropGone(lock)) return;
  }
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
std::optional<ModelHost::InUse> ModelHost::MakeRoom(std::unique_lock<std::mutex>& lock,
                                                    const std::string& path) {
  while (true) {
    WaitForLeaving(lock);
    if (stopping_ || CountLoaded() < options_.max_models) return std::nullopt;
    const std::shared_ptr<Entry> oldest = LeastRecentlyUsed();
    if (oldest == nullptr) {
      return InUse{
          NoRoom(path + ": at most " + std::to_string(options_.max_models) + " are loaded")};
    }
    Retire(oldest);
  }
}

// Loads outside of the lock. Where memory is short, unused models make room; what is left to a
// model then may be less than usual.
std::variant<Result<Backend::Loaded>, ModelHost::InUse> ModelHost::LoadInto(
    std::unique_lock<std::mutex>& lock, const std::string& path) {
  if (auto in_use = MakeRoom(lock, path)) return *std::move(in_use);
  while (!stopping_) {
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
      return InUse{NoRoom(loaded.error().message)};
    }
    WaitForLeaving(lock);
  }
  return Result<Backend::Loaded>(std::unexpected(Stopping()));
}

}  // namespace bantam::server
