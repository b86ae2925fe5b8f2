// Fuzzes the repair of JSON towards a schema: what is written the schema accepts, byte by byte, and
// stays as it is when repaired again; completions likewise. Nothing takes too many steps.
#include <algorithm>
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
#include "matcher_check.h"
#include "schema_maker.h"

namespace {

using bantam::ErrorCode;
using bantam::Json;
using bantam::grammar::JsonSchema;

// RepairSpace::kSteps (10 million) and its guesses: some seconds are promised.
constexpr uint64_t kMostSteps = 2'000'000'000;

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
const JsonSchema& GivenSchema(size_t index) {
  static std::array<std::shared_ptr<const JsonSchema>, kSchemas.size()> compiled;
  static std::array<int, kSchemas.size()> uses;
  if (compiled[index] == nullptr || ++uses[index] % 500 == 0) {
    compiled[index] = bantam::grammar::CompileChecked(kSchemas[index]);
    CHECK(compiled[index] != nullptr);
  }
  return *compiled[index];
}

// Another matcher takes the document, its white space left out, or says that it cannot decide.
bool Accepts(const JsonSchema& schema, const std::string& text) {
  const auto json = Json::Parse(text);
  if (!json) return false;
  const auto matcher = schema.NewMatcher();
  for (const char c : json->Dump()) {
    if (matcher->Push(static_cast<uint8_t>(c))) continue;
    return matcher->limited();
  }
  return matcher->Accepting();
}

void CheckComplete(const JsonSchema& schema, std::string_view begin) {
  const bantam::grammar::StepBound bound(kMostSteps);
  const auto complete = bantam::grammar::CompleteJson(begin, schema);
  if (!complete) CHECK(complete.error().code == ErrorCode::kResourceExhausted);
  if (complete) CHECK(Accepts(schema, complete->text));
}

void CheckRepair(const JsonSchema& schema, std::string_view text, bool fill) {
  const bool valid = bantam::grammar::CheckJson(text, schema).valid;
  const auto repair = [&] {
    const bantam::grammar::StepBound bound(kMostSteps);
    return bantam::grammar::RepairJson(text, schema, {.fill = fill});
  }();
  if (!repair) {
    CHECK(repair.error().code == ErrorCode::kCorrupt ||
          repair.error().code == ErrorCode::kResourceExhausted);
    CHECK(!valid);
    return;
  }
  CHECK(valid == (repair->edit_count == 0) && valid == (repair->text == text));
  CHECK(Accepts(schema, repair->text));
  for (const bantam::JsonEdit& edit : repair->edits) CHECK(edit.offset <= text.size());
  const auto again = bantam::grammar::RepairJson(repair->text, schema, {.fill = fill});
  CHECK(again && again->text == repair->text);
  CheckComplete(schema, repair->text.substr(0, text.size() % (repair->text.size() + 1)));
}

}  // namespace

// The input: a byte that chooses a schema and how the document is written. Below 0x80: one of those
// above, and a text. Else: bytes for SchemaMaker, a zero byte, and a text or, from 0xC0 on, tokens.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] < 0x80) {
    for (const bool fill : {true, false}) {
      CheckRepair(GivenSchema(data[0] % kSchemas.size()), rest, fill);
    }
    return 0;
  }
  const size_t end = std::min(rest.find('\0'), rest.size());
  const auto schema =
      bantam::grammar::CompileChecked(bantam::grammar::SchemaMaker(rest.substr(0, end)).Make());
  if (schema == nullptr || schema->min_bytes() > bantam::grammar::kMostCompletion) return 0;
  rest.remove_prefix(std::min(end + 1, rest.size()));
  std::string text(rest);
  if (data[0] >= 0xC0) {
    text.clear();
    for (const char c : rest) text += bantam::grammar::CheckedTokens()[static_cast<uint8_t>(c)];
  }
  for (const bool fill : {true, false}) CheckRepair(*schema, text, fill);
  return 0;
}
