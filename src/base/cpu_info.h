// CpuInfo: how many processors this process may use, and how many of them are fast ones.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bantam {

struct CpuInfo {
  int usable = 1;       // processors in the affinity mask
  int performance = 1;  // of those, the fast ones of a big.LITTLE machine; else all of them
  double quota = 0;     // processor time the cgroup allows; 0: no quota
  int threads() const;  // what to use by default: fast ones, at most the quota rounded up
};

// Asks the operating system; never fails (one processor if nothing can be found out).
CpuInfo ReadCpuInfo();

// The parts, for tests. `speeds` has one relative speed per usable processor, 0 where unknown:
// counted are those of at least half the fastest one's speed.
int CountPerformanceCpus(std::span<const uint64_t> speeds);

// The numbers of a kernel list such as "0-3,8,10-11"; nothing if it is not one.
std::optional<std::vector<int>> ParseCpuList(std::string_view text);

// Those of the given processors that the kernel calls performance cores (Intel's with two kinds:
// "/sys/devices/cpu_core/cpus" under `devices_root`); all of them where it has no such list. Their
// clocks alone would not tell: the small cores' are more than half as fast.
std::vector<int> PerformanceCores(std::span<const int> cpus, const std::string& devices_root);

// Speeds of the given processors from cpu_capacity, else cpufreq/cpuinfo_max_freq under
// `sys_root` ("/sys/devices/system/cpu").
std::vector<uint64_t> ReadCpuSpeeds(std::span<const int> cpus, const std::string& sys_root);

}  // namespace bantam
