// One loop: arrivals, deadlines, a step of each model that has work.
#include "server/host/engine_thread.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/clock.h"

namespace bantam::server {
namespace {

// Positions scored between two steps of the others: about as long as a chunk of a prompt.
constexpr int kScoreSlice = 256;

std::string Seconds(double seconds) {
  return std::to_string(static_cast<int64_t>(seconds)) + " s";
}

bool IsOver(const Job& job, double now) {
  const double most = job.deadlines.total_s;
  const double start = job.state->started_s;
  return most > 0 && start > 0 && now - start > most;
}

bool WaitsTooLong(const Job& job, double now) {
  const double most = job.deadlines.queue_s;
  return most > 0 && job.state->waiting.Sum(now) > most;
}

bool IsSilentTooLong(const RunningJob& running, double now) {
  const double most = running.job.deadlines.first_token_s;
  return running.first_token_s == 0 && most > 0 && running.job.state->silent.Sum(now) > most;
}

void LeaveQueue(Job& job, double now) {
  job.ticket.reset();
  job.state->waiting.End(now);
}

Error Cancelled() {
  return {ErrorCode::kCancelled, "the request was cancelled"};
}

Error RunsTooLong(const Job& job) {
  return {ErrorCode::kResourceExhausted,
          "the request has run for more than " + Seconds(job.deadlines.total_s)};
}

Error WaitedTooLong(const Job& job) {
  return {ErrorCode::kResourceExhausted,
          "the request has waited in the queue for more than " + Seconds(job.deadlines.queue_s)};
}

Error NoToken(const Job& job) {
  return {ErrorCode::kResourceExhausted,
          "there was no token within " + Seconds(job.deadlines.first_token_s)};
}

}  // namespace

EngineThread::EngineThread(int max_queue, EngineEvents events)
    : max_queue_(max_queue), events_(std::move(events)), thread_([this] { Run(); }) {}

EngineThread::~EngineThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void EngineThread::Attach(std::shared_ptr<ServedModel> model) {
  {
    const std::lock_guard lock(mutex_);
    arrivals_.push_back({std::move(model), {}, nullptr});
  }
  wake_.notify_all();
}

void EngineThread::Detach(const std::shared_ptr<ServedModel>& model, std::function<void()> gone) {
  {
    const std::lock_guard lock(mutex_);
    arrivals_.push_back({model, {}, std::move(gone)});
  }
  wake_.notify_all();
}

Result<std::shared_ptr<void>> EngineThread::TakeTicket() {
  if (n_queued_->fetch_add(1) >= max_queue_) {
    n_queued_->fetch_sub(1);
    ++n_refused_;
    return Fail(ErrorCode::kResourceExhausted, "the queue is full: " + std::to_string(max_queue_) +
                                                   " requests wait; try again later");
  }
  return std::shared_ptr<void>(nullptr, [count = n_queued_](void*) { count->fetch_sub(1); });
}

Result<void> EngineThread::Send(Arrival arrival) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Fail(ErrorCode::kResourceExhausted, "the server is stopping");
    arrivals_.push_back(std::move(arrival));
  }
  wake_.notify_all();
  return {};
}

Result<void> EngineThread::Submit(const std::shared_ptr<ServedModel>& model,
                                  std::vector<Job> jobs) {
  CHECK(!jobs.empty());
  std::shared_ptr<void> ticket;
  if (!jobs.front().continues) ticket = TRY(TakeTicket());
  const double now = MonotonicSeconds();
  for (Job& job : jobs) {
    job.ticket = ticket;
    job.submitted_s = now;
  }
  ticket.reset();
  return Send({model, std::move(jobs), nullptr});
}

Result<void> EngineThread::Submit(const std::shared_ptr<ServedModel>& model,
                                  std::unique_ptr<EmbedJob> job) {
  CHECK(model->encoder != nullptr && !job->texts.empty());
  job->ticket = TRY(TakeTicket());
  job->submitted_s = MonotonicSeconds();
  return Send({model, {}, nullptr, std::move(job)});
}

