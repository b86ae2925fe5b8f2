// Fuzzes the repair of JSON towards a schema: what is written the schema accepts, byte by byte, and
// stays as it is when repaired again; completions likewise. The first byte chooses the schema.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "bantam/json_repair.h"
#include "base/check.h"
#include "base/json.h"
#include "grammar/repair/schema_repair.h"

namespace {

using bantam::ErrorCode;
using bantam::Json;
using bantam::grammar::JsonSchema;

constexpr std::array<const char*, 12> kSchemas = {
    R"({"type":"integer","minimum":3,"maximum":400})",
    R"({"enum":["a b","Red",null,12,true,[1],{"k":2}]})",
    R"({"type":["boolean","null","number"]})",
    R"({"type":"string","minLength":2,"maxLength":4,"pattern":"^[a-z]*$"})",
    R"({"type":"array","items":{"type":"integer"},"uniqueItems":true,"minItems":1,"maxItems":4})",
    R"({"type":"object","properties":{"first_name":{"type":"string"},"age":{"type":"integer",
        "default":7},"tags":{"type":"array","items":{"type":"string"}}},"required":["age"],
        "additionalProperties":false})",
    R"({"oneOf":[{"type":"object","properties":{"k":{"const":"a"},"x":{"type":"number"}},
        "required":["k"],"additionalProperties":false},{"type":"object","properties":{
        "k":{"const":"b"},"y":{"type":"string"}},"required":["k","y"],
        "additionalProperties":false}]})",
    R"({"type":"object","properties":{"v":{"type":"integer"},"kids":{"type":"array",
        "items":{"$ref":"#"}}},"required":["v"],"unevaluatedProperties":false})",
    R"({"prefixItems":[{"type":"string"},{"type":"boolean"}],"items":false,"minItems":2,
        "type":"array"})",
    R"({"type":"object","properties":{"c":{"enum":["x","y"]},"z":{}},"if":{"properties":{
        "c":{"const":"x"}}},"then":{"properties":{"z":{"type":"integer"}}},
        "else":{"required":["w"]}})",
    R"({"type":"array","contains":{"type":"string"},"maxContains":2,"items":{"not":{"const":1}}})",
    R"({"patternProperties":{"^x":{"type":"integer"}},"propertyNames":{"maxLength":3},
        "dependentRequired":{"xa":["xb"]},"maxProperties":3,"type":"object"})"};

// Compiled anew now and then: caches grow.
const JsonSchema& Schema(size_t index) {
  static std::array<std::shared_ptr<const JsonSchema>, kSchemas.size()> compiled;
  static std::array<int, kSchemas.size()> uses;
  if (compiled[index] == nullptr || ++uses[index] % 500 == 0) {
    const auto json = Json::Parse(kSchemas[index]);
    CHECK(json.has_value());
    const auto schema = JsonSchema::Compile(*json, {});
    CHECK(schema.has_value());
    compiled[index] = *schema;
  }
  return *compiled[index];
}

// Byte by byte, white space left out.
bool Accepts(const JsonSchema& schema, const std::string& text) {
  const auto json = Json::Parse(text);
  if (!json) return false;
  const auto matcher = schema.NewMatcher();
  for (char c : json->Dump()) {
    if (!matcher->Push(static_cast<uint8_t>(c))) return false;
  }
  return matcher->Accepting();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const JsonSchema& schema = Schema(data[0] % kSchemas.size());
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool valid = bantam::grammar::CheckJson(text, schema).valid;
  for (const bool fill : {true, false}) {
    const auto repair = bantam::grammar::RepairJson(text, schema, {.fill = fill});
    if (!repair) {
      CHECK(repair.error().code == ErrorCode::kCorrupt ||
            repair.error().code == ErrorCode::kResourceExhausted);
      CHECK(!valid);
      continue;
    }
    CHECK(valid == (repair->edit_count == 0) && valid == (repair->text == text));
    CHECK(Accepts(schema, repair->text));
    for (const bantam::JsonEdit& edit : repair->edits) CHECK(edit.offset <= text.size());
    const auto again = bantam::grammar::RepairJson(repair->text, schema, {.fill = fill});
    CHECK(again && again->text == repair->text);
    const std::string begin = repair->text.substr(0, size % (repair->text.size() + 1));
    const auto complete = bantam::grammar::CompleteJson(begin, schema);
    CHECK(complete && Accepts(schema, complete->text));
  }
  return 0;
}
