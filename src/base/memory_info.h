// MemoryInfo: what this process has used at most, and what it may still take.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bantam {

// Peak resident memory of this process (VmHWM), in bytes; 0 if the system does not say.
uint64_t PeakResidentBytes();

// Resident memory of this process now (VmRSS), in bytes; 0 if the system does not say.
uint64_t ResidentBytes();

// What of it is no page of a file (RssAnon and RssShmem), in bytes; all of it if the system does
// not say. AvailableMemoryBytes counts the other pages as free.
uint64_t ResidentPrivateBytes();

// Memory that can be taken without swapping, in bytes: the machine's (MemAvailable) or what the
// cgroup leaves, or the whole of the process's address space (RLIMIT_AS), whichever is least.
// Cached files count as free. Nothing if the system does not say.
std::optional<uint64_t> AvailableMemoryBytes(const std::string& proc_root = "/proc",
                                             const std::string& sys_root = "/sys/fs/cgroup");

// The machine's memory (MemTotal), the cgroup's limit or the address space, whichever is least, in
// bytes. Nothing if the system does not say.
std::optional<uint64_t> TotalMemoryBytes(const std::string& proc_root = "/proc",
                                         const std::string& sys_root = "/sys/fs/cgroup");

// The value of a "Key:   123 kB" line of /proc/meminfo or /proc/self/status, in bytes.
std::optional<uint64_t> ParseKilobytes(std::string_view text, std::string_view key);

}  // namespace bantam
