// Reads cpu.max, memory.max and their ancestors' (v2) or cfs_quota and limit_in_bytes (v1).
#include "base/cgroup.h"

#include <algorithm>

#include "base/small_file.h"

namespace bantam {
namespace {

// A limit this high is version 1's way to say "none" (the largest multiple of a page).
constexpr uint64_t kNoLimit = uint64_t{1} << 60;

std::string Join(const std::string& directory, std::string_view file) {
  return directory + "/" + std::string(file);
}

std::optional<uint64_t> ReadUint(const std::string& path) {
  const std::optional<std::string> text = ReadSmallFile(path);
  return text ? ParseLeadingUint(*text) : std::nullopt;
}

void TakeCpus(double cpus, CgroupLimits& limits) {
  if (cpus > 0 && (limits.cpus == 0 || cpus < limits.cpus)) limits.cpus = cpus;
}

// Page cache counts as used but is given back under pressure.
void TakeMemory(uint64_t limit, std::optional<uint64_t> used, uint64_t reclaimable,
                CgroupLimits& limits) {
  if (limit >= kNoLimit) return;
  if (limits.memory_limit != 0 && limit >= limits.memory_limit) return;
  limits.memory_limit = limit;
  limits.memory_used = used.value_or(0) - std::min(used.value_or(0), reclaimable);
}

// Cached files, used lately or not: a model that was read twice is among the former, and is given
// back as soon. (Shared memory is in neither.)
uint64_t ReadCached(const std::string& path, const std::string& prefix) {
  const std::optional<std::string> text = ReadSmallFile(path);
  if (!text) return 0;
  const uint64_t inactive = ParseStatValue(*text, prefix + "inactive_file").value_or(0);
  const uint64_t active = ParseStatValue(*text, prefix + "active_file").value_or(0);
  return inactive > UINT64_MAX - active ? UINT64_MAX : inactive + active;
}

void ReadVersion2(const std::string& directory, CgroupLimits& limits) {
  if (const auto text = ReadSmallFile(Join(directory, "cpu.max"))) {
    if (const auto cpus = ParseCpuMax(*text)) TakeCpus(*cpus, limits);
  }
  if (const auto text = ReadSmallFile(Join(directory, "memory.max"))) {
    if (const auto limit = ParseMemoryLimit(*text)) {
      TakeMemory(*limit, ReadUint(Join(directory, "memory.current")),
                 ReadCached(Join(directory, "memory.stat"), ""), limits);
    }
  }
}

void ReadVersion1Cpu(const std::string& directory, CgroupLimits& limits) {
  // The quota is -1 where there is none: no unsigned number.
  const auto quota = ReadUint(Join(directory, "cpu.cfs_quota_us"));
  const auto period = ReadUint(Join(directory, "cpu.cfs_period_us"));
  if (quota && period && *quota > 0 && *period > 0) {
    TakeCpus(static_cast<double>(*quota) / static_cast<double>(*period), limits);
  }
}

void ReadVersion1Memory(const std::string& directory, CgroupLimits& limits) {
  if (const auto limit = ReadUint(Join(directory, "memory.limit_in_bytes"))) {
    TakeMemory(*limit, ReadUint(Join(directory, "memory.usage_in_bytes")),
               ReadCached(Join(directory, "memory.stat"), "total_"), limits);
  }
}

// Version 2 counts in microseconds, version 1 in nanoseconds.
void AddThrottling(const std::string& directory, CpuThrottling& sum) {
  const std::optional<std::string> text = ReadSmallFile(Join(directory, "cpu.stat"));
  if (!text) return;
  sum.periods += ParseStatValue(*text, "nr_throttled").value_or(0);
  sum.seconds += static_cast<double>(ParseStatValue(*text, "throttled_usec").value_or(0)) * 1e-6;
  sum.seconds += static_cast<double>(ParseStatValue(*text, "throttled_time").value_or(0)) * 1e-9;
}

// Calls read(mount + path), then the same for every ancestor up to the mount itself. Inside a
// container the path may be the host's and lie nowhere: then the mount itself is the group.
template <typename Read>
void WalkUp(const std::string& mount, std::string path, const Read& read) {
  while (!path.empty() && path.back() == '/') path.pop_back();
  while (!path.empty()) {
    read(mount + path);
    path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  }
  read(mount);
}

}  // namespace

std::optional<double> ParseCpuMax(std::string_view text) {
  const std::optional<uint64_t> quota = ParseLeadingUint(text);
  const size_t blank = text.find(' ');
  if (!quota || *quota == 0 || blank == std::string_view::npos) return std::nullopt;
  const std::optional<uint64_t> period = ParseLeadingUint(text.substr(blank));
  if (!period || *period == 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

std::optional<uint64_t> ParseMemoryLimit(std::string_view text) {
  return ParseLeadingUint(text);
}

std::optional<std::string> ParseCgroupPath(std::string_view text, std::string_view controller) {
  while (!text.empty()) {
    // hierarchy:controllers:path, e.g. "4:cpu,cpuacct:/docker/1f3a" or "0::/user.slice".
    const std::string_view line = NextLine(text);
    const size_t first = line.find(':');
    if (first == std::string_view::npos) continue;
    const size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string path(line.substr(second + 1));
    if (path.empty() || path.front() != '/' || path.find("/..") != std::string::npos) continue;
    if (controller.empty()) {
      if (controllers.empty()) return path;
      continue;
    }
    while (!controllers.empty()) {
      const size_t comma = controllers.find(',');
      if (controllers.substr(0, comma) == controller) return path;
      controllers.remove_prefix(comma == std::string_view::npos ? controllers.size() : comma + 1);
    }
  }
  return std::nullopt;
}

std::optional<uint64_t> ParseStatValue(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = NextLine(text);
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ') {
      return ParseLeadingUint(line.substr(key.size()));
    }
  }
  return std::nullopt;
}

CgroupLimits ReadCgroupLimits(const std::string& proc_root, const std::string& sys_root) {
  CgroupLimits limits;
  const std::optional<std::string> groups = ReadSmallFile(Join(proc_root, "self/cgroup"));
  if (!groups) return limits;
  if (const auto path = ParseCgroupPath(*groups, "")) {
    const auto read = [&](const std::string& directory) { ReadVersion2(directory, limits); };
    WalkUp(sys_root, *path, read);
    WalkUp(Join(sys_root, "unified"), *path, read);  // both versions mounted side by side
  }
  if (const auto path = ParseCgroupPath(*groups, "cpu")) {
    const auto read = [&](const std::string& directory) { ReadVersion1Cpu(directory, limits); };
    WalkUp(Join(sys_root, "cpu"), *path, read);
    WalkUp(Join(sys_root, "cpu,cpuacct"), *path, read);
  }
  if (const auto path = ParseCgroupPath(*groups, "memory")) {
    const auto read = [&](const std::string& directory) { ReadVersion1Memory(directory, limits); };
    WalkUp(Join(sys_root, "memory"), *path, read);
  }
  return limits;
}

CpuThrottling ReadCpuThrottling(const std::string& proc_root, const std::string& sys_root) {
  CpuThrottling sum;
  const std::optional<std::string> groups = ReadSmallFile(Join(proc_root, "self/cgroup"));
  if (!groups) return sum;
  const auto read = [&](const std::string& directory) { AddThrottling(directory, sum); };
  if (const auto path = ParseCgroupPath(*groups, "")) {
    WalkUp(sys_root, *path, read);
    WalkUp(Join(sys_root, "unified"), *path, read);
  }
  if (const auto path = ParseCgroupPath(*groups, "cpu")) {
    // One of the two names is a link to the other.
    const bool joined = ReadSmallFile(Join(sys_root, "cpu/cpu.stat")).has_value();
    WalkUp(Join(sys_root, joined ? "cpu" : "cpu,cpuacct"), *path, read);
  }
  return sum;
}

}  // namespace bantam
