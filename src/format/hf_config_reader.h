// HfReader and HfWriter: members of config.json with their checks, and keys of metadata.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/quote.h"
#include "format/hf_config.h"

namespace bantam {

// Reads one object's members; null is as good as missing.
class HfReader {
 public:
  HfReader(const Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  // Where the key stands in the file: "rope_scaling.factor".
  std::string Name(std::string_view key) const { return path_ + std::string(key); }
  std::string Path(std::string_view key) const { return "key \"" + Name(key) + "\""; }

  const Json* Given(std::string_view key) const {
    const Json* value = json_.Find(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  Result<uint64_t> Size(std::string_view key) const {
    const Json* value = Given(key);
    if (value == nullptr) return Fail(ErrorCode::kCorrupt, Path(key) + " is missing");
    const Result<int64_t> number = value->AsInt();
    if (!number || *number < 0 || *number > UINT32_MAX) {
      return Wrong(key, "a whole number below 2^32");
    }
    return static_cast<uint64_t>(*number);
  }
  Result<uint64_t> SizeOr(std::string_view key, uint64_t fallback) const {
    if (Given(key) == nullptr) return fallback;
    return Size(key);
  }
  Result<double> Number(std::string_view key) const {
    const Json* value = Given(key);
    if (value == nullptr) return Fail(ErrorCode::kCorrupt, Path(key) + " is missing");
    if (!value->is_number()) return Wrong(key, "a number");
    return value->AsDouble();
  }
  Result<double> NumberOr(std::string_view key, double fallback) const {
    if (Given(key) == nullptr) return fallback;
    return Number(key);
  }
  Result<bool> FlagOr(std::string_view key, bool fallback) const {
    const Json* value = Given(key);
    if (value == nullptr) return fallback;
    if (!value->is_bool()) return Wrong(key, "true or false");
    return value->AsBool();
  }
  Result<std::string> TextOr(std::string_view key, std::string_view fallback) const {
    const Json* value = Given(key);
    if (value == nullptr) return std::string(fallback);
    if (!value->is_string()) return Wrong(key, "a string");
    return value->AsString();
  }
  std::unexpected<Error> Wrong(std::string_view key, std::string_view expected) const {
    return Fail(ErrorCode::kCorrupt,
                Path(key) + " is " + ValueText(key) + ", expected " + std::string(expected));
  }
  std::unexpected<Error> Refuse(std::string_view key, std::string_view known) const {
    return Fail(ErrorCode::kUnsupported,
                Path(key) + " is " + ValueText(key) + "; this build knows " + std::string(known));
  }
  const Json& json() const { return json_; }

 private:
  std::string ValueText(std::string_view key) const {
    const Json* value = Given(key);
    return value == nullptr ? "missing" : Quote(value->Dump());
  }

  const Json& json_;
  std::string path_;
};

// Adds keys of the architecture to the metadata, which remembers what of config.json each follows
// from: a key or a short formula.
class HfWriter {
 public:
  explicit HfWriter(HfConfig& config)
      : metadata_(config.metadata), prefix_(std::string(config.architecture->architecture) + ".") {}

  Result<void> Add(std::string_view name, MetadataValue value, std::string from) {
    return metadata_.Add(prefix_ + std::string(name), std::move(value), std::move(from));
  }
  // What was read, or why it could not be.
  template <typename T>
  Result<void> AddRead(std::string_view name, Result<T> value, std::string from) {
    if (!value) return std::unexpected(std::move(value).error());
    return Add(name, *std::move(value), std::move(from));
  }

 private:
  Metadata& metadata_;
  std::string prefix_;
};

}  // namespace bantam
