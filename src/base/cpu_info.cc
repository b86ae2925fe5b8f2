// Processors from the affinity mask, the cgroup quota and the speeds the kernel reports.
#include "base/cpu_info.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <thread>

#include "base/cgroup.h"
#include "base/small_file.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace bantam {
namespace {

// The processors this process may run on.
std::vector<int> AffinityCpus() {
  std::vector<int> cpus;
#if defined(__linux__)
  // The kernel refuses sets smaller than its own; 2^16 processors are beyond any machine.
  for (int max_cpus = 1024; max_cpus <= 1 << 16 && cpus.empty(); max_cpus *= 4) {
    cpu_set_t* set = CPU_ALLOC(max_cpus);
    if (set == nullptr) break;
    const size_t size = CPU_ALLOC_SIZE(max_cpus);
    CPU_ZERO_S(size, set);
    if (sched_getaffinity(0, size, set) == 0) {
      for (int cpu = 0; cpu < max_cpus; ++cpu) {
        if (CPU_ISSET_S(static_cast<size_t>(cpu), size, set)) cpus.push_back(cpu);
      }
    }
    CPU_FREE(set);
  }
#endif
  if (cpus.empty()) {
    const int n = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    for (int cpu = 0; cpu < n; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

}  // namespace

int CpuInfo::threads() const {
  int threads = performance;
  if (quota > 0) {
    const double whole = std::ceil(quota);
    if (whole < threads) threads = static_cast<int>(whole);
  }
  return std::max(1, threads);
}

int CountPerformanceCpus(std::span<const uint64_t> speeds) {
  uint64_t fastest = 0;
  for (uint64_t speed : speeds) fastest = std::max(fastest, speed);
  int count = 0;
  for (uint64_t speed : speeds) {
    // Unknown speeds count: better one thread too many than a machine left idle.
    if (speed == 0 || speed >= fastest - fastest / 2) ++count;
  }
  return std::max(1, count);
}

std::vector<uint64_t> ReadCpuSpeeds(std::span<const int> cpus, const std::string& sys_root) {
  std::vector<uint64_t> speeds;
  for (const char* file : {"cpu_capacity", "cpufreq/cpuinfo_max_freq"}) {
    speeds.clear();
    bool complete = true;
    for (int cpu : cpus) {
      const std::string path = sys_root + "/cpu" + std::to_string(cpu) + "/" + file;
      const std::optional<std::string> text = ReadSmallFile(path);
      const std::optional<uint64_t> speed = text ? ParseLeadingUint(*text) : std::nullopt;
      complete = complete && speed.has_value();
      speeds.push_back(speed.value_or(0));
    }
    if (complete) return speeds;
  }
  return speeds;
}

std::optional<std::vector<int>> ParseCpuList(std::string_view text) {
  constexpr uint64_t kMaxCpus = 1 << 16;
  std::vector<int> cpus;
  while (!text.empty() && text != "\n") {
    const size_t comma = text.find(',');
    const std::string_view range = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    const std::optional<uint64_t> first = ParseLeadingUint(range);
    const size_t dash = range.find('-');
    const std::optional<uint64_t> last =
        dash == std::string_view::npos ? first : ParseLeadingUint(range.substr(dash + 1));
    if (!first || !last || *last >= kMaxCpus) return std::nullopt;
    for (uint64_t cpu = *first; cpu <= *last; ++cpu) cpus.push_back(static_cast<int>(cpu));
  }
  return cpus;
}

std::vector<int> PerformanceCores(std::span<const int> cpus, const std::string& devices_root) {
  const std::vector<int> all(cpus.begin(), cpus.end());
  const std::optional<std::string> text = ReadSmallFile(devices_root + "/cpu_core/cpus");
  const std::optional<std::vector<int>> listed = text ? ParseCpuList(*text) : std::nullopt;
  if (!listed) return all;
  std::vector<int> cores;
  for (const int cpu : cpus) {
    if (std::ranges::find(*listed, cpu) != listed->end()) cores.push_back(cpu);
  }
  return cores.empty() ? all : cores;  // a process may be confined to the small ones
}

CpuInfo ReadCpuInfo() {
  const std::vector<int> cpus = AffinityCpus();
  CpuInfo info;
  info.usable = static_cast<int>(cpus.size());
  const std::vector<int> cores = PerformanceCores(cpus, "/sys/devices");
  info.performance = CountPerformanceCpus(ReadCpuSpeeds(cores, "/sys/devices/system/cpu"));
  info.quota = ReadCgroupLimits().cpus;
  return info;
}

}  // namespace bantam
