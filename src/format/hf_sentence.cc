// Reads modules.json and what it names.
#include "format/hf_sentence.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "base/quote.h"
#include "format/hf_config_reader.h"
#include "format/hf_shards.h"

namespace bantam {
namespace {

constexpr uint64_t kMaxBytes = 4 << 20;
constexpr const char* kMaxTokens = "bantam.max_tokens";
constexpr std::string_view kDefaultPrompt = "default_prompt_name";
constexpr uint64_t kMeanType = 1, kClsType = 2;  // as GGUF numbers them

Result<Json> ParseObject(std::string_view text) {
  Json json = TRY(Json::Parse(text));
  if (!json.is_object()) return Fail(ErrorCode::kCorrupt, "expected an object");
  return json;
}

// "sentence_transformers.models.Pooling" → "Pooling"
std::string_view ClassOf(std::string_view type) {
  return type.substr(type.rfind('.') + 1);
}

bool IsPlainName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

// The modes that are on: flags of old files, or a name or several.
Result<std::vector<std::string>> ModesOf(const HfReader& config) {
  std::vector<std::string> modes;
  constexpr std::string_view kPrefix = "pooling_mode_";
  if (const Json* mode = config.Given("pooling_mode")) {
    const Json::Array one = {*mode};
    for (const Json& item : mode->is_array() ? mode->items() : one) {
      if (!item.is_string()) return config.Wrong("pooling_mode", "a name or a list of them");
      modes.push_back(item.AsString());
    }
    return modes;
  }
  for (const auto& [key, value] : config.json().members()) {
    if (!key.starts_with(kPrefix)) continue;
    if (TRY(config.FlagOr(key, false))) modes.push_back(key.substr(kPrefix.size()));
  }
  return modes;
}

template <typename T>
Result<T> InFile(const std::string& path, Result<T> result) {
  if (!result) return Fail(result.error().code, path + ": " + result.error().message);
  return result;
}

}  // namespace

Result<std::string> ReadModules(std::string_view json_text) {
  constexpr std::array<std::string_view, 3> kOrder = {"Transformer", "Pooling", "Normalize"};
  const Json json = TRY(Json::Parse(json_text));
  if (!json.is_array()) return Fail(ErrorCode::kCorrupt, "expected an array");
  std::string pooling;
  size_t next = 0;
  for (const Json& item : json.items()) {
    if (!item.is_object()) return Fail(ErrorCode::kCorrupt, "expected an array of objects");
    const HfReader module(item, "");
    const std::string type = TRY(module.TextOr("type", ""));
    const std::string path = TRY(module.TextOr("path", ""));
    if (next == kOrder.size() || ClassOf(type) != kOrder[next]) {
      return module.Refuse("type", "the modules Transformer, Pooling and Normalize, in that order");
    }
    if (next == 1) {
      if (!IsPlainName(path)) return module.Refuse("path", "the name of a folder");
      pooling = path;
    }
    ++next;
  }
  if (next < 2) return Fail(ErrorCode::kUnsupported, "has no module Pooling");
  return pooling;
}

Result<bool> AddPooling(std::string_view json_text, HfConfig& out) {
  const Json json = TRY(ParseObject(json_text));
  const HfReader config(json, "");
  const std::vector<std::string> modes = TRY(ModesOf(config));
  std::string found;
  for (const std::string& mode : modes) found += (found.empty() ? "" : ", ") + mode;
  const bool mean = found == "mean" || found == "mean_tokens";
  if (!mean && found != "cls" && found != "cls_token") {
    return Fail(ErrorCode::kUnsupported,
                "the pooling is " + Quote(found) + "; this build knows either mean or cls");
  }
  HfWriter writer(out);
  TRY(writer.Add("pooling_type", mean ? kMeanType : kClsType, config.Name("pooling_mode")));
  return config.FlagOr("include_prompt", true);
}

Result<bool> AddLongestText(std::string_view json_text, HfConfig& out) {
  const Json json = TRY(ParseObject(json_text));
  const HfReader config(json, "");
  if (TRY(config.FlagOr("do_lower_case", false))) {
    return config.Refuse("do_lower_case", "false: the tokenizer decides");
  }
  constexpr std::string_view kLongest = "max_seq_length";
  if (config.Given(kLongest) == nullptr) return false;
  const uint64_t longest = TRY(config.Size(kLongest));
  TRY(out.metadata.Add(kMaxTokens, longest, config.Name(kLongest)));
  return true;
}

Result<void> AddTokenizerLimit(std::string_view json_text, HfConfig& out) {
  const Json json = TRY(ParseObject(json_text));
  const HfReader config(json, "");
  constexpr std::string_view kLongest = "model_max_length";
  const double longest = TRY(config.NumberOr(kLongest, UINT32_MAX));
  if (longest >= UINT32_MAX) return {};
  return out.metadata.Add(kMaxTokens, TRY(config.Size(kLongest)), config.Name(kLongest));
}

Result<void> AddDefaultPrompt(std::string_view json_text, bool tokens_count, HfConfig& out) {
  const Json json = TRY(ParseObject(json_text));
  const HfReader config(json, "");
  const std::string name = TRY(config.TextOr(kDefaultPrompt, ""));
  if (name.empty()) return {};
  const Json* prompts = config.Given("prompts");
  if (prompts == nullptr || !prompts->is_object()) return config.Wrong("prompts", "an object");
  const HfReader of_names(*prompts, "prompts.");
  if (of_names.Given(name) == nullptr) {
    return config.Wrong(kDefaultPrompt, "the name of one of the prompts");
  }
  const std::string prompt = TRY(of_names.TextOr(name, ""));
  if (prompt.empty()) return {};
  if (!tokens_count) {
    return config.Refuse(kDefaultPrompt, "default prompts only where the pooling includes them");
  }
  return out.metadata.Add("bantam.prompt", prompt, of_names.Name(name));
}

Result<void> AddSentenceFiles(const std::string& folder, HfConfig& out) {
  const auto read = [&folder](const char* name) {
    return ReadFolderTextIfThere(folder, name, kMaxBytes);
  };
  constexpr const char* kModules = "modules.json";
  constexpr const char* kTransformer = "sentence_bert_config.json";
  constexpr const char* kPrompts = "config_sentence_transformers.json";
  constexpr const char* kTokenizer = "tokenizer_config.json";
  bool has_limit = false;
  if (const std::string modules = TRY(read(kModules)); !modules.empty()) {
    const std::string place = TRY(InFile(folder + "/" + kModules, ReadModules(modules)));
    const std::string pooling_folder = folder + "/" + place;
    const std::string pooling = TRY(ReadFolderText(pooling_folder, "config.json", kMaxBytes));
    const bool prompt_counts =
        TRY(InFile(pooling_folder + "/config.json", AddPooling(pooling, out)));
    if (const std::string longest = TRY(read(kTransformer)); !longest.empty()) {
      has_limit = TRY(InFile(folder + "/" + kTransformer, AddLongestText(longest, out)));
    }
    if (const std::string prompts = TRY(read(kPrompts)); !prompts.empty()) {
      TRY(InFile(folder + "/" + kPrompts, AddDefaultPrompt(prompts, prompt_counts, out)));
    }
  }
  const std::string tokenizer = TRY(read(kTokenizer));
  if (has_limit || tokenizer.empty()) return {};
  return InFile(folder + "/" + kTokenizer, AddTokenizerLimit(tokenizer, out));
}

}  // namespace bantam
