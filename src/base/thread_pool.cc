// A team of threads: workers spin for a moment between stages and jobs, then sleep on a futex.
#include "base/thread_pool.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <vector>

namespace bantam {
namespace {

// About 50 µs: longer than the serial gaps inside a decode step, shorter than a scheduler tick.
constexpr int kSpins = 1500;

inline void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Waits until `reached` holds of the value: spinning first, then asleep. Returns the value.
template <typename Reached>
uint32_t WaitUntil(const std::atomic<uint32_t>& value, const Reached& reached) {
  for (int i = 0; i < kSpins; ++i) {
    const uint32_t now = value.load(std::memory_order_acquire);
    if (reached(now)) return now;
    Pause();
  }
  while (true) {
    const uint32_t now = value.load(std::memory_order_acquire);
    if (reached(now)) return now;
    value.wait(now, std::memory_order_acquire);
  }
}

// Whether counter `now` has come to `end`; both wrap around.
bool Passed(uint32_t now, uint32_t end) {
  return static_cast<int32_t>(now - end) >= 0;
}

constexpr int kOwnPart = 4;  // a piece of one's own share is this part of what is left

// The units of a share that are left, with the stage that they belong to: one word, that it can be
// changed at once.
constexpr int kUnitBits = 20;
constexpr uint64_t kUnitMask = (uint64_t{1} << kUnitBits) - 1;
constexpr uint32_t kStageMask = (1U << (64 - 2 * kUnitBits)) - 1;

constexpr uint64_t PackShare(uint32_t stage, int begin, int end) {
  return uint64_t{stage & kStageMask} << (2 * kUnitBits) |
         static_cast<uint64_t>(begin) << kUnitBits | static_cast<uint64_t>(end);
}

// Where a share begins when n units are dealt out: the first ones are the larger ones.
int ShareBegin(int n, int share, int workers) {
  return static_cast<int>((int64_t{n} * share + workers - 1) / workers);
}

}  // namespace

// Units are counted through all stages of all jobs and never reset. A stage is the range of counts
// that follows the stage before; with its last count it ends (an extra one, counted by Publish).
struct ThreadPool::State {
  int threads = 1;
  std::atomic<int> started{1};  // how many workers have their index
  std::atomic<int> called{1};   // the workers of the current job: those with a lower index
  void (*task)(const void*, Worker&) = nullptr;
  const void* context = nullptr;
  uint32_t start = 0;  // count at which the current job begins
  std::atomic<bool> stopping{false};
  alignas(64) std::atomic<uint32_t> job{0};     // odd: a job is open; even: the last one is over
  alignas(64) std::atomic<uint32_t> inside{0};  // workers that may be in the open job
  alignas(64) std::atomic<uint32_t> done{0};
  struct alignas(64) Share {
    std::atomic<uint64_t> left{0};
  };
  std::vector<Share> shares;
  std::vector<pthread_t> team;

  void WorkerLoop(int index) {
    uint32_t seen = 0;
    while (true) {
      seen = WaitUntil(job, [seen](uint32_t now) { return now != seen; });
      if (stopping.load(std::memory_order_relaxed)) return;
      // A later job's number may be read here, never an earlier one's: then this job is over.
      if (seen % 2 == 0 || index >= called.load(std::memory_order_relaxed)) continue;
      // Enter, then see whether the job is still open; RunErased closes it, then looks who is in.
      inside.fetch_add(1, std::memory_order_seq_cst);
      if (job.load(std::memory_order_seq_cst) == seen) {
        Worker worker(*this, index, start);
        task(context, worker);
      }
      if (inside.fetch_sub(1, std::memory_order_acq_rel) == 1) inside.notify_all();
    }
  }
};

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>()) {
  State& state = *state_;
  const int wanted = std::max(threads, 1);
  state.shares = std::vector<State::Share>(static_cast<size_t>(wanted));
  state.team.reserve(static_cast<size_t>(wanted - 1));
  const auto run = [](void* self) -> void* {
    auto& team = *static_cast<State*>(self);
    team.WorkerLoop(team.started.fetch_add(1, std::memory_order_relaxed));
    return nullptr;
  };
  while (std::ssize(state.team) < wanted - 1) {
    pthread_t thread;
    if (::pthread_create(&thread, nullptr, run, &state) != 0) break;
    state.team.push_back(thread);
  }
  state.threads = static_cast<int>(state.team.size()) + 1;
}

ThreadPool::~ThreadPool() {
  state_->stopping.store(true, std::memory_order_relaxed);
  state_->job.fetch_add(1, std::memory_order_release);
  state_->job.notify_all();
  for (const pthread_t thread : state_->team) ::pthread_join(thread, nullptr);
}

