// The SIGINT handler and its flag.
#include "cli/interrupt.h"

#include <time.h>

#include <atomic>
#include <csignal>
#include <cstdint>

namespace bantam::cli {
namespace {

std::atomic<int> pending{0};
std::atomic<int64_t> first_s{0};  // when the first of them came
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<int64_t>::is_always_lock_free,
              "used in a signal handler");

int64_t Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

void Handle(int) {
  // A step over a long prompt takes seconds on a small machine, in which people press again.
  constexpr int kPresses = 3;
  constexpr int kPatienceS = 10;
  const int presses = pending.fetch_add(1) + 1;
  if (presses == 1) first_s.store(Now());
  if (presses < kPresses || Now() - first_s.load() < kPatienceS) return;
  std::signal(SIGINT, SIG_DFL);
  std::raise(SIGINT);
}

}  // namespace

void InstallInterruptHandler() {
  struct sigaction action{};
  action.sa_handler = Handle;
  sigemptyset(&action.sa_mask);
  action.sa_flags = 0;  // no SA_RESTART: a read at the prompt must come back
  sigaction(SIGINT, &action, nullptr);
}

bool Interrupted() {
  return pending.load() != 0;
}
void ClearInterrupt() {
  pending.store(0);
}
void RaiseInterrupt() {
  pending.fetch_add(1);
}

}  // namespace bantam::cli
