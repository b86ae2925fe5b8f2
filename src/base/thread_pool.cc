// A team of threads: workers spin for a moment between stages and jobs, then sleep on a futex.
#include "base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <thread>
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

}  // namespace

// Units are counted through all stages of all jobs and never reset. A stage is the range of counts
// that follows the stage before; with its last count it ends (an extra one, counted by Publish).
struct ThreadPool::State {
  int threads = 1;
  std::atomic<int> called{1};  // the workers of the current job: those with a lower index
  void (*task)(const void*, Worker&) = nullptr;
  const void* context = nullptr;
  uint32_t start = 0;  // count at which the current job begins
  std::atomic<bool> stopping{false};
  alignas(64) std::atomic<uint32_t> job{0};     // odd: a job is open; even: the last one is over
  alignas(64) std::atomic<uint32_t> inside{0};  // workers that may be in the open job
  alignas(64) std::atomic<uint32_t> taken{0};
  alignas(64) std::atomic<uint32_t> done{0};
  std::vector<std::thread> team;

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
  state_->threads = threads < 1 ? 1 : threads;
  for (int worker = 1; worker < state_->threads; ++worker) {
    state_->team.emplace_back([state = state_.get(), worker] { state->WorkerLoop(worker); });
  }
}

ThreadPool::~ThreadPool() {
  state_->stopping.store(true, std::memory_order_relaxed);
  state_->job.fetch_add(1, std::memory_order_release);
  state_->job.notify_all();
  for (std::thread& thread : state_->team) thread.join();
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
  Worker first(team, 0, team.start);
  if (team.called.load(std::memory_order_relaxed) == 1) return task(context, first);
  team.job.fetch_add(1, std::memory_order_release);
  team.job.notify_all();
  task(context, first);
  team.job.fetch_add(1, std::memory_order_seq_cst);
  if (team.inside.fetch_add(0, std::memory_order_seq_cst) == 0) return;  // read after the closing
  WaitUntil(team.inside, [](uint32_t now) { return now == 0; });
}

void ThreadPool::Worker::Begin(int n_units) {
  n_units_ = n_units;
  end_ += static_cast<uint32_t>(n_units) + 1;
}

// Half of an equal share of what is left: few pieces at first, small ones at the end.
bool ThreadPool::Worker::Take(Units* units) {
  const uint32_t last = end_ - 1;
  uint32_t now = team_.taken.load(std::memory_order_relaxed);
  while (!Passed(now, last)) {
    const int left = static_cast<int>(last - now);
    const int workers = team_.called.load(std::memory_order_relaxed);
    const int share = workers == 1 ? left : left / (2 * workers);
    const int least = n_units_ / (16 * workers);
    const int n = std::min(left, std::max({share, least, 1}));
    if (team_.taken.compare_exchange_weak(now, now + static_cast<uint32_t>(n),
                                          std::memory_order_relaxed)) {
      *units = {n_units_ - left, n_units_ - left + n};
      return true;
    }
  }
  return false;
}

bool ThreadPool::Worker::Finish(const Units& units) {
  const auto n = static_cast<uint32_t>(units.end - units.begin);
  return team_.done.fetch_add(n, std::memory_order_acq_rel) + n == end_ - 1;
}

void ThreadPool::Worker::Publish() {
  team_.taken.fetch_add(1, std::memory_order_relaxed);
  team_.done.fetch_add(1, std::memory_order_acq_rel);
  team_.done.notify_all();
}

void ThreadPool::Worker::Wait() {
  WaitUntil(team_.done, [end = end_](uint32_t now) { return Passed(now, end); });
}

}  // namespace bantam
