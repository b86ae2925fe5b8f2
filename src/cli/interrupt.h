// Ctrl-C as a flag: stops an answer, not the program.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace bantam::cli {

// From now on SIGINT raises the flag. When nobody takes notice of three or more for ten seconds,
// the next one ends the process, so that a stuck program can still be left.
void InstallInterruptHandler();

bool Interrupted();
void ClearInterrupt();

// read(2), but fails with EINTR while the flag is raised, also when Ctrl-C came just before the
// call or on another thread: a plain read would wait then for a second Ctrl-C.
ssize_t ReadUnlessInterrupted(int fd, void* buffer, size_t size);

// What the handler does; for tests.
void RaiseInterrupt();

}  // namespace bantam::cli
