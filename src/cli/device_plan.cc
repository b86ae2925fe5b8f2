// The table and its JSON.
#include "cli/device_plan.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "cli/format_text.h"

namespace bantam::cli {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr std::array<uint64_t, 4> kDevices = {512 * kMiB, 1024 * kMiB, 2048 * kMiB, 4096 * kMiB};

const char* CacheName(const MemoryChoice& choice) {
  if (choice.exact) return "float32";
  return choice.kv == KvPrecision::k8 ? "8-bit" : "16-bit";
}

const char* LayoutName(const MemoryChoice& choice) {
  if (choice.paged) return "paged";
  return choice.weights == WeightLayout::kPacked ? "packed" : "mapped";
}

// Paged weights take what there is.
uint64_t PeakOf(const DevicePlan& plan) {
  return std::min(plan.choice->plan.total(), plan.budget);
}

std::string Row(const DevicePlan& plan) {
  const std::string device = plan.device_bytes > 0 ? FormatBytes(plan.device_bytes) : "budget";
  const std::string start = "  " + PadRight(device, 12) + PadLeft(FormatBytes(plan.budget), 12);
  if (!plan.choice) return start + "  " + plan.choice.error().message + "\n";
  const MemoryChoice& choice = *plan.choice;
  return start + PadLeft(FormatBytes(PeakOf(plan)), 12) +
         PadLeft(FormatCount(static_cast<uint64_t>(choice.context)), 9) +
         PadLeft(CacheName(choice), 9) + PadLeft(LayoutName(choice), 9) +
         PadLeft(std::to_string(choice.prompt_chunk), 9) + "\n";
}

Json Bytes(uint64_t bytes) {
  return Json::Int(static_cast<int64_t>(bytes));
}

Json RowJson(const DevicePlan& plan) {
  Json json = Json::MakeObject();
  json.Set("device", plan.device_bytes > 0 ? Bytes(plan.device_bytes) : Json());
  json.Set("budget", Bytes(plan.budget));
  if (!plan.choice) {
    json.Set("refused", Json::String(plan.choice.error().message));
    return json;
  }
  const MemoryChoice& choice = *plan.choice;
  json.Set("peak", Bytes(PeakOf(plan)));
  json.Set("context", Json::Int(choice.context));
  json.Set("kv_cache", Json::String(CacheName(choice)));
  json.Set("weights", Json::String(LayoutName(choice)));
  json.Set("prompt_chunk", Json::Int(choice.prompt_chunk));
  json.Set("wished", Bytes(choice.wished));
  Json parts = Json::MakeObject();
  parts.Set("weights", Bytes(choice.plan.weights));
  parts.Set("mapped", Bytes(choice.plan.mapped));
  parts.Set("kv_cache", Bytes(choice.plan.kv_cache));
  parts.Set("scratch", Bytes(choice.plan.scratch));
  parts.Set("program", Bytes(choice.plan.program));
  json.Set("parts", std::move(parts));
  return json;
}

}  // namespace

uint64_t BudgetOfDevice(uint64_t device_bytes) {
  const uint64_t system = 128 * kMiB + device_bytes / 20;
  return device_bytes > system ? device_bytes - system : 0;
}

Result<std::vector<DevicePlan>> PlanDevices(const Environment& env, const std::string& path,
                                            const LoadOptions& options,
                                            std::optional<uint64_t> budget) {
  std::vector<uint64_t> devices = {0};
  std::vector<uint64_t> budgets = {budget.value_or(0)};
  if (!budget) {
    devices.assign(kDevices.begin(), kDevices.end());
    budgets.clear();
    for (const uint64_t device : devices) budgets.push_back(BudgetOfDevice(device));
  }
  LoadOptions wishes = options;
  if (!wishes.memory) wishes.memory.emplace();
  wishes.memory->may_page = !budget;  // so runs a model without --memory-budget
  std::vector<Result<MemoryChoice>> choices = TRY(env.backend.fit(path, wishes, budgets));
  std::vector<DevicePlan> plans;
  for (size_t i = 0; i < choices.size(); ++i) {
    plans.push_back({devices[i], budgets[i], std::move(choices[i])});
  }
  return plans;
}

std::string PlansText(const std::vector<DevicePlan>& plans) {
  std::string out = "\nwhat would be chosen to fit (as --memory-budget does)\n";
  out += "  " + PadRight("memory", 12) + PadLeft("for us", 12) + PadLeft("peak", 12) +
         PadLeft("context", 9) + PadLeft("cache", 9) + PadLeft("weights", 9) +
         PadLeft("prompts", 9) + "\n";
  bool paged = false;
  for (const DevicePlan& plan : plans) {
    out += Row(plan);
    paged = paged || (plan.choice && plan.choice->paged);
  }
  if (paged) {
    out +=
        "  paged: the weights are more than that memory has room for; they are read from the disk\n"
        "  for every token, which is slow, and --memory-budget refuses it\n";
  }
  return out;
}

Json PlansJson(const std::vector<DevicePlan>& plans) {
  Json list = Json::MakeArray();
  for (const DevicePlan& plan : plans) list.Append(RowJson(plan));
  return list;
}

}  // namespace bantam::cli
