// clang's -fsanitize-coverage=trace-pc calls a function in each basic block. libFuzzer has one of
// that name, which does nothing: the linker puts this one in its place (fuzz/CMakeLists.txt).
#include "step_count.h"

namespace {
uint64_t g_steps = 0;
}  // namespace

namespace bantam {
uint64_t StepsTaken() {
  return g_steps;
}
}  // namespace bantam

// NOLINTNEXTLINE(bugprone-reserved-identifier): the linker's name for what it replaces.
extern "C" void __wrap___sanitizer_cov_trace_pc();
extern "C" void __wrap___sanitizer_cov_trace_pc() {
  ++g_steps;
}
