// Reads /proc/self/status, /proc/meminfo and the cgroup's memory limit.
#include "base/memory_info.h"

#include <algorithm>

#include "base/cgroup.h"
#include "base/small_file.h"

namespace bantam {

std::optional<uint64_t> ParseKilobytes(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = NextLine(text);
    if (line.size() <= key.size() || !line.starts_with(key) || line[key.size()] != ':') continue;
    const std::optional<uint64_t> kilobytes = ParseLeadingUint(line.substr(key.size() + 1));
    if (!kilobytes || *kilobytes > UINT64_MAX / 1024) return std::nullopt;
    return *kilobytes * 1024;
  }
  return std::nullopt;
}

namespace {

std::optional<uint64_t> ReadStatus(std::string_view key) {
  const std::optional<std::string> status = ReadSmallFile("/proc/self/status");
  return status ? ParseKilobytes(*status, key) : std::nullopt;
}

// What `ulimit -v` allows.
std::optional<uint64_t> AddressSpaceLimit(const std::string& proc_root) {
  const std::optional<std::string> limits = ReadSmallFile(proc_root + "/self/limits");
  if (!limits) return std::nullopt;
  constexpr std::string_view kName = "Max address space";
  std::string_view text = *limits;
  while (!text.empty()) {
    const std::string_view line = NextLine(text);
    if (line.starts_with(kName)) return ParseLeadingUint(line.substr(kName.size()));
  }
  return std::nullopt;
}

std::optional<uint64_t> Lesser(std::optional<uint64_t> a, std::optional<uint64_t> b) {
  return a && b ? std::min(a, b) : a ? a : b;
}

}  // namespace

uint64_t PeakResidentBytes() {
  return ReadStatus("VmHWM").value_or(0);
}

uint64_t ResidentBytes() {
  return ReadStatus("VmRSS").value_or(0);
}

uint64_t ResidentPrivateBytes() {
  const std::optional<uint64_t> anonymous = ReadStatus("RssAnon");
  return anonymous ? *anonymous + ReadStatus("RssShmem").value_or(0) : ResidentBytes();
}

std::optional<uint64_t> AvailableMemoryBytes(const std::string& proc_root,
                                             const std::string& sys_root) {
  std::optional<uint64_t> available;
  if (const auto meminfo = ReadSmallFile(proc_root + "/meminfo")) {
    available = ParseKilobytes(*meminfo, "MemAvailable");
  }
  const CgroupLimits limits = ReadCgroupLimits(proc_root, sys_root);
  if (limits.memory_limit > 0) {
    const uint64_t left = limits.memory_limit - std::min(limits.memory_limit, limits.memory_used);
    available = Lesser(available, left);
  }
  return Lesser(available, AddressSpaceLimit(proc_root));
}

std::optional<uint64_t> TotalMemoryBytes(const std::string& proc_root,
                                         const std::string& sys_root) {
  std::optional<uint64_t> total;
  if (const auto meminfo = ReadSmallFile(proc_root + "/meminfo")) {
    total = ParseKilobytes(*meminfo, "MemTotal");
  }
  const uint64_t limit = ReadCgroupLimits(proc_root, sys_root).memory_limit;
  if (limit > 0) total = Lesser(total, limit);
  return Lesser(total, AddressSpaceLimit(proc_root));
}

}  // namespace bantam
