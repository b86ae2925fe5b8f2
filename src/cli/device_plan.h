// DevicePlan: `bantam show --plan`: what would be chosen on machines with little memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "base/json.h"
#include "cli/environment.h"

namespace bantam::cli {

struct DevicePlan {
  uint64_t device_bytes = 0;  // 0: a budget that was asked for
  uint64_t budget = 0;        // what of it the program may come to
  Result<MemoryChoice> choice;
};

// What a machine with that much memory leaves to one program: all but 128 MiB and a twentieth,
// about what Linux without a desktop takes.
uint64_t BudgetOfDevice(uint64_t device_bytes);

// For devices of 0.5, 1, 2 and 4 GiB, or for one budget. `options.memory` is the wish, or none.
Result<std::vector<DevicePlan>> PlanDevices(const Environment& env, const std::string& path,
                                            const LoadOptions& options,
                                            std::optional<uint64_t> budget);

std::string PlansText(const std::vector<DevicePlan>& plans);
Json PlansJson(const std::vector<DevicePlan>& plans);

}  // namespace bantam::cli
