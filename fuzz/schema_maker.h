// For fuzz targets: bytes → a JSON Schema, as text, of keywords in every combination; and how
// targets compile one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "grammar/schema/json_schema.h"
#include "matcher_check.h"

namespace bantam::grammar {

// Takes the bytes from the front; where none are left, 0 comes, which makes the least of
// everything.
class SchemaMaker {
 public:
  explicit SchemaMaker(std::string_view bytes) : bytes_(bytes) {}

  std::string Make() {
    constexpr std::array kBegins = {"",
                                    "",
                                    "",
                                    "",
                                    "",
                                    R"("$schema":"https://json-schema.org/draft/2019-09/schema")",
                                    R"("$schema":"http://json-schema.org/draft-07/schema#")",
                                    R"("$schema":"http://json-schema.org/draft-04/schema#")"};
    std::string text = Pick(kBegins);
    const std::string root = Object(3);
    Append(root.substr(1, root.size() - 2), text);
    if (uses_references_) {
      std::string made = R"("d":)" + Schema(1) + R"(,"e":)" + Schema(1);
      made += R"(,"f":{"$anchor":"n",)" + Keyword(Take() % kKeywords, 1) + "}";
      made += R"(,"g":{"$id":"r","$dynamicAnchor":"m",)" + Keyword(Take() % kKeywords, 1) + "}";
      Append(R"("$dynamicAnchor":"m","$defs":{)" + made + "}", text);
    }
    return "{" + text + "}";
  }
  std::string_view rest() const { return bytes_; }

 private:
  uint8_t Take() {
    if (bytes_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(bytes_[0]);
    bytes_.remove_prefix(1);
    return byte;
  }
  template <size_t kCount>
  std::string Pick(const std::array<const char*, kCount>& from) {
    return from[Take() % kCount];
  }
  static void Append(std::string_view keyword, std::string& text) {
    if (!keyword.empty() && !text.empty()) text += ',';
    text += keyword;
  }

  std::string Schema(int depth) {
    const uint8_t kind = Take();
    switch (kind % 16) {
      case 0: return "true";
      case 1: return "false";
      case 2:
      case 3:
      case 4: return "{" + Reference() + "}";
      case 5:
      case 6: return R"({"type":)" + Type() + "}";
      case 7: return R"({"const":)" + Value() + "}";
      case 8: return R"({"enum":)" + List(&SchemaMaker::ValueAt, 0) + "}";
      default: return depth > 0 ? Object(depth) : R"({"type":)" + Type() + "}";
    }
  }

  std::string Reference() {
    uses_references_ = true;
    return Pick(std::array{R"("$ref":"#/$defs/d")", R"("$ref":"#/$defs/e")", R"("$ref":"#")",
                           R"("$ref":"#n")", R"("$dynamicRef":"#m")", R"("$ref":"r")",
                           R"("$ref":"#/$defs/d")"});
  }

  // Up to five different keywords.
  std::string Object(int depth) {
    std::string text;
    uint64_t used = 0;
    for (int left = 1 + Take() % 5; left > 0; --left) {
      const unsigned keyword = Take() % kKeywords;
      if ((used >> keyword & 1) != 0) continue;
      used |= uint64_t{1} << keyword;
      Append(Keyword(keyword, depth - 1), text);
    }
    return "{" + text + "}";
  }

  static constexpr unsigned kKeywords = 60;
  static constexpr unsigned kLeaves = 28;  // of those
  std::string Keyword(unsigned keyword, int depth) {
    if (keyword < kLeaves) return OfLeaf(keyword);
    const auto schema = [&](const char* name) { return name + Schema(depth); };
    const auto schemas = [&](const char* name) { return name + List(&SchemaMaker::Schema, depth); };
    switch (keyword) {
      case 28: return schemas(R"("allOf":)");
      case 29:
      case 30: return schemas(R"("anyOf":)");
      case 31:
      case 32: return schemas(R"("oneOf":)");
      case 33:
      case 34: return schema(R"("not":)");
      case 35: return schema(R"("if":)") + "," + schema(R"("then":)");
      case 36: return schema(R"("if":)") + "," + schema(R"("else":)");
      case 37: return schema(R"("if":)") + "," + schema(R"("then":)") + "," + schema(R"("else":)");
      case 38:
      case 39:
      case 40: return R"("properties":)" + Named(depth, false);
      case 41: return R"("patternProperties":)" + Named(depth, true);
      case 42: return schema(R"("additionalProperties":)");
      case 43: return schema(R"("propertyNames":)");
      case 44: return R"("dependentSchemas":)" + Named(depth, false);
      case 45: return schema(R"("unevaluatedProperties":)");
      case 46:
      case 47: return schemas(R"("prefixItems":)");
      case 48:
      case 49: return schema(R"("items":)");
      case 50: return schema(R"("contains":)");
      case 51: return schema(R"("contains":)") + R"(,"minContains":)" + Count();
      case 52:
        return schema(R"("contains":)") + R"(,"minContains":)" + Count() + R"(,"maxContains":)" +
               Count();
      case 53: return schema(R"("unevaluatedItems":)");
      case 54: return R"("dependencies":)" + Named(depth, false);
      case 55: return schemas(R"("items":)") + "," + schema(R"("additionalItems":)");
      case 56: return Reference();
      case 57:  // told apart by a member
        return R"("type":"object","required":["a"],"oneOf":[{"properties":{"a":{"const":1},"b":)" +
               Schema(depth) + R"(}},{"properties":{"a":{"const":"x"},"b":)" + Schema(depth) +
               "}}]";
      case 58:  // few values, which must differ
        return R"("uniqueItems":true,"minItems":)" + Count() + R"(,"items":{"enum":)" +
               List(&SchemaMaker::ValueAt, 0) + "}";
      default: return R"("uniqueItems":true,"minItems":)" + Count() + "," + schema(R"("items":)");
    }
  }

  // Mostly small; so large only where it does not make everything slow.
  std::string Count() {
    const uint8_t byte = Take();
    return std::to_string(byte < 0xF0 ? byte % 5 : 5 + byte % 16 * 4);
  }

  std::string OfLeaf(unsigned keyword) {
    switch (keyword) {
      case 0:
      case 1:
      case 2: return R"("type":)" + Type();
      case 3: return R"("type":)" + List(&SchemaMaker::TypeAt, 0, true);
      case 4: return R"("enum":)" + List(&SchemaMaker::ValueAt, 0);
      case 5: return R"("const":)" + Value();
      case 6: return R"("minimum":)" + Number();
      case 7: return R"("maximum":)" + Number();
      case 8: return R"("exclusiveMinimum":)" + Number();
      case 9: return R"("exclusiveMaximum":)" + Number();
      case 10:
      case 11: return R"("multipleOf":)" + Step();
      case 12: return R"("multipleOf":)" + Step() + R"(,"minimum":)" + Number();
      case 13: return R"("minLength":)" + Count();
      case 14: return R"("maxLength":)" + Count();
      case 15: return R"("pattern":)" + Pattern();
      case 16:
        return R"("pattern":)" + Pattern() + R"(,"minLength":)" + Count() + R"(,"maxLength":)" +
               Count();
      case 17:
      case 18: return R"("format":)" + Pick(kFormats);
      case 19:
      case 20: return R"("required":)" + List(&SchemaMaker::NameAt, 0, true);
      case 21: return R"("minProperties":)" + Count();
      case 22: return R"("maxProperties":)" + Count();
      case 23:
        return R"("dependentRequired":{)" + Name() + ":" + List(&SchemaMaker::NameAt, 0, true) +
               "}";
      case 24: return R"("minItems":)" + Count();
      case 25: return R"("maxItems":)" + Count();
      case 26: return R"("uniqueItems":true)";
      default: return R"("x-copy":true)";
    }
  }

  static constexpr std::array kFormats = {
      R"("date")",         R"("time")",          R"("date-time")",
      R"("email")",        R"("ipv4")",          R"("ipv6")",
      R"("hostname")",     R"("uri")",           R"("uuid")",
      R"("duration")",     R"("json-pointer")",  R"("regex")",
      R"("iri")",          R"("uri-reference")", R"("uri-template")",
      R"("idn-hostname")", R"("idn-email")",     R"("relative-json-pointer")"};
  std::string Type() {
    return Pick(std::array{R"("object")", R"("array")", R"("string")", R"("integer")",
                           R"("number")", R"("boolean")", R"("null")"});
  }
  std::string TypeAt(int /*depth*/) { return Type(); }
  std::string Value() {
    return Pick(std::array{"1",
                           "1.0",
                           "-2",
                           "0.5",
                           "1e2",
                           R"("a")",
                           R"("ab")",
                           R"("")",
                           R"("\u00e9")",
                           "null",
                           "true",
                           "false",
                           "[]",
                           "[1]",
                           R"({"a":1})",
                           "{}",
                           R"(["a",{"b":[null]}])",
                           R"("\n\"")",
                           "123456789",
                           "9007199254740993",
                           "1e300",
                           R"("aa")",
                           R"("b")",
                           R"("\ud83d\ude00")",
                           R"({"a":1,"b":"x"})",
                           R"([[],{}])",
                           R"("2026-01-01")",
                           "-0",
                           "0"});
  }
  std::string ValueAt(int /*depth*/) { return Value(); }

  // One of a list, or made of digits.
  std::string Number() {
    const uint8_t byte = Take();
    const std::string sign = (byte & 0x20) != 0 ? "-" : "";
    if (byte >= 0xC0) return sign + std::to_string(Take()) + "e" + std::to_string(Take() % 24);
    if (byte >= 0x80) return sign + std::to_string(Take()) + "." + std::to_string(Take());
    constexpr std::array kNumbers = {"0",     "1",
                                     "3",     "10",
                                     "2.5",   "1e3",
                                     "0.1",   "1e-7",
                                     "255",   "9007199254740993",
                                     "1e300", "99999999999999999999"};
    return sign + kNumbers[byte % kNumbers.size()];
  }
  // Above zero.
  std::string Step() {
    const uint8_t byte = Take();
    if (byte >= 0xC0) return std::to_string(1 + Take()) + "e" + std::to_string(Take() % 24);
    if (byte >= 0x80) return std::to_string(1 + Take()) + "e-" + std::to_string(Take() % 12);
    constexpr std::array kSteps = {"1",    "2",      "0.5",  "3",    "0.1",
                                   "1.5",  "7e2",    "0.01", "0.03", "9007199254740993",
                                   "1e17", "1000003"};
    return kSteps[byte % kSteps.size()];
  }

  // Half of them from a list, the others made of parts.
  std::string Pattern() {
    const uint8_t byte = Take();
    constexpr std::array kPatterns = {R"(^a)",           R"(b$)",
                                      R"(^[a-c]+$)",     R"(^a{2,3}$)",
                                      R"(\\d)",          R"(^(a|é)*$)",
                                      R"(x{3})",         R"(.)",
                                      R"(^[^\"]*$)",     R"(^.{0,3}$)",
                                      R"(^$)",           R"(a|\\\\)",
                                      R"(^\\p{L}+$)",    R"(^(?!a).*$)",
                                      R"(\\bword\\b)",   R"(^\\S+@\\S+$)",
                                      R"(^(ab|ba)*a?$)", R"([a-z0-9-]{1,40})",
                                      R"(^[^a-z]{2,}$)"};
    if (byte < 0x80) return std::string("\"") + kPatterns[byte % kPatterns.size()] + "\"";
    std::string text = (byte & 1) != 0 ? "^" : "";
    for (int left = 1 + byte / 2 % 4; left > 0; --left) {
      text += Pick(std::array{"a", "b", "[a-c]", ".", "é", "\\\\d", "\\\\w", "(?:ab|b)", "[^a]",
                              "\\\\p{Lu}", "\\\\P{L}", "(?:a|bc)*", "\\\"", "\\\\s", "[!-~]", "|"});
      if (text.back() == '|') continue;
      text += Pick(std::array{"", "", "*", "+", "?", "{2}", "{1,3}", "{0,30}"});
    }
    return "\"" + text + ((byte & 16) != 0 ? "$" : "") + "\"";
  }
  std::string Name() {
    return Pick(std::array{R"("a")", R"("b")", R"("ab")", R"("")", R"("\u00e9")", R"("\"")",
                           R"("c")", R"("aa")"});
  }
  std::string NameAt(int /*depth*/) { return Name(); }

  // One to three; `distinct`: each once.
  std::string List(std::string (SchemaMaker::*make)(int), int depth, bool distinct = false) {
    std::string text;
    for (int left = 1 + Take() % 3; left > 0; --left) {
      const std::string item = (this->*make)(depth);
      if (distinct && text.find(item) != std::string::npos) continue;
      text += (text.empty() ? "" : ",") + item;
    }
    return "[" + text + "]";
  }
  std::string Named(int depth, bool patterns) {
    std::string text;
    for (int left = 1 + Take() % 3; left > 0; --left) {
      const std::string name = (patterns ? Pattern() : Name()) + ":";
      if (text.find(name) != std::string::npos) continue;
      text += (text.empty() ? "" : ",") + name + Schema(depth);
    }
    return "{" + text + "}";
  }

  std::string_view bytes_;
  bool uses_references_ = false;
};

// Compiles the text within limits that make a target quick, and within StepBound; null if it is no
// schema, or none that is compiled.
inline std::shared_ptr<const JsonSchema> CompileChecked(std::string_view text,
                                                        bool plain_numbers = false) {
  const auto document = Json::Parse(text);
  if (!document) return nullptr;
  SchemaOptions options;
  options.max_nodes = 1'000;
  options.plain_numbers = plain_numbers;
  options.copy_from = {"ab é\"b", "2026-01-01 aa"};
  options.search_work = 30'000;  // of 3 million: else one schema in ten takes a second
  const StepBound bound(6 * StepBound::kMostSteps);  // two seconds are promised, not a third of one
  auto schema = JsonSchema::Compile(*document, options);
  if (schema) return *std::move(schema);
  CHECK(!schema.error().message.empty());
  return nullptr;
}

}  // namespace bantam::grammar
