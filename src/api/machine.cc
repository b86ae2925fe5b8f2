// The public functions of bantam/machine.h.
#include "bantam/machine.h"

#include "engine/machine.h"

namespace bantam {

MachineInfo DescribeMachine() {
  return ReadMachine();
}

Result<MachineSpeed> MeasureMachine(int threads) {
  return MeasureSpeed(threads);
}

}  // namespace bantam
