// What bantam doctor makes of its findings: what holds the machine back, and what to do about it.
#include <algorithm>
#include <string>
#include <vector>

#include "cli/doctor_report.h"
#include "cli/format_text.h"

namespace bantam::cli {
namespace {

constexpr double kUnsteady = 0.8;
constexpr double kSlowed = 0.9;
constexpr double kLongLoad_s = 10;

using Advice = std::vector<std::string>;

void AdviseOnProcessor(const MachineInfo& machine, Advice& advice) {
  if (machine.isa != machine.isas.back()) {
    advice.push_back("BANTAM_ISA holds the kernels to " + machine.isa +
                     "; without it they run on " + machine.isas.back());
  }
  if (machine.isas.size() == 1) {
    advice.emplace_back(
        "this processor has none of the instruction sets the fast kernels need; expect a tenth of "
        "the speed");
  }
  if (machine.cpu_quota > 0 && machine.cpu_quota < machine.fast_cpus) {
    advice.push_back("the cgroup allows " + FormatFixed(machine.cpu_quota, 2) + " of " +
                     std::to_string(machine.fast_cpus) +
                     " processors; more threads than that only wait (raise its cpu limit)");
  }
  if (machine.huge_pages == "never") {
    advice.emplace_back(
        "huge pages are off; decode gains about a tenth with: echo madvise | sudo tee "
        "/sys/kernel/mm/transparent_hugepage/enabled");
  }
}

void AdviseOnSpeed(const DoctorReport& report, Advice& advice) {
  const MachineSpeed& speed = report.speed;
  if (speed.throttled_s > 0) {
    advice.push_back("the cgroup's quota stopped this process for " +
                     FormatFixed(speed.throttled_s, 2) +
                     " s while it was measured: raise its cpu limit, or give --threads a smaller "
                     "number");
  } else if (speed.last_over_first < kSlowed) {
    advice.emplace_back(
        "equal work took longer at the end than at the start: the processor is throttled (heat, "
        "power saving), or other programs run");
  } else if (speed.steadiness < kUnsteady) {
    advice.emplace_back(
        "equal work took different times: other programs run, or the processor is throttled (heat, "
        "power saving)");
  }
}

void AdviseOnModel(const DoctorReport& report, const ModelFindings& model, Advice& advice) {
  const MachineInfo& machine = report.machine;
  if (machine.memory_available > 0 && model.memory_needed > machine.memory_available) {
    advice.push_back("there is too little memory for " +
                     FormatCount(static_cast<uint64_t>(model.context)) +
                     " tokens of context: give --ctx a smaller number, or close programs");
  }
  if (report.disk && *report.disk) {
    const double load_s = static_cast<double>(model.file_bytes) / (*report.disk)->read_bytes_per_s;
    if (load_s > kLongLoad_s) {
      advice.push_back("reading the model from its disk takes " + FormatSeconds(load_s) +
                       " unless the system still has it in memory: a faster disk would help");
    }
  }
  if (model.decode_bound > 0 && model.decode_tokens_per_s < model.decode_bound / 2) {
    const int best = std::max(1, machine.fast_cpus);
    advice.push_back(
        "decode reaches less than half of what the memory allows: " +
        (report.threads == best ? "" : "try --threads " + std::to_string(best) + ", and ") +
        "see that nothing else runs");
  }
}

}  // namespace

Advice DoctorAdvice(const DoctorReport& report) {
  Advice advice;
  AdviseOnProcessor(report.machine, advice);
  AdviseOnSpeed(report, advice);
  if (report.model) AdviseOnModel(report, *report.model, advice);
  return advice;
}

}  // namespace bantam::cli
