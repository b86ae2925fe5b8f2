// Machine: the parts of bantam/machine.h, and what else the public API tells of this process.
#pragma once

#include <cstdint>
#include <string>

#include "bantam/machine.h"

namespace bantam {

std::string KernelName();      // ActiveIsa
uint64_t PeakProcessMemory();  // PeakMemoryBytes

MachineInfo ReadMachine();                                    // DescribeMachine
Result<DiskSpeed> MeasureFileReads(const std::string& path);  // MeasureDisk

// The chosen word of a Linux setting like "always [madvise] never"; empty if there is none.
std::string ChosenWord(const std::string& text);

}  // namespace bantam
