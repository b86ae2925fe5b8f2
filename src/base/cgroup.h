// Cgroup: the processor and memory limits that the container or service manager sets.
//
// Follows cgroups(7) and the kernel's admin-guide/cgroup-v2 and cgroup-v1 documents.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bantam {

struct CgroupLimits {
  double cpus = 0;            // processor time per wall time; 0: no quota
  uint64_t memory_limit = 0;  // bytes; 0: no limit
  uint64_t memory_used = 0;   // bytes that cannot be reclaimed, in the group with that limit
};

// How often and how long the quotas of this process's groups have made it wait, since they exist.
struct CpuThrottling {
  uint64_t periods = 0;
  double seconds = 0;
};

// The tightest limits along the path from this process's group to the root, for both versions.
// Unreadable or missing files mean no limit. The two roots are parameters for tests.
CgroupLimits ReadCgroupLimits(const std::string& proc_root = "/proc",
                              const std::string& sys_root = "/sys/fs/cgroup");

// The sum along that path, for both versions; zeros where the system does not say.
CpuThrottling ReadCpuThrottling(const std::string& proc_root = "/proc",
                                const std::string& sys_root = "/sys/fs/cgroup");

// The parsers, pure. Text that does not follow the format gives nothing.
std::optional<double> ParseCpuMax(std::string_view text);         // "150000 100000"; max: nothing
std::optional<uint64_t> ParseMemoryLimit(std::string_view text);  // "1073741824"; max: nothing
// The path of a process's group in /proc/self/cgroup: controller "" is version 2.
std::optional<std::string> ParseCgroupPath(std::string_view text, std::string_view controller);
// The value of a "key value" line, as in memory.stat.
std::optional<uint64_t> ParseStatValue(std::string_view text, std::string_view key);

}  // namespace bantam
