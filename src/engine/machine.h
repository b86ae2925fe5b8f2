// Machine: what the public API tells about the machine and this process.
#pragma once

#include <cstdint>
#include <string>

namespace bantam {

std::string KernelName();      // ActiveIsa
uint64_t PeakProcessMemory();  // PeakMemoryBytes

}  // namespace bantam
