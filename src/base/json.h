// Json: an ordered JSON value with a strict, linear, depth-limited reader and a writer.
//
// Numbers keep the text they were written with, objects keep their order (RFC 8259; duplicate
// keys are refused). Bantam's own because the common libraries recurse, reorder and rewrite.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"

namespace bantam {

class Json {
 public:
  enum class Kind : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  static constexpr int kMaxDepth = 512;

  Json() = default;  // null
  Json(const Json&) = default;
  Json(Json&&) noexcept = default;
  Json& operator=(const Json&) = default;
  Json& operator=(Json&&) noexcept = default;
  ~Json();  // takes nested values apart without recursion

  static Json Bool(bool value);
  static Json Int(int64_t value);
  static Json Double(double value);  // shortest text that reads back equal; NaN and ±Inf: null
  static Json NumberText(std::string text);  // must be a valid JSON number
  static Json String(std::string value);
  static Json MakeArray(Array items = {});
  static Json MakeObject(Object members = {});

  // Parses one document. Fails with kCorrupt; the message gives byte offset, line and column
  // (in characters), and what was expected. Invalid UTF-8, lone surrogate escapes, duplicate
  // keys, depth over kMaxDepth and trailing text are errors. Time is linear in the length (keys
  // of one object are sorted by hash), memory at most about 50 bytes per byte of text.
  static Result<Json> Parse(std::string_view text);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_number() const { return kind_ == Kind::kNumber; }
  bool is_array() const { return kind_ == Kind::kArray; }
  bool is_object() const { return kind_ == Kind::kObject; }
  bool is_bool() const { return kind_ == Kind::kBool; }

  // Each CHECKs the kind; ask first.
  bool AsBool() const;
  const std::string& AsString() const;     // the decoded text
  const std::string& number_text() const;  // the number as written
  const Array& items() const;
  const Object& members() const;

  // The number as an integer, if it is one and fits (1e3 and 4.0 count), else kInvalidArgument;
  // as a double, nearest (±Inf or ±0 when out of range). Other kinds: an error, NaN.
  Result<int64_t> AsInt() const;
  double AsDouble() const;

  // The member of that name, or nullptr (also when this is no object).
  const Json* Find(std::string_view key) const;

  void Append(Json item);                 // this must be an array
  void Set(std::string key, Json value);  // this must be an object; replaces an equal key;
                                          // takes time linear in the number of members

  // Text without spaces, or with `indent` spaces per level. UTF-8 is written as it is; bytes that
  // are not UTF-8 become U+FFFD, so that the text is always valid JSON.
  std::string Dump(int indent = -1) const;

 private:
  friend class JsonReader;

  Kind kind_ = Kind::kNull;
  bool bool_ = false;
  std::string text_;  // string value or number text
  Array items_;
  Object members_;
};

// `text` as a JSON string literal with its quotes; bytes that are not UTF-8 become U+FFFD.
std::string JsonQuote(std::string_view text);

}  // namespace bantam
