// Json values: making, reading and taking them apart. Reader and writer have files of their own.
#include "base/json.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "base/check.h"
#include "base/json_text.h"
#include "base/parse_double.h"

namespace bantam {
namespace {

// A valid JSON number as sign × 0.DIGITS × 10^point, without leading or trailing zeros.
struct Decimal {
  bool negative = false;
  std::string digits;
  int64_t point = 0;
};

Decimal DecimalOf(std::string_view text) {
  constexpr int64_t kHuge = int64_t{1} << 56;  // exponents beyond this mean the same
  Decimal d;
  size_t at = 0;
  if (text[at] == '-') {
    d.negative = true;
    ++at;
  }
  bool fraction = false;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '.') {
      fraction = true;
      continue;
    }
    const bool leading_zero = d.digits.empty() && text[at] == '0';
    if (!leading_zero) d.digits += text[at];
    if (!fraction && !leading_zero) ++d.point;
    if (fraction && leading_zero) --d.point;
  }
  if (at < text.size()) {
    ++at;
    const bool minus = text[at] == '-';
    if (text[at] == '-' || text[at] == '+') ++at;
    int64_t exponent = 0;
    for (; at < text.size(); ++at) {
      if (exponent < kHuge) exponent = exponent * 10 + (text[at] - '0');
    }
    d.point += minus ? -exponent : exponent;
  }
  while (!d.digits.empty() && d.digits.back() == '0') d.digits.pop_back();
  return d;
}

}  // namespace

// A deep value would destroy itself as deep in calls; its inner containers are moved out into
// one list first. Scalars and flat containers take the short way.
Json::~Json() {
  if (items_.empty() && members_.empty()) return;
  std::vector<Json> pending;
  const auto collect = [&pending](Json& child) {
    if (!child.items_.empty() || !child.members_.empty()) pending.push_back(std::move(child));
  };
  for (Json& item : items_) collect(item);
  for (auto& [key, value] : members_) collect(value);
  while (!pending.empty()) {
    Json value = std::move(pending.back());
    pending.pop_back();
    for (Json& item : value.items_) collect(item);
    for (auto& [key, member] : value.members_) collect(member);
    value.items_.clear();  // now flat, so that ~Json of `value` does no work
    value.members_.clear();
  }
}

Json Json::Bool(bool value) {
  Json json;
  json.kind_ = Kind::kBool;
  json.bool_ = value;
  return json;
}

Json Json::Int(int64_t value) {
  return NumberText(std::to_string(value));
}

Json Json::Double(double value) {
  if (!std::isfinite(value)) return Json();
  char buffer[32];  // the longest is "-2.2250738585072014e-308"
  const std::to_chars_result end = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return NumberText(std::string(buffer, end.ptr));
}

Json Json::NumberText(std::string text) {
  size_t bad = 0;
  CHECK(!text.empty() && JsonNumberLength(text, &bad) == text.size());
  Json json;
  json.kind_ = Kind::kNumber;
  json.text_ = std::move(text);
  return json;
}

Json Json::String(std::string value) {
  Json json;
  json.kind_ = Kind::kString;
  json.text_ = std::move(value);
  return json;
}

Json Json::MakeArray(Array items) {
  Json json;
  json.kind_ = Kind::kArray;
  json.items_ = std::move(items);
  return json;
}

Json Json::MakeObject(Object members) {
  Json json;
  json.kind_ = Kind::kObject;
  json.members_ = std::move(members);
  return json;
}

bool Json::AsBool() const {
  CHECK(is_bool());
  return bool_;
}

const std::string& Json::AsString() const {
  CHECK(is_string());
  return text_;
}

const std::string& Json::number_text() const {
  CHECK(is_number());
  return text_;
}

const Json::Array& Json::items() const {
  CHECK(is_array());
  return items_;
}

const Json::Object& Json::members() const {
  CHECK(is_object());
  return members_;
}

Result<int64_t> Json::AsInt() const {
  if (!is_number()) return Fail(ErrorCode::kInvalidArgument, "expected an integer");
  const Decimal d = DecimalOf(text_);
  if (d.digits.empty()) return 0;
  const auto digits = static_cast<int64_t>(d.digits.size());
  const std::string shown = text_.substr(0, 40);
  if (d.point < digits) return Fail(ErrorCode::kInvalidArgument, shown + " is not an integer");
  constexpr int64_t kMaxDigits = std::numeric_limits<int64_t>::digits10 + 1;
  if (d.point <= kMaxDigits) {
    std::string text = d.negative ? "-" : "";
    text += d.digits;
    text.append(static_cast<size_t>(d.point - digits), '0');
    int64_t value = 0;
    const std::from_chars_result end =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (end.ec == std::errc()) return value;
  }
  return Fail(ErrorCode::kInvalidArgument, shown + " does not fit in 64 bits");
}

double Json::AsDouble() const {
  if (!is_number()) return std::numeric_limits<double>::quiet_NaN();
  if (const std::optional<double> value = ParseDouble(text_)) return *value;
  const Decimal d = DecimalOf(text_);  // out of range, above or below
  const double magnitude = d.point > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return d.negative ? -magnitude : magnitude;
}

const Json* Json::Find(std::string_view key) const {
  for (const auto& [name, value] : members_) {
    if (name == key) return &value;
  }
  return nullptr;
}

void Json::Append(Json item) {
  CHECK(is_array());
  items_.push_back(std::move(item));
}

void Json::Set(std::string key, Json value) {
  CHECK(is_object());
  for (auto& [name, member] : members_) {
    if (name == key) {
      member = std::move(value);
      return;
    }
  }
  members_.emplace_back(std::move(key), std::move(value));
}

}  // namespace bantam
