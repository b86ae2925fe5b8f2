// Asks kernels and base what there is.
#include "engine/machine.h"

#include "base/check.h"
#include "base/cpu_info.h"
#include "base/disk_speed.h"
#include "base/memory_info.h"
#include "base/page_memory.h"
#include "base/small_file.h"
#include "kernels/kernels.h"

namespace bantam {

std::string KernelName() {
  return std::string(ActiveKernels().name);
}

uint64_t PeakProcessMemory() {
  return PeakResidentBytes();
}

std::string ChosenWord(const std::string& text) {
  const size_t open = text.find('[');
  const size_t close = text.find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return "";
  return text.substr(open + 1, close - open - 1);
}

MachineInfo ReadMachine() {
  const CpuInfo cpu = ReadCpuInfo();
  MachineInfo info;
  info.isa = KernelName();
  for (const Kernels* table : RunnableKernels()) info.isas.emplace_back(table->name);
  info.cpus = cpu.usable;
  info.fast_cpus = cpu.performance;
  info.cpu_quota = cpu.quota;
  info.threads = cpu.threads();
  info.memory_available = AvailableMemoryBytes().value_or(0);
  info.memory_total = TotalMemoryBytes().value_or(0);
  info.page_bytes = PageBytes();
  info.huge_pages =
      ChosenWord(ReadSmallFile("/sys/kernel/mm/transparent_hugepage/enabled").value_or(""));
  return info;
}

Result<DiskSpeed> MeasureFileReads(const std::string& path) {
  constexpr uint64_t kBytes = uint64_t{256} << 20;
  const DiskRead read = TRY(ReadPastCache(path, kBytes));
  return DiskSpeed{read.bytes, static_cast<double>(read.bytes) / read.seconds};
}

}  // namespace bantam
