// The SIGINT handler, its flag, and the pipe that wakes a waiting read (the self-pipe trick of
// D. J. Bernstein).
#include "cli/interrupt.h"

#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
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

struct WakePipe {
  int ends[2] = {-1, -1};  // -1: none could be had; reads then notice signals on their thread only
  WakePipe() {
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
      ends[0] = ends[1] = -1;
      return;
    }
    for (int& end : ends) MoveAboveStandard(end);
  }
  // Whoever was started with a standard stream closed must not read or write the pipe instead.
  static void MoveAboveStandard(int& fd) {
    if (fd > STDERR_FILENO) return;
    const int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    fd = moved;
  }
};

const WakePipe& Wake() {
  static const WakePipe wake;
  return wake;
}

void Raise(const WakePipe& wake) {
  const int saved = errno;
  pending.fetch_add(1);
  (void)!write(wake.ends[1], "", 1);  // a full pipe wakes as well
  errno = saved;
}

void Drain(const WakePipe& wake) {
  char bytes[64];
  while (read(wake.ends[0], bytes, sizeof bytes) > 0) {
  }
}

const WakePipe* handler_wake = nullptr;  // set before the handler can run

void Handle(int) {
  // A step over a long prompt takes seconds on a small machine, in which people press again.
  constexpr int kPresses = 3;
  constexpr int kPatienceS = 10;
  Raise(*handler_wake);
  const int presses = pending.load();
  if (presses == 1) first_s.store(Now());
  if (presses < kPresses || Now() - first_s.load() < kPatienceS) return;
  std::signal(SIGINT, SIG_DFL);
  std::raise(SIGINT);
}

}  // namespace

void InstallInterruptHandler() {
  handler_wake = &Wake();
  struct sigaction action{};
  action.sa_handler = Handle;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
}

bool Interrupted() {
  return pending.load() != 0;
}
void ClearInterrupt() {
  Drain(Wake());  // first: a signal in between leaves both flag and byte, or a byte too many
  pending.store(0);
}
void RaiseInterrupt() {
  Raise(Wake());
}

ssize_t ReadUnlessInterrupted(int fd, void* buffer, size_t size) {
  const WakePipe& wake = Wake();
  while (true) {
    if (Interrupted()) {
      errno = EINTR;
      return -1;
    }
    pollfd ready[2] = {{.fd = fd, .events = POLLIN, .revents = 0},
                       {.fd = wake.ends[0], .events = POLLIN, .revents = 0}};
    if (poll(ready, 2, -1) < 0) return -1;  // EINTR: some signal's handler ran
    if (ready[1].revents != 0) {
      Drain(wake);
      continue;
    }
    return read(fd, buffer, size);
  }
}

}  // namespace bantam::cli
