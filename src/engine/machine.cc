// Asks kernels and base.
#include "engine/machine.h"

#include "base/memory_info.h"
#include "kernels/kernels.h"

namespace bantam {

std::string KernelName() {
  return std::string(ActiveKernels().name);
}

uint64_t PeakProcessMemory() {
  return PeakResidentBytes();
}

}  // namespace bantam
