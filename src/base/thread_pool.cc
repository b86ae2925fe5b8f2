// A team of threads: workers spin for a moment between jobs, then sleep on a futex.
#include "base/thread_pool.h"

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

// Waits until `value` differs from `old`: spinning first, then asleep.
uint32_t WaitForChange(const std::atomic<uint32_t>& value, uint32_t old) {
  for (int i = 0; i < kSpins; ++i) {
    const uint32_t now = value.load(std::memory_order_acquire);
    if (now != old) return now;
    Pause();
  }
  while (true) {
    value.wait(old, std::memory_order_acquire);
    const uint32_t now = value.load(std::memory_order_acquire);
    if (now != old) return now;
  }
}

}  // namespace

struct ThreadPool::State {
  int threads = 1;
  void (*task)(const void*, int) = nullptr;
  const void* context = nullptr;
  bool stopping = false;
  alignas(64) std::atomic<uint32_t> job{0};      // counts jobs; a change starts one
  alignas(64) std::atomic<int> arrived{0};       // workers at the current barrier
  alignas(64) std::atomic<uint32_t> barrier{0};  // counts barriers passed
  std::vector<std::thread> team;

  void Barrier() {
    const uint32_t passed = barrier.load(std::memory_order_relaxed);
    if (arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == threads) {
      arrived.store(0, std::memory_order_relaxed);
      barrier.store(passed + 1, std::memory_order_release);
      barrier.notify_all();
    } else {
      WaitForChange(barrier, passed);
    }
  }

  void WorkerLoop(int worker) {
    uint32_t seen = 0;
    while (true) {
      seen = WaitForChange(job, seen);
      if (stopping) return;
      task(context, worker);
      Barrier();
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
  state_->stopping = true;
  state_->job.fetch_add(1, std::memory_order_release);
  state_->job.notify_all();
  for (std::thread& thread : state_->team) thread.join();
}

int ThreadPool::threads() const {
  return state_->threads;
}

void ThreadPool::Barrier() {
  if (state_->threads > 1) state_->Barrier();
}

void ThreadPool::RunErased(void (*task)(const void*, int), const void* context) {
  if (state_->threads == 1) {
    task(context, 0);
    return;
  }
  state_->task = task;
  state_->context = context;
  state_->job.fetch_add(1, std::memory_order_release);
  state_->job.notify_all();
  task(context, 0);
  state_->Barrier();
}

}  // namespace bantam
