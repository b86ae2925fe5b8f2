// Parameters of a reply by name: one table for the options of `run` and for `/set`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "bantam/sampling.h"
#include "bantam/shape.h"
#include "cli/arg_parser.h"

namespace bantam::cli {

struct ReplySettings {
  SamplingParams sampling;
  int max_tokens = -1;  // -1: until the context is full
  std::vector<std::string> stop;
  bool ignore_end = false;
  int keep_tokens = 0;                 // GenerationRequest's
  TrimMode trim = TrimMode::kOldest;   // what is left out of a chat that outgrows the context
  std::shared_ptr<const Shape> shape;  // null: free
  // Where a schema has x-copy, instead of `shape`: made for each reply, of the texts of its prompt.
  std::function<Result<std::shared_ptr<const Shape>>(std::vector<std::string> texts)> copying;
  bool show_copies = false;            // --copies
  const Language* language = nullptr;  // the one replies must be in; null: any
  std::vector<std::string> given;      // names of the parameters that options said
};

struct Parameter {
  const char* name;          // "max-tokens"
  const char* option_names;  // "--max-tokens,-n,--n-predict"
  const char* other_names;   // further names for /set, separated by spaces ("num-predict")
  const char* value_name;
  const char* help;
  bool repeats;  // on the command line each one adds; /set replaces them all
  Result<void> (*set)(ReplySettings&, std::string_view);
  std::string (*get)(const ReplySettings&);
  void (*clear)(ReplySettings&);  // of those that repeat; else null
};

std::span<const Parameter> Parameters();

// By any of its names, `_` for `-` allowed. Null if there is none.
const Parameter* FindParameter(std::string_view name);

// A code as "zh" or "pt-BR", or "any" (null).
Result<const Language*> ParseLanguage(std::string_view text);

// Adds an option for each. `settings` must outlive the parser.
void AddParameterOptions(ArgParser& parser, ReplySettings& settings);

// What the model's makers suggest, for parameters that no option said.
void ApplySuggested(SuggestedSampling suggested, ReplySettings& settings);
// "temperature 0.7, top-k 20"; empty: nothing.
std::string DescribeSuggested(const SuggestedSampling& suggested);

// --generation-config auto|none: whether what a model's makers suggest counts.
void AddGenerationConfigOption(ArgParser& parser, bool& suggested);

// /set NAME VALUE: a changed copy of `settings`, checked with `validate`. Those that repeat take
// several values in quotes or separated by spaces.
using Validator = std::function<Result<void>(const SamplingParams&)>;
Result<ReplySettings> WithParameter(const ReplySettings& settings, std::string_view name,
                                    std::string_view value, const Validator& validate);

// "temperature 0.8" and so on, one a line.
std::string DescribeParameters(const ReplySettings& settings);

// Splits at spaces, keeping what stands in double quotes together (\" and \\ inside them).
std::vector<std::string> SplitWords(std::string_view text);

}  // namespace bantam::cli
