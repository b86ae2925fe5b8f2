// Lookup and checked conversion of metadata values.
#include "base/metadata.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/quote.h"

namespace bantam {
namespace {

// In the order of the variant's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<MetadataValue>> kTypeNames = {
    "a boolean",          "an unsigned integer",  "a signed integer",     "a float",
    "a string",           "an array of booleans", "an array of integers", "an array of integers",
    "an array of floats", "an array of strings"};

std::unexpected<Error> WrongType(std::string_view key, const MetadataValue& value,
                                 std::string_view expected) {
  return Fail(ErrorCode::kCorrupt, "key " + Quote(key) + " is " +
                                       std::string(kTypeNames[value.index()]) + ", expected " +
                                       std::string(expected));
}

std::unexpected<Error> OutOfRange(std::string_view key, const std::string& value,
                                  const std::string& expected) {
  return Fail(ErrorCode::kCorrupt, "key " + Quote(key) + " is " + value + ", expected " + expected);
}

std::unexpected<Error> Missing(std::string_view key) {
  return Fail(ErrorCode::kNotFound, "key " + Quote(key) + " is missing");
}

Result<uint64_t> ToUint(std::string_view key, const MetadataValue& value, uint64_t max) {
  uint64_t number = 0;
  if (const auto* u = std::get_if<uint64_t>(&value)) {
    number = *u;
  } else if (const auto* i = std::get_if<int64_t>(&value)) {
    if (*i < 0) return OutOfRange(key, std::to_string(*i), "0 or more");
    number = static_cast<uint64_t>(*i);
  } else {
    return WrongType(key, value, "an integer");
  }
  if (number > max) {
    return OutOfRange(key, std::to_string(number), "at most " + std::to_string(max));
  }
  return number;
}

Result<double> ToFloat(std::string_view key, const MetadataValue& value) {
  if (const auto* f = std::get_if<double>(&value)) return *f;
  if (const auto* u = std::get_if<uint64_t>(&value)) return static_cast<double>(*u);
  if (const auto* i = std::get_if<int64_t>(&value)) return static_cast<double>(*i);
  return WrongType(key, value, "a number");
}

Result<bool> ToBool(std::string_view key, const MetadataValue& value) {
  if (const auto* b = std::get_if<bool>(&value)) return *b;
  return WrongType(key, value, "a boolean");
}

Result<std::string_view> ToString(std::string_view key, const MetadataValue& value) {
  if (const auto* s = std::get_if<std::string>(&value)) return std::string_view(*s);
  return WrongType(key, value, "a string");
}

}  // namespace

Result<void> Metadata::Add(std::string key, MetadataValue value, std::string name_in_file) {
  const auto place = std::ranges::lower_bound(
      by_key_, key, {}, [this](uint32_t i) -> const std::string& { return entries_[i].first; });
  if (place != by_key_.end() && entries_[*place].first == key) {
    return Fail(ErrorCode::kCorrupt, "key " + Quote(key) + " is there twice");
  }
  if (!name_in_file.empty()) names_in_file_[key] = std::move(name_in_file);
  by_key_.insert(place, static_cast<uint32_t>(entries_.size()));
  entries_.emplace_back(std::move(key), std::move(value));
  return {};
}

const MetadataValue* Metadata::Find(std::string_view key) const {
  const auto key_of = [this](uint32_t i) -> std::string_view { return entries_[i].first; };
  const auto place = std::ranges::lower_bound(by_key_, key, {}, key_of);
  if (place == by_key_.end() || entries_[*place].first != key) return nullptr;
  return &entries_[*place].second;
}

std::string_view Metadata::NameInFile(std::string_view key) const {
  const auto name = names_in_file_.find(key);
  return name == names_in_file_.end() ? key : std::string_view(name->second);
}

Result<uint64_t> Metadata::GetUint(std::string_view key, uint64_t max) const {
  const MetadataValue* value = Find(key);
  return value != nullptr ? ToUint(NameInFile(key), *value, max) : Missing(key);
}

Result<double> Metadata::GetFloat(std::string_view key) const {
  const MetadataValue* value = Find(key);
  return value != nullptr ? ToFloat(NameInFile(key), *value) : Missing(key);
}

Result<bool> Metadata::GetBool(std::string_view key) const {
  const MetadataValue* value = Find(key);
  return value != nullptr ? ToBool(NameInFile(key), *value) : Missing(key);
}

Result<std::string_view> Metadata::GetString(std::string_view key) const {
  const MetadataValue* value = Find(key);
  return value != nullptr ? ToString(NameInFile(key), *value) : Missing(key);
}

Result<const std::vector<std::string>*> Metadata::GetStrings(std::string_view key) const {
  const MetadataValue* value = Find(key);
  if (value == nullptr) return Missing(key);
  if (const auto* strings = std::get_if<std::vector<std::string>>(value)) return strings;
  return WrongType(NameInFile(key), *value, "an array of strings");
}

Result<std::vector<int64_t>> Metadata::GetInts(std::string_view key) const {
  const MetadataValue* value = Find(key);
  if (value == nullptr) return Missing(key);
  if (const auto* i = std::get_if<std::vector<int64_t>>(value)) return *i;
  const auto* u = std::get_if<std::vector<uint64_t>>(value);
  if (u == nullptr) return WrongType(NameInFile(key), *value, "an array of integers");
  for (const uint64_t number : *u) {
    if (!std::in_range<int64_t>(number)) {
      return OutOfRange(NameInFile(key), "an array with " + std::to_string(number),
                        "64-bit signed integers");
    }
  }
  return std::vector<int64_t>(u->begin(), u->end());
}

Result<std::vector<double>> Metadata::GetFloats(std::string_view key) const {
  const MetadataValue* value = Find(key);
  if (value == nullptr) return Missing(key);
  const auto widen = [](const auto& numbers) {
    std::vector<double> wide(numbers.size());
    std::ranges::transform(numbers, wide.begin(), [](auto n) { return static_cast<double>(n); });
    return wide;
  };
  if (const auto* f = std::get_if<std::vector<double>>(value)) return *f;
  if (const auto* i = std::get_if<std::vector<int64_t>>(value)) return widen(*i);
  if (const auto* u = std::get_if<std::vector<uint64_t>>(value)) return widen(*u);
  return WrongType(NameInFile(key), *value, "an array of numbers");
}

Result<uint64_t> Metadata::GetUintOr(std::string_view key, uint64_t fallback, uint64_t max) const {
  return Find(key) != nullptr ? GetUint(key, max) : fallback;
}

Result<double> Metadata::GetFloatOr(std::string_view key, double fallback) const {
  return Find(key) != nullptr ? GetFloat(key) : fallback;
}

Result<bool> Metadata::GetBoolOr(std::string_view key, bool fallback) const {
  return Find(key) != nullptr ? GetBool(key) : fallback;
}

Result<std::string_view> Metadata::GetStringOr(std::string_view key,
                                               std::string_view fallback) const {
  return Find(key) != nullptr ? GetString(key) : fallback;
}

}  // namespace bantam
