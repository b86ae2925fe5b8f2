// ThreadPool: a fixed team of threads that run one function together, many times a token.
#pragma once

#include <cstdint>
#include <memory>

namespace bantam {

// A team of `threads` workers, of which the calling thread is worker 0. Only one thread may call
// Run at a time. Workers spin briefly, then sleep. Inside a task, Barrier() separates phases.
class ThreadPool {
 public:
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;

  // Inside a task: waits until every worker has reached this call.
  void Barrier();

  // Calls task(worker) on every worker, 0 ≤ worker < threads(), and returns when all have.
  template <typename Task>
  void Run(const Task& task) {
    RunErased([](const void* context, int worker) { (*static_cast<const Task*>(context))(worker); },
              &task);
  }

 private:
  struct State;
  void RunErased(void (*task)(const void*, int), const void* context);
  std::unique_ptr<State> state_;
};

// The half-open range of [0, n) that is worker w's share of `workers`, in multiples of `grain`.
struct Share {
  int begin;
  int end;
};
inline Share ShareOf(int n, int worker, int workers, int grain = 1) {
  const int units = (n + grain - 1) / grain;
  const int begin = static_cast<int>(static_cast<int64_t>(units) * worker / workers) * grain;
  const int end = static_cast<int>(static_cast<int64_t>(units) * (worker + 1) / workers) * grain;
  return {begin < n ? begin : n, end < n ? end : n};
}

}  // namespace bantam
