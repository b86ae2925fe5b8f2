// bantam show: what a model file is, and the memory it needs.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/device_plan.h"
#include "cli/engine_setup.h"
#include "cli/format_text.h"
#include "cli/memory_size.h"
#include "cli/model_store.h"
#include "cli/parameters.h"
#include "cli/tensor_kinds.h"

namespace bantam::cli {
namespace {

constexpr int kMostContext = 32768;  // EngineOptions::context by default

struct Memory {
  int context;
  MemoryPlan fast;
  MemoryPlan fast_kv8;
  MemoryPlan mapped;
  MemoryPlan exact;
};

std::string Line(const char* name, const std::string& value) {
  return PadRight(name, 15) + (value.empty() ? "not given" : value) + "\n";
}

std::string Count(int value) {
  return FormatCount(static_cast<uint64_t>(std::max(value, 0)));
}

std::string Shape(const TensorInfo& tensor) {
  std::string out;
  for (const int64_t size : tensor.shape) out += (out.empty() ? "" : "×") + std::to_string(size);
  return out;
}

std::string FirstLine(const std::string& text) {
  const std::string line = text.substr(0, text.find('\n'));
  return line.size() > 60 ? line.substr(0, 60) + " …" : line;
}

std::string DescribeModel(const ModelInfo& info) {
  std::string heads = Count(info.heads);
  if (info.kv_heads != info.heads) heads += ", " + Count(info.kv_heads) + " for keys and values";
  return Line("model", info.name) + Line("file", info.path) +
         Line("size", FormatBytes(info.file_bytes)) + Line("architecture", info.architecture) +
         Line("parameters", FormatParameters(info.parameters)) +
         Line("quantisation", info.quantisation) +
         Line("context", Count(info.context_length) + " tokens") +
         Line("layers", Count(info.layers)) + Line("embedding", Count(info.embedding_length)) +
         Line("feed-forward", Count(info.feed_forward_length)) + Line("heads", heads) +
         Line("head size", Count(info.head_dim)) +
         Line("vocabulary", Count(info.vocabulary_size) + " tokens") +
         Line("tokenizer", info.tokenizer) + Line("licence", FirstLine(info.license)) +
         Line("chat template", info.chat_template.empty()
                                   ? "none"
                                   : FormatCount(info.chat_template.size()) + " bytes") +
         (info.sampling.empty() ? "" : Line("sampling", DescribeSuggested(info.sampling))) +
         (info.sampling.note.empty() ? "" : Line("", info.sampling.note));
}

Json SamplingJson(const SuggestedSampling& sampling) {
  Json json = Json::MakeObject();
  const auto set = [&json](const char* key, const auto& value) {
    if (value) json.Set(key, Json::NumberText(FormatFloat(static_cast<float>(*value))));
  };
  SuggestedSampling::Each(set, sampling);
  if (!sampling.note.empty()) json.Set("note", Json::String(sampling.note));
  return json;
}

std::string DescribeMemory(const Memory& memory, const ModelInfo& info) {
  std::string out = "\nmemory at a context of " + Count(memory.context) + " tokens";
  if (memory.context > info.context_length) {
    out += " (the model was made for " + Count(info.context_length) + ")";
  }
  out += "\n";
  out += "  " + PadRight("", 14) + PadLeft("weights", 12) + PadLeft("keys, values", 14) +
         PadLeft("work space", 12) + PadLeft("program", 12) + PadLeft("total", 12) +
         PadLeft("in the file", 13) + "\n";
  for (const auto& [name, plan] :
       {std::pair("fast", &memory.fast), std::pair("  8-bit cache", &memory.fast_kv8),
        std::pair("fast, mapped", &memory.mapped), std::pair("exact", &memory.exact)}) {
    // Encoders have one layout, and keep nothing between texts.
    if (info.encoder && plan != &memory.fast && plan != &memory.exact) continue;
    out += "  " + PadRight(name, 14) + PadLeft(FormatBytes(plan->weights), 12) +
           PadLeft(FormatBytes(plan->kv_cache), 14) + PadLeft(FormatBytes(plan->scratch), 12) +
           PadLeft(FormatBytes(plan->program), 12) + PadLeft(FormatBytes(plan->total()), 12) +
           PadLeft(FormatBytes(plan->mapped), 13) + "\n";
  }
  return out;
}

std::string DescribeKinds(const ModelInfo& info) {
  std::string out = "\ntensors by kind\n";
  for (const TensorKind& kind : GroupTensors(info.tensors)) {
    std::string types;
    for (const auto& [type, count] : kind.types) {
      types += (types.empty() ? "" : ", ") + type;
      if (kind.types.size() > 1) types += " ×" + std::to_string(count);
    }
    out += "  " + PadRight(kind.name, 24) + PadLeft(std::to_string(kind.count), 4) +
           PadLeft(FormatBytes(kind.bytes), 12) + "  " + types + "\n";
  }
  return out;
}

std::string DescribeTensors(const ModelInfo& info) {
  std::string out = "\ntensors\n";
  for (const TensorInfo& tensor : info.tensors) {
    out += "  " + PadRight(tensor.name, 32) + PadRight(tensor.type, 8) +
           PadRight(Shape(tensor), 16) + PadLeft(FormatBytes(tensor.bytes), 12) + "\n";
  }
  return out;
}

Json PlanJson(const MemoryPlan& plan) {
  Json json = Json::MakeObject();
  json.Set("weights", Json::Int(static_cast<int64_t>(plan.weights)));
  json.Set("mapped", Json::Int(static_cast<int64_t>(plan.mapped)));
  json.Set("kv_cache", Json::Int(static_cast<int64_t>(plan.kv_cache)));
  json.Set("scratch", Json::Int(static_cast<int64_t>(plan.scratch)));
  json.Set("program", Json::Int(static_cast<int64_t>(plan.program)));
  json.Set("total", Json::Int(static_cast<int64_t>(plan.total())));
  return json;
}

Json KindsJson(const ModelInfo& info) {
  Json list = Json::MakeArray();
  for (const TensorKind& kind : GroupTensors(info.tensors)) {
    Json types = Json::MakeObject();
    for (const auto& [type, count] : kind.types) types.Set(type, Json::Int(count));
    Json json = Json::MakeObject();
    json.Set("kind", Json::String(kind.name));
    json.Set("count", Json::Int(kind.count));
    json.Set("types", std::move(types));
    json.Set("parameters", Json::Int(static_cast<int64_t>(kind.parameters)));
    json.Set("bytes", Json::Int(static_cast<int64_t>(kind.bytes)));
    list.Append(std::move(json));
  }
  return list;
}

Json TensorsJson(const ModelInfo& info) {
  Json list = Json::MakeArray();
  for (const TensorInfo& tensor : info.tensors) {
    Json shape = Json::MakeArray();
    for (const int64_t size : tensor.shape) shape.Append(Json::Int(size));
    Json json = Json::MakeObject();
    json.Set("name", Json::String(tensor.name));
    json.Set("type", Json::String(tensor.type));
    json.Set("shape", std::move(shape));
    json.Set("bytes", Json::Int(static_cast<int64_t>(tensor.bytes)));
    list.Append(std::move(json));
  }
  return list;
}

Json ModelJson(const ModelInfo& info, const Memory& memory) {
  Json json = Json::MakeObject();
  const auto text = [&](const char* key, const std::string& value) {
    json.Set(key, value.empty() ? Json() : Json::String(value));
  };
  const auto number = [&](const char* key, int64_t value) { json.Set(key, Json::Int(value)); };
  text("path", info.path);
  text("name", info.name);
  text("architecture", info.architecture);
  text("quantisation", info.quantisation);
  text("license", info.license);
  number("parameters", static_cast<int64_t>(info.parameters));
  number("file_bytes", static_cast<int64_t>(info.file_bytes));
  number("layers", info.layers);
  number("embedding_length", info.embedding_length);
  number("feed_forward_length", info.feed_forward_length);
  number("heads", info.heads);
  number("kv_heads", info.kv_heads);
  number("head_dim", info.head_dim);
  number("vocabulary_size", info.vocabulary_size);
  number("context_length", info.context_length);
  text("tokenizer", info.tokenizer);
  text("chat_template", info.chat_template);
  json.Set("sampling", SamplingJson(info.sampling));
  Json plans = Json::MakeObject();
  plans.Set("context", Json::Int(memory.context));
  plans.Set("fast", PlanJson(memory.fast));
  plans.Set("fast_kv8", PlanJson(memory.fast_kv8));
  plans.Set("mapped", PlanJson(memory.mapped));
  plans.Set("exact", PlanJson(memory.exact));
  json.Set("memory", std::move(plans));
  json.Set("tensor_kinds", KindsJson(info));
  return json;
}

Result<int> ShowPlans(const Environment& env, const std::string& path, const LoadOptions& options,
                      const std::optional<MemorySize>& budget, bool as_json) {
  std::optional<uint64_t> bytes;
  if (budget) bytes = TRY(BytesOf(*budget, env.backend.describe_machine().memory_total));
  const std::vector<DevicePlan> plans = TRY(PlanDevices(env, path, options, bytes));
  if (as_json) {
    Json json = Json::MakeObject();
    json.Set("path", Json::String(path));
    json.Set("plans", PlansJson(plans));
    env.out.Write(json.Dump(2) + "\n");
  } else {
    env.out.WriteUntrusted(Line("file", path) + PlansText(plans));
  }
  return 0;
}

}  // namespace

Result<int> ShowCommand(const Environment& env, std::span<const std::string> args) {
  std::string path;
  int context = 0;
  bool tensors = false;
  bool as_json = false;
  bool plan_devices = false;
  LoadOptions options;
  std::optional<MemorySize> budget;
  ArgParser parser("show", "what a model file is and what it needs");
  AddModelArgument(parser, path);
  parser.AddFlag("--tensors", "list every tensor", [&] { tensors = true; });
  parser.AddFlag("--json", "as one JSON object", [&] { as_json = true; });
  parser.AddOption("--ctx,--ctx-size,-c", "N",
                   "memory for that many tokens; 0: the model's own, at most 32,768 (0)",
                   StoreInt(context, 0));
  parser.AddFlag("--plan", "only what would be chosen on devices of 0.5, 1, 2 and 4 GB",
                 [&] { plan_devices = true; });
  parser.AddOption("--memory-budget", "SIZE", "with --plan: for this much memory instead",
                   [&](std::string_view value) -> Result<void> {
                     budget = TRY(ParseMemorySize(value));
                     return {};
                   });
  parser.AddOption("--threads,-t", "N", "with --plan: threads to compute with (what there is)",
                   StoreInt(options.threads, 0));
  AddAdapterOption(parser, options.adapters);
  parser.AddExample("bantam show model.gguf");
  parser.AddExample("bantam show model.gguf --plan");
  parser.AddExample("bantam show model.gguf --ctx 8192 --json");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  path = TRY(ResolveModel(env, path));
  if (budget && !plan_devices) {
    return Fail(ErrorCode::kInvalidArgument, "--memory-budget goes with --plan");
  }
  if (!options.adapters.empty() && !plan_devices) {
    return Fail(ErrorCode::kInvalidArgument, "--lora goes with --plan");
  }
  if (plan_devices) {
    options.memory.emplace().context = context;
    return ShowPlans(env, path, options, budget, as_json);
  }
  const ModelInfo info = TRY(env.backend.inspect(path));
  Memory memory{.context = context, .fast = {}, .fast_kv8 = {}, .mapped = {}, .exact = {}};
  if (context == 0) memory.context = std::min(info.context_length, kMostContext);
  const auto plan = [&](Precision precision, WeightLayout weights,
                        KvPrecision kv = KvPrecision::k16) {
    return env.backend.plan(path, memory.context, 1, precision, weights, kv);
  };
  memory.fast = TRY(plan(Precision::kFast, WeightLayout::kPacked));
  memory.fast_kv8 = TRY(plan(Precision::kFast, WeightLayout::kPacked, KvPrecision::k8));
  memory.mapped = TRY(plan(Precision::kFast, WeightLayout::kMapped));
  memory.exact = TRY(plan(Precision::kExact, WeightLayout::kMapped));
  if (as_json) {
    Json json = ModelJson(info, memory);
    if (tensors) json.Set("tensors", TensorsJson(info));
    env.out.Write(json.Dump(2) + "\n");
  } else {
    env.out.WriteUntrusted(DescribeModel(info) + DescribeMemory(memory, info) +
                           DescribeKinds(info) + (tensors ? DescribeTensors(info) : ""));
  }
  return 0;
}

}  // namespace bantam::cli
