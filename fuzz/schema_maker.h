// For fuzz targets: bytes → a JSON Schema, as text, of keywords in every combination.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bantam::grammar {

// Takes the bytes from the front; where none are left, 0 comes, which makes the least of
// everything.
class SchemaMaker {
 public:
  explicit SchemaMaker(std::string_view bytes) : bytes_(bytes) {}

  std::string Make() {
    std::string text = Object(3);
    std::string definitions = R"("$defs":{"d":)" + Schema(1) + R"(,"e":)" + Schema(1) + "}";
    text.pop_back();
    return text + (text.size() > 1 ? "," : "") + definitions + "}";
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

  std::string Schema(int depth) {
    const uint8_t kind = Take();
    switch (kind % 16) {
      case 0: return "true";
      case 1: return "false";
      case 2: return R"({"$ref":"#/$defs/d"})";
      case 3: return R"({"$ref":"#/$defs/e"})";
      case 4: return R"({"$ref":"#"})";
      case 5:
      case 6: return R"({"type":)" + Type() + "}";
      case 7: return R"({"const":)" + Value() + "}";
      case 8: return R"({"enum":)" + List(&SchemaMaker::ValueAt, 0) + "}";
      default: return depth > 0 ? Object(depth) : R"({"type":)" + Type() + "}";
    }
  }

  // Up to four different keywords.
  std::string Object(int depth) {
    std::string text;
    uint64_t used = 0;
    for (int left = 1 + Take() % 4; left > 0; --left) {
      const unsigned keyword = Take() % kKeywords;
      if ((used >> keyword & 1) != 0) continue;
      used |= uint64_t{1} << keyword;
      text += (text.empty() ? "" : ",") + Keyword(keyword, depth - 1);
    }
    return "{" + text + "}";
  }

  static constexpr unsigned kKeywords = 42;
  std::string Keyword(unsigned keyword, int depth) {
    if (keyword < 22) return OfLeaf(keyword);
    const auto schema = [&](const char* name) { return name + Schema(depth); };
    const auto schemas = [&](const char* name) { return name + List(&SchemaMaker::Schema, depth); };
    switch (keyword) {
      case 22: return schemas(R"("allOf":)");
      case 23:
      case 24: return schemas(R"("anyOf":)");
      case 25:
      case 26: return schemas(R"("oneOf":)");
      case 27: return schema(R"("not":)");
      case 28: return schema(R"("if":)") + "," + schema(R"("then":)");
      case 29: return schema(R"("if":)") + "," + schema(R"("else":)");
      case 30:
      case 31:
      case 32: return R"("properties":)" + Named(depth, false);
      case 33: return R"("patternProperties":)" + Named(depth, true);
      case 34: return schema(R"("additionalProperties":)");
      case 35: return schema(R"("propertyNames":)");
      case 36: return R"("dependentSchemas":)" + Named(depth, false);
      case 37: return schema(R"("unevaluatedProperties":)");
      case 38: return schemas(R"("prefixItems":)");
      case 39: return schema(R"("items":)");
      case 40: return schema(R"("contains":)");
      default: return schema(R"("unevaluatedItems":)");
    }
  }

  std::string OfLeaf(unsigned keyword) {
    const auto count = [&] { return std::to_string(Take() % 5); };
    switch (keyword) {
      case 0:
      case 1: return R"("type":)" + Type();
      case 2: return R"("type":)" + List(&SchemaMaker::TypeAt, 0, true);
      case 3: return R"("enum":)" + List(&SchemaMaker::ValueAt, 0);
      case 4: return R"("const":)" + Value();
      case 5: return R"("minimum":)" + Number();
      case 6: return R"("maximum":)" + Number();
      case 7: return R"("exclusiveMinimum":)" + Number();
      case 8:
        return R"("multipleOf":)" + Pick(std::array{"1", "2", "0.5", "3", "0.1", "1.5", "7e2"});
      case 9: return R"("minLength":)" + count();
      case 10: return R"("maxLength":)" + count();
      case 11: return R"("pattern":)" + Pattern();
      case 12: return R"("format":)" + Pick(kFormats);
      case 13:
      case 14: return R"("required":)" + List(&SchemaMaker::NameAt, 0, true);
      case 15: return R"("minProperties":)" + count();
      case 16: return R"("maxProperties":)" + count();
      case 17:
        return R"("dependentRequired":{)" + Name() + ":" + List(&SchemaMaker::NameAt, 0, true) +
               "}";
      case 18: return R"("minItems":)" + count();
      case 19: return R"("maxItems":)" + count();
      case 20: return R"("uniqueItems":true)";
      default: return R"("minContains":)" + count() + R"(,"maxContains":)" + count();
    }
  }

  static constexpr std::array kFormats = {R"("date")",     R"("time")",        R"("date-time")",
                                          R"("email")",    R"("ipv4")",        R"("ipv6")",
                                          R"("hostname")", R"("uri")",         R"("uuid")",
                                          R"("duration")", R"("json-pointer")"};
  std::string Type() {
    return Pick(std::array{R"("object")", R"("array")", R"("string")", R"("integer")",
                           R"("number")", R"("boolean")", R"("null")"});
  }
  std::string TypeAt(int /*depth*/) { return Type(); }
  std::string Value() {
    return Pick(std::array{"1", "1.0", "-2", "0.5", "1e2", R"("a")", R"("ab")", R"("")",
                           R"("\u00e9")", "null", "true", "false", "[]", "[1]", R"({"a":1})", "{}",
                           R"(["a",{"b":[null]}])", R"("\n\"")", "123456789"});
  }
  std::string ValueAt(int /*depth*/) { return Value(); }
  std::string Number() { return Pick(std::array{"0", "1", "-3", "10", "2.5", "1e3", "-0.1"}); }
  std::string Pattern() {
    return Pick(std::array{R"("^a")", R"("b$")", R"("^[a-c]+$")", R"("^a{2,3}$")", R"("\\d")",
                           R"("^(a|é)*$")", R"("x{3}")", R"(".")", R"("^[^\"]*$")", R"("^.{0,3}$")",
                           R"("^$")", R"("a|\\\\")"});
  }
  std::string Name() {
    return Pick(std::array{R"("a")", R"("b")", R"("ab")", R"("")", R"("\u00e9")", R"("\"")"});
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
};

}  // namespace bantam::grammar
