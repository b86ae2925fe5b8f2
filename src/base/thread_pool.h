// ThreadPool: a fixed team of threads that run one function together, many times a token.
#pragma once

#include <cstdint>
#include <memory>

namespace bantam {

// A team of `threads` workers, of which the calling thread is worker 0. Only one thread may call
// Run at a time. Workers spin briefly, then sleep.
//
// A task is a sequence of stages, each a range of units. A worker takes its own share piece by
// piece from the front, a quarter of what is left at a time, then smaller pieces from the ends of
// others' shares (affinity scheduling, Markatos and LeBlanc 1994): so it reads memory in one
// direction, and knows where it will begin. A stage ends when its units are done, not when every
// worker has arrived: a worker whose processor is busy elsewhere delays nobody but the units that
// it holds, and joins again at whatever stage the others have reached.
class ThreadPool {
  struct State;

 public:
  class Worker;

  // Fewer where the system starts no more (a limit of processes): threads() says how many.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;

  // Calls task(worker) on worker 0 and on every other one that comes in time, and returns when all
  // have left it. Whatever is not inside a stage is done by each of them.
  template <typename Task>
  void Run(const Task& task) {
    Run(threads(), task);
  }

  // The same with the first `workers` of the team only (1 … threads()); the others stay out.
  template <typename Task>
  void Run(int workers, const Task& task) {
    RunErased(
        workers,
        [](const void* context, Worker& worker) { (*static_cast<const Task*>(context))(worker); },
        &task);
  }

 private:
  void RunErased(int workers, void (*task)(const void*, Worker&), const void* context);
  std::unique_ptr<State> state_;
};

// The first `workers` of a pool, as Run wants them.
struct Team {
  ThreadPool& pool;
  int workers;

  template <typename Task>
  void Run(const Task& task) const {
    pool.Run(workers, task);
  }
};

// Memory that a worker will read soon; it need not be readable.
struct Upcoming {
  const uint8_t* data = nullptr;
  size_t bytes = 0;
};

// One worker inside a task. Every worker must go through the same stages with the same sizes.
class ThreadPool::Worker {
 public:
  Worker(State& team, int index, uint32_t start) : team_(team), index_(index), end_(start) {}

  int index() const { return index_; }  // 0 ≤ index < threads()

  // Where this worker's share of a stage of n units begins; its end, if the share has none.
  int FirstUnit(int n) const;

  // What this worker will read first after the coming stage. It asks for that while it waits for
  // the others at the stage's end, so that memory does not stand idle; then it is forgotten.
  void Expect(Upcoming first, Upcoming second = {}) {
    ahead_[0] = first;
    ahead_[1] = second;
  }

  // A stage: calls work(begin, end) for ranges that cover [0, n) once, each beginning at a multiple
  // of `grain`; n > 0. Returns when all of them are done and what they wrote can be read.
  template <typename Work>
  void Share(int n, int grain, const Work& work) {
    ShareThen(n, grain, work, [] {});
  }

  // The same, and whoever finishes the last range calls `then` before the stage ends: for serial
  // work that is too short for a stage of its own.
  template <typename Work, typename Then>
  void ShareThen(int n, int grain, const Work& work, const Then& then) {
    grain = Begin(n, grain);
    const auto run = [&](Units units) {
      const int end = units.end * grain;
      work(units.begin * grain, end < n ? end : n);
      return units.end - units.begin;
    };
    int own = 0;  // counted together: others read that counter
    for (Units units; TakeFrom(index_, &units);) own += run(units);
    bool last = Finish(own);
    for (Units units; !last && TakeFromOthers(&units);) last = Finish(run(units));
    if (last) {
      then();
      Publish();
    }
    Wait();
  }

 private:
  struct Units {
    int begin;
    int end;
  };
  int Begin(int n, int grain);  // returns the grain, larger where units would be too many
  bool TakeFrom(int share, Units* units);  // false: none are left
  bool TakeFromOthers(Units* units);
  bool Finish(int units);  // counts them; true: these were the last
  void Publish();
  void Wait();

  State& team_;
  int index_;
  int n_units_ = 0;
  uint32_t stage_ = 0;  // of this job, from 1
  uint32_t end_;        // of the current stage, in units of all stages so far
  Upcoming ahead_[2];
};

}  // namespace bantam