EngineFigures EngineThread::figures() const {
  EngineFigures figures = {
      std::max(0, n_queued_->load()), n_running_.load(), n_steps_.load(), n_refused_.load(), {}};
  figures.kv = {kv_used_.load(), kv_cached_.load(), kv_total_.load()};
  return figures;
}

void EngineThread::Run() {
  while (TakeArrivals()) {
    for (size_t i = 0; i < residents_.size(); ++i) Serve(*residents_[i].model);
    RemoveDetached();
    NoteKv();
  }
  const Error stopped{ErrorCode::kResourceExhausted, "the server is stopping"};
  for (Resident& resident : residents_) FailAll(*resident.model, stopped);
  std::vector<Arrival> late;
  {
    const std::lock_guard lock(mutex_);
    late.swap(arrivals_);
  }
  for (Arrival& arrival : late) {
    for (Job& job : arrival.jobs) job.on_done(std::unexpected(stopped));
    if (arrival.embed) arrival.embed->on_done(std::unexpected(stopped));
    if (arrival.gone) arrival.gone();
  }
}

void EngineThread::NoteKv() {
  KvUse sum;
  for (const Resident& resident : residents_) {
    if (resident.model->engine == nullptr) continue;
    const KvUse use = resident.model->engine->kv_use();
    sum.used += use.used;
    sum.cached += use.cached;
    sum.total += use.total;
  }
  kv_used_ = sum.used;
  kv_cached_ = sum.cached;
  kv_total_ = sum.total;
}

bool EngineThread::Busy() const {
  return std::ranges::any_of(residents_, [](const Resident& resident) {
    const ServedModel& model = *resident.model;
    return !model.running.empty() || !model.queue.empty() || !model.embeds.empty();
  });
}

// Waits for something to do; false to stop.
bool EngineThread::TakeArrivals() {
  std::vector<Arrival> arrivals;
  {
    std::unique_lock lock(mutex_);
    if (!Busy()) wake_.wait(lock, [this] { return stopping_ || !arrivals_.empty(); });
    if (stopping_) return false;
    arrivals.swap(arrivals_);
  }
  for (Arrival& arrival : arrivals) Accept(std::move(arrival));
  return true;
}

void EngineThread::Accept(Arrival arrival) {
  const auto resident = std::ranges::find(residents_, arrival.model, &Resident::model);
  const Error unloaded{ErrorCode::kNotFound, "the model has been unloaded"};
  if (arrival.embed != nullptr) {
    if (resident == residents_.end()) return arrival.embed->on_done(std::unexpected(unloaded));
    return resident->model->embeds.Push(std::move(arrival.embed));
  }
  if (arrival.jobs.empty()) {
    if (!arrival.gone) {
      residents_.push_back({std::move(arrival.model), nullptr});
    } else if (resident != residents_.end()) {
      resident->gone = std::move(arrival.gone);
    } else {
      arrival.gone();
    }
    return;
  }
  for (Job& job : arrival.jobs) {
    if (resident == residents_.end()) {
      job.on_done(std::unexpected(unloaded));
    } else {
      job.state->waiting.Begin(job.submitted_s);
      resident->model->queue.Push(std::move(job));
    }
  }
}

void EngineThread::Serve(ServedModel& model) {
  if (model.encoder != nullptr) {
    model.embeds.DropGone();
    return model.embeds.RunSlice(*model.encoder);
  }
  DropWaiting(model);
  CheckRunning(model);
  Admit(model);
  if (model.running.empty()) return;
  ScoreSlice(model);
  Step(model);
  Collect(model);
}

