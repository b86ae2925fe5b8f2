// The public functions of bantam/machine.h.
#include "bantam/machine.h"

#include "engine/machine.h"
#include "engine/machine_speed.h"

namespace bantam {

MachineInfo DescribeMachine() {
  return ReadMachine();
}

Result<MachineSpeed> MeasureMachine(int threads, int prefill_threads) {
  return MeasureSpeed(threads, prefill_threads);
}

Result<std::unique_ptr<MemoryReader>> MemoryReader::Create(int threads) {
  return CreateMemoryReader(threads);
}

Result<DiskSpeed> MeasureDisk(const std::string& path) {
  return MeasureFileReads(path);
}

}  // namespace bantam
