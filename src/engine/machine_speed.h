// MachineSpeed: the measured half of bantam/machine.h.
#pragma once

#include <memory>
#include <span>

#include "bantam/machine.h"

namespace bantam {

// MeasureMachine.
Result<MachineSpeed> MeasureSpeed(int threads, int prefill_threads);

// MemoryReader::Create.
Result<std::unique_ptr<MemoryReader>> CreateMemoryReader(int threads);

// Rates of equal pieces of work, cut into ten parts in time (those of a part by their median, so
// that single pauses do not count): the slowest part over the fastest, the last over the first.
struct Steadiness {
  double slowest = 1;
  double last_over_first = 1;
};
Steadiness SteadinessOf(std::span<const double> rates);

}  // namespace bantam
