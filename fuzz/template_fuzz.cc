// Fuzzes chat templates: compiling never crashes, rendering stays inside its limits, gives UTF-8
// and the same result twice.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/json.h"
#include "text/jinja/program.h"
#include "text/jinja/render.h"
#include "text/jinja/text.h"

namespace {

using bantam::Json;

constexpr std::string_view kMessages = R"([
  {"role": "system", "content": "Be brief."},
  {"role": "user", "content": "Grüße 😀\n<b>"},
  {"role": "assistant", "content": null, "reasoning_content": "Hm.",
   "tool_calls": [{"type": "function", "id": "c1",
                   "function": {"name": "f", "arguments": {"a": 1.50, "b": [true, null]}}}]},
  {"role": "tool", "name": "f", "content": [{"type": "text", "text": "ok"}]}])";
constexpr std::string_view kTools = R"([
  {"type": "function", "function": {"name": "f", "description": "d", "parameters":
    {"type": "object", "properties": {"a": {"type": "number"}}, "required": ["a"]}}}])";
constexpr std::string_view kExtra = R"({"s": "Hello World", "n": 7, "l": [3, 1, 2], "f": 2.5,
  "d": {"b": 1, "a": 2}, "big": 123456789012345678901234567890, "t": true})";

const bantam::TemplateInput& Input() {
  static const bantam::TemplateInput* input = [] {
    auto* made = new bantam::TemplateInput;
    made->messages = Json::Parse(kMessages).value();
    made->tools = Json::Parse(kTools).value();
    made->extra = Json::Parse(kExtra).value();
    made->bos_token = "<s>";
    made->eos_token = "</s>";
    made->now_s = 1735734896;
    return made;
  }();
  return *input;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const auto program = bantam::jinja::Program::Compile(source);
  if (!program) {
    CHECK(!program.error().message.empty());
    return 0;
  }
  bantam::jinja::Limits limits;
  limits.steps = 20'000;
  limits.output_bytes = 1 << 18;
  limits.memory_bytes = 1 << 22;
  const auto text = bantam::jinja::Render(**program, Input(), limits);
  if (text) CHECK(bantam::jinja::IsUtf8(*text));
  const auto again = bantam::jinja::Render(**program, Input(), limits);
  CHECK(again.has_value() == text.has_value());
  if (text) CHECK(*text == *again);
  if (!text) CHECK(text.error().message == again.error().message);
  return 0;
}