int ThreadPool::threads() const {
  return state_->threads;
}

void ThreadPool::RunErased(int workers, void (*task)(const void*, Worker&), const void* context) {
  State& team = *state_;
  team.called.store(std::clamp(workers, 1, team.threads), std::memory_order_relaxed);
  team.task = task;
  team.context = context;
  team.start = team.done.load(std::memory_order_relaxed);
  // No other worker is in a job now. Stages are counted anew, from 1.
  for (State::Share& share : team.shares) share.left.store(0, std::memory_order_relaxed);
  Worker first(team, 0, team.start);
  if (team.called.load(std::memory_order_relaxed) == 1) return task(context, first);
  team.job.fetch_add(1, std::memory_order_release);
  team.job.notify_all();
  task(context, first);
  team.job.fetch_add(1, std::memory_order_seq_cst);
  if (team.inside.fetch_add(0, std::memory_order_seq_cst) == 0) return;  // read after the closing
  WaitUntil(team.inside, [](uint32_t now) { return now == 0; });
}

int ThreadPool::Worker::FirstUnit(int n) const {
  return ShareBegin(n, index_, team_.called.load(std::memory_order_relaxed));
}

int ThreadPool::Worker::Begin(int n, int grain) {
  while ((n + grain - 1) / grain > static_cast<int>(kUnitMask)) grain *= 2;
  n_units_ = (n + grain - 1) / grain;
  ++stage_;
  end_ += static_cast<uint32_t>(n_units_) + 1;
  return grain;
}

bool ThreadPool::Worker::TakeFromOthers(Units* units) {
  const int workers = team_.called.load(std::memory_order_relaxed);
  for (int i = 1; i < workers; ++i) {
    if (TakeFrom((index_ + i) % workers, units)) return true;
  }
  return false;
}

// Of one's own share a quarter of what is left, from its front; of another's less, from its end.
bool ThreadPool::Worker::TakeFrom(int share, Units* units) {
  const int workers = team_.called.load(std::memory_order_relaxed);
  std::atomic<uint64_t>& word = team_.shares[static_cast<size_t>(share)].left;
  uint64_t now = word.load(std::memory_order_acquire);
  while (true) {
    int begin = static_cast<int>(now >> kUnitBits & kUnitMask);
    int end = static_cast<int>(now & kUnitMask);
    if (now >> (2 * kUnitBits) != (stage_ & kStageMask)) {
      // Of an earlier stage, so nothing of this one is taken; or of a later one, if this is over.
      // The word was read before: while this stage lasts it can only have been an earlier one.
      if (Passed(team_.done.load(std::memory_order_acquire), end_)) return false;
      begin = ShareBegin(n_units_, share, workers);
      end = ShareBegin(n_units_, share + 1, workers);
    }
    const int left = end - begin;
    if (left == 0) return false;
    const bool own = share == index_;
    const int n = std::max(workers == 1 ? left : own ? left / kOwnPart : left / (2 * workers), 1);
    const Units taken = own ? Units{begin, begin + n} : Units{end - n, end};
    const uint64_t rest =
        own ? PackShare(stage_, begin + n, end) : PackShare(stage_, begin, end - n);
    if (word.compare_exchange_weak(now, rest, std::memory_order_acq_rel,
                                   std::memory_order_acquire)) {
      *units = taken;
      return true;
    }
  }
}

bool ThreadPool::Worker::Finish(int units) {
  const auto n = static_cast<uint32_t>(units);
  return n > 0 && team_.done.fetch_add(n, std::memory_order_acq_rel) + n == end_ - 1;
}

void ThreadPool::Worker::Publish() {
  team_.done.fetch_add(1, std::memory_order_acq_rel);
  team_.done.notify_all();
}

void ThreadPool::Worker::Wait() {
  for (Upcoming& ahead : ahead_) {
    constexpr size_t kPiece = 1024;
    for (; ahead.bytes > 0; ahead.bytes -= std::min(ahead.bytes, kPiece)) {
      if (Passed(team_.done.load(std::memory_order_acquire), end_)) {
        ahead_[0] = ahead_[1] = {};
        return;
      }
      for (size_t i = 0; i < kPiece; i += 64) __builtin_prefetch(ahead.data + i, 0, 2);
      ahead.data += kPiece;
    }
  }
  WaitUntil(team_.done, [end = end_](uint32_t now) { return Passed(now, end); });
}

}  // namespace bantam
