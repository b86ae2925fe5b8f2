// MatrixUnit: whether this process may use the processor's matrix registers.
#pragma once

namespace bantam {

// Whether the processor multiplies tiles of 8-bit integers (AMX-INT8) and the operating system lets
// this process: their registers are so large that Linux wants to be asked (arch_prctl(2)), which
// this does, for all threads of the process.
bool RequestMatrixUnit();

}  // namespace bantam
