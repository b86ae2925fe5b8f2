// PeftConfig: what adapter_config.json of a PEFT folder says of its matrices.
//
// Source: PEFT 0.21: LoraConfig, check_target_module_exists and get_pattern_key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "format/module_pattern.h"

namespace bantam {

// A number of each module: that of the first expression that fits its name, or its name's end after
// a dot; or else the usual one.
struct PeftNumbers {
  double usual = 8;
  std::vector<std::pair<ModulePattern, double>> own;

  Result<double> Of(std::string_view module) const;
};

// Some modules: those of these names, and those whose names end in one after a dot; or those whose
// names match an expression.
struct PeftModules {
  std::string text;  // as the file has them, for messages
  std::vector<std::string> names;
  std::optional<ModulePattern> pattern;

  bool Names(std::string_view module) const;  // in full
  Result<bool> Has(std::string_view module) const;
};

// Some layers; none: all. The patterns, if there are any, say what stands before a layer's number.
struct PeftLayers {
  std::string text;
  std::vector<int64_t> numbers;
  std::vector<ModulePattern> patterns;

  Result<bool> Has(std::string_view module) const;
};

struct PeftConfig {
  PeftNumbers ranks;
  PeftNumbers alphas;
  bool rank_stabilised = false;  // alpha is divided by the root of the rank
  // A missing key as PEFT has it for the architectures that it knows.
  PeftModules targets = {"missing (PEFT takes q_proj and v_proj)", {"q_proj", "v_proj"}, {}};
  PeftModules excluded;
  PeftLayers layers;

  // Whether PEFT would run a module's matrices: kUnsupported where it would leave them out, or not
  // load them for their rank, naming the keys and what they say. Modules are named as in the model:
  // "model.layers.0.self_attn.q_proj".
  Result<void> CheckAdapted(std::string_view module) const;
  Result<void> CheckRank(std::string_view module, int64_t rank) const;

  // What the product of a module's matrices is multiplied by.
  Result<float> ScaleOf(std::string_view module, int64_t rank) const;
};

// Fails with kCorrupt or kUnsupported, naming the key.
Result<PeftConfig> ParsePeftConfig(std::string_view json_text);

}  // namespace bantam
