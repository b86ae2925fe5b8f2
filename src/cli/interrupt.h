// Ctrl-C as a flag: stops an answer, not the program.
#pragma once

namespace bantam::cli {

// From now on SIGINT raises the flag and interrupts reads. When nobody takes notice of three or
// more for ten seconds, the next one ends the process, so that a stuck program can still be left.
void InstallInterruptHandler();

bool Interrupted();
void ClearInterrupt();

// What the handler does; for tests.
void RaiseInterrupt();

}  // namespace bantam::cli
