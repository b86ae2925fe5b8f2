// EngineThread: the one thread that steps engines, so that two models never fight for the cores.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bantam/result.h"
#include "server/host/job.h"
#include "server/host/served_model.h"

namespace bantam::server {

// What happens on the thread, for statistics. Called on it; must not block.
struct EngineEvents {
  std::function<void(const RunningJob&, const JobResult&)> on_finish;
  std::function<void(double seconds)> on_first_token;  // since it was submitted
  std::function<void(double seconds)> on_between;      // between two pieces of a reply
  std::function<void(int tokens)> on_tokens;           // of a piece
};

struct EngineFigures {
  int queued = 0;   // groups of jobs that wait
  int running = 0;  // sequences
  uint64_t steps = 0;
  uint64_t refused = 0;  // because the queue was full
  KvUse kv;              // of all engines, when the last step ended
};

// Submit, Attach, Detach and figures are thread-safe.
class EngineThread {
 public:
  // At most `max_queue` groups of jobs wait.
  EngineThread(int max_queue, EngineEvents events);
  // Cancels what runs and waits.
  ~EngineThread();
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;

  void Attach(std::shared_ptr<ServedModel> model);
  // No job of it may be submitted any more. Its engine is destroyed when the last has ended;
  // `gone` is called then, on the thread.
  void Detach(const std::shared_ptr<ServedModel>& model, std::function<void()> gone);

  // A group of jobs takes one place in the queue. Fails with kResourceExhausted, and runs none,
  // if there is no place. Jobs that go on with a reply need none.
  Result<void> Submit(const std::shared_ptr<ServedModel>& model, std::vector<Job> jobs);

  // The same for texts, of an encoder.
  Result<void> Submit(const std::shared_ptr<ServedModel>& model, std::unique_ptr<EmbedJob> job);

  EngineFigures figures() const;

 private:
  struct Arrival {
    std::shared_ptr<ServedModel> model;
    std::vector<Job> jobs;       // empty: the model itself comes or goes
    std::function<void()> gone;  // set: goes
    std::unique_ptr<EmbedJob> embed = nullptr;
  };
  struct Resident {
    std::shared_ptr<ServedModel> model;
    std::function<void()> gone;
  };

  Result<std::shared_ptr<void>> TakeTicket();
  Result<void> Send(Arrival arrival);
  void NoteKv();
  void Run();
  bool TakeArrivals();
  void Accept(Arrival arrival);
  bool Busy() const;
  void Serve(ServedModel& model);
  void Admit(ServedModel& model);
  void Start(ServedModel& model, Job job);
  Result<void> Generate(ServedModel& model, RunningJob& running);
  void DropWaiting(ServedModel& model);
  void CheckRunning(ServedModel& model);
  void ScoreSlice(ServedModel& model);
  void Step(ServedModel& model);
  void Collect(ServedModel& model);
  bool OnDelta(RunningJob& running, const Delta& delta,
               const std::function<bool(const Delta&)>& next);
  void End(ServedModel& model, RunningJob* running, Result<JobResult> result);
  void FailAll(ServedModel& model, const Error& error);
  void RemoveDetached();

  const int max_queue_;
  const EngineEvents events_;
  const std::shared_ptr<std::atomic<int>> n_queued_ = std::make_shared<std::atomic<int>>(0);
  std::atomic<int> n_running_{0};
  std::atomic<uint64_t> n_steps_{0};
  std::atomic<uint64_t> n_refused_{0};
  std::atomic<uint64_t> kv_used_{0};
  std::atomic<uint64_t> kv_cached_{0};
  std::atomic<uint64_t> kv_total_{0};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Arrival> arrivals_;  // guarded by mutex_
  bool stopping_ = false;          // guarded by mutex_

  std::vector<Resident> residents_;  // of the thread alone
  std::thread thread_;               // last: starts when all else is there
};

}  // namespace bantam::server