// Those whose client has left, who wait too long or whose request's time is over. Of a reply that
// would have gone on there is what was said before.
void EngineThread::DropWaiting(ServedModel& model) {
  if (model.queue.empty()) return;
  const double now = MonotonicSeconds();
  std::vector<Job> gone = model.queue.TakeIf([now](const Job& job) {
    return job.state->cancelled || IsOver(job, now) || WaitsTooLong(job, now);
  });
  for (Job& job : gone) {
    LeaveQueue(job, now);
    if (job.state->cancelled) {
      job.on_done(std::unexpected(Cancelled()));
    } else if (job.continues) {
      JobResult nothing;
      nothing.generation.finish = FinishReason::kCancelled;
      nothing.timed_out = true;
      job.on_done(std::move(nothing));
    } else {
      job.on_done(std::unexpected(IsOver(job, now) ? RunsTooLong(job) : WaitedTooLong(job)));
    }
  }
}

void EngineThread::CheckRunning(ServedModel& model) {
  const double now = MonotonicSeconds();
  for (size_t i = 0; i < model.running.size(); ++i) {
    RunningJob& running = *model.running[i];
    if (IsSilentTooLong(running, now)) running.out_of_time = running.too_late = true;
    if (IsOver(running.job, now)) running.out_of_time = true;
    if (!running.out_of_time && !running.job.state->cancelled) continue;
    if (running.scored < 0) {
      model.engine->Cancel(running.id);
    } else {
      const Job& job = running.job;
      End(model, &running,
          std::unexpected(job.state->cancelled ? Cancelled()
                          : running.too_late   ? NoToken(job)
                                               : RunsTooLong(job)));
      --i;
    }
  }
  Collect(model);
}

void EngineThread::Admit(ServedModel& model) {
  while (std::ssize(model.running) < model.parallel) {
    std::optional<Job> job = model.queue.Pop();
    if (!job) return;
    LeaveQueue(*job, MonotonicSeconds());
    Start(model, *std::move(job));
  }
}

void EngineThread::Start(ServedModel& model, Job job) {
  auto owned = std::make_unique<RunningJob>();
  RunningJob& running = *owned;
  running.job = std::move(job);
  running.started_s = MonotonicSeconds();
  RequestState& state = *running.job.state;
  if (state.started_s == 0) state.started_s = running.started_s;
  state.silent.Begin(running.started_s);
  model.running.push_back(std::move(owned));
  ++n_running_;
  if (running.job.score_top) {
    running.scored = 0;
    return;
  }
  if (const auto started = Generate(model, running); !started) {
    End(model, &running, std::unexpected(started.error()));
  }
}

Result<void> EngineThread::Generate(ServedModel& model, RunningJob& running) {
  GenerationRequest request = running.job.request;
  request.on_delta = [this, &running, next = std::move(request.on_delta)](const Delta& delta) {
    return OnDelta(running, delta, next);
  };
  running.id = TRY(model.engine->Submit(std::move(request)));
  return {};
}

bool EngineThread::OnDelta(RunningJob& running, const Delta& delta,
                           const std::function<bool(const Delta&)>& next) {
  const double now = MonotonicSeconds();
  if (running.first_token_s == 0) {
    running.first_token_s = now;
    running.job.state->silent.End(now);
    if (events_.on_first_token && !running.job.continues) {
      events_.on_first_token(now - running.job.submitted_s);
    }
  } else if (events_.on_between) {
    events_.on_between(now - running.last_delta_s);
  }
  running.last_delta_s = now;
  running.n_told += static_cast<int>(delta.tokens.size());
  if (events_.on_tokens) events_.on_tokens(static_cast<int>(delta.tokens.size()));
  if (running.job.state->cancelled) return false;
  return !next || next(delta);
}

