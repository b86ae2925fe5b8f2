// Machine: what this process may use of its machine, and how fast that is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bantam/result.h"

namespace bantam {

struct MachineInfo {
  std::string isa;                // the instruction set the kernels run on
  std::vector<std::string> isas;  // all that this machine can run, slowest first
  int cpus = 1;                   // in the affinity mask
  int fast_cpus = 1;              // of those, the fast ones of a machine with two kinds
  double cpu_quota = 0;           // processor time the cgroup allows; 0: no quota
  int threads = 1;                // the default that follows
  uint64_t memory_available = 0;  // bytes without swapping, within the cgroup's limit; 0: unknown
  uint64_t memory_total = 0;      // bytes of the machine, or the cgroup's limit if less; 0: unknown
  uint64_t page_bytes = 0;        // of an ordinary page
  std::string huge_pages;         // "always", "madvise", "never"; empty: the system does not say
};

// Asks the operating system; never fails.
MachineInfo DescribeMachine();

// Rates that bound a model's speed, measured by wall clock.
struct MachineSpeed {
  double read_bytes_per_s = 0;     // memory read from end to end: bounds decode
  double int8_products_per_s = 0;  // multiply-adds of the kernels' own product: bounds prefill
  double steadiness = 0;           // slowest over fastest tenth of that; well below 1: busy
  double last_over_first = 0;      // its last tenth over its first; well below 1: throttled
  double throttled_s = 0;          // that the cgroup's quota made this process wait meanwhile
};

// Reads memory with `threads`, multiplies with `prefill_threads`. Takes about three seconds
// and 1 GiB where four times that is free, else 256 MiB. Fails with kResourceExhausted where there
// is no such memory.
Result<MachineSpeed> MeasureMachine(int threads, int prefill_threads);

// Memory beyond the caches: 1 GiB where four times that is free, else 256 MiB, in huge pages. A
// yardstick to put beside what is measured, on machines that change their speed meanwhile. One
// caller at a time.
class MemoryReader {
 public:
  virtual ~MemoryReader() = default;

  // Fails with kInvalidArgument for threads that no model takes, with kResourceExhausted where
  // there is no such memory.
  static Result<std::unique_ptr<MemoryReader>> Create(int threads);

  // Reads all of it once, by wall clock: bytes a second.
  virtual double Read() = 0;
};

struct DiskSpeed {
  uint64_t bytes = 0;  // that were read
  double read_bytes_per_s = 0;
};

// How fast a file (a model, say) comes from its device, past the system's cache: at most 256 MiB
// of it, for about a second. Fails with kUnsupported, saying why, where that cannot be measured.
Result<DiskSpeed> MeasureDisk(const std::string& path);

}  // namespace bantam
