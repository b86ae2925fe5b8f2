// The SIGINT handler and its flag.
#include "cli/interrupt.h"

#include <atomic>
#include <csignal>

namespace bantam::cli {
namespace {

std::atomic<int> pending{0};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

void Handle(int) {
  constexpr int kPatience = 3;
  if (pending.fetch_add(1) + 1 < kPatience) return;
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