// A slice of the first job that is to be scored. The prefix cache holds what came before; without
// it everything is scored at once.
void EngineThread::ScoreSlice(ServedModel& model) {
  const auto found =
      std::ranges::find_if(model.running, [](const auto& r) { return r->scored >= 0; });
  if (found == model.running.end()) return;
  RunningJob& running = **found;
  const std::vector<TokenId>& prompt = running.job.request.prompt;
  const int n = static_cast<int>(prompt.size());
  const int from = running.scored;
  const int end = model.prefix_cache ? std::min(n, from + kScoreSlice) : n;
  PromptScores& scores = running.scores;
  scores.logprobs.resize(prompt.size());
  scores.tops.resize(prompt.size());
  const auto scored =
      model.engine->Score(std::span(prompt).first(static_cast<size_t>(end)), *running.job.score_top,
                          from, [&](const ScoredPosition& position) {
                            const auto at = static_cast<size_t>(position.pos);
                            if (position.logprob)
                              scores.logprobs[at] = static_cast<float>(*position.logprob);
                            if (at + 1 < prompt.size()) scores.tops[at + 1] = position.top;
                            return !running.job.state->cancelled;
                          });
  if (!scored) return End(model, &running, std::unexpected(scored.error()));
  running.scored = end;
  if (end < n) return;
  running.scored = -1;
  if (running.job.on_scored) running.job.on_scored(std::move(scores));
  if (const auto started = Generate(model, running); !started) {
    End(model, &running, std::unexpected(started.error()));
  }
}

void EngineThread::Step(ServedModel& model) {
  const Result<bool> step = model.engine->Step();
  ++n_steps_;
  ++model.n_steps;
  if (step) return;
  model.broken = true;
  FailAll(model, step.error());
}

void EngineThread::Collect(ServedModel& model) {
  for (size_t i = 0; i < model.running.size();) {
    RunningJob& running = *model.running[i];
    std::optional<GenerationResult> taken;
    if (running.scored < 0) taken = model.engine->Take(running.id);
    if (!taken) {
      ++i;
      continue;
    }
    if (running.too_late && !running.job.continues) {
      End(model, &running, std::unexpected(NoToken(running.job)));
      continue;
    }
    if (taken->finish == FinishReason::kError && taken->error) {
      End(model, &running, std::unexpected(*taken->error));
      continue;
    }
    JobResult result;
    result.generation = *std::move(taken);
    result.timed_out = running.out_of_time;
    const int untold = result.generation.stats.generated_tokens - running.n_told;
    if (events_.on_tokens && untold > 0) events_.on_tokens(untold);
    if (events_.on_finish) events_.on_finish(running, result);
    End(model, &running, std::move(result));
  }
}

void EngineThread::End(ServedModel& model, RunningJob* running, Result<JobResult> result) {
  const auto found = std::ranges::find(model.running, running, &std::unique_ptr<RunningJob>::get);
  CHECK(found != model.running.end());
  const std::unique_ptr<RunningJob> owned = std::move(*found);
  model.running.erase(found);
  --n_running_;
  if (owned->first_token_s == 0) owned->job.state->silent.End(MonotonicSeconds());
  model.queue.Finished(owned->job.client);
  owned->job.on_done(std::move(result));
}

void EngineThread::FailAll(ServedModel& model, const Error& error) {
  while (!model.running.empty()) {
    RunningJob& running = *model.running.back();
    if (running.scored < 0) {
      model.engine->Cancel(running.id);
      (void)model.engine->Take(running.id);
    }
    End(model, &running, std::unexpected(error));
  }
  model.embeds.FailAll(error);
  for (Job& job : model.queue.TakeIf([](const Job&) { return true; })) {
    LeaveQueue(job, MonotonicSeconds());
    job.on_done(std::unexpected(error));
  }
}

void EngineThread::RemoveDetached() {
  for (size_t i = 0; i < residents_.size();) {
    ServedModel& model = *residents_[i].model;
    if (!residents_[i].gone || !model.running.empty() || !model.queue.empty() ||
        !model.embeds.empty()) {
      ++i;
      continue;
    }
    const Resident resident = std::move(residents_[i]);
    residents_.erase(residents_.begin() + static_cast<ptrdiff_t>(i));
    model.engine.reset();
    model.encoder.reset();
    resident.gone();
  }
}

}  // namespace bantam::server
