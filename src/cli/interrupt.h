// Ctrl-C as a flag: stops an answer, not the program.
#pragma once

namespace bantam::cli {

// From now on SIGINT raises the flag and interrupts reads. The third one that nobody takes notice
// of ends the process, so that a stuck program can still be left.
void InstallInterruptHandler();

bool Interrupted();
void ClearInterrupt();

// What the handler does; for tests.
void RaiseInterrupt();

}  // namespace bantam::cli
