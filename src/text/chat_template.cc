// ChatTemplate: the variables transformers gives a template, around the Jinja engine.
#include "text/chat_template.h"

#include <utility>

#include "base/check.h"
#include "text/jinja/convert.h"
#include "text/jinja/globals.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/program.h"

namespace bantam {

ChatTemplate::ChatTemplate(std::unique_ptr<jinja::Program> program)
    : program_(std::move(program)) {}
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;

Result<ChatTemplate> ChatTemplate::Compile(std::string_view source) {
  return ChatTemplate(TRY(jinja::Program::Compile(source)));
}

Result<std::string> ChatTemplate::Render(const TemplateInput& input) const {
  jinja::Interpreter interpreter(*program_, jinja::Limits(), input.now_s);
  jinja::AddGlobals(&interpreter);
  if (input.extra.is_object()) {
    for (const auto& [name, value] : input.extra.members()) {
      interpreter.SetVariable(name, TRY(jinja::ToValue(interpreter, value)));
    }
  }
  const auto text = [&](const std::string& value) {
    return jinja::ToValue(interpreter, Json::String(value));
  };
  interpreter.SetVariable("messages", TRY(jinja::ToValue(interpreter, input.messages)));
  interpreter.SetVariable("tools", TRY(jinja::ToValue(interpreter, input.tools)));
  if (input.extra.Find("documents") == nullptr) {
    interpreter.SetVariable("documents", jinja::Value::None());
  }
  interpreter.SetVariable("add_generation_prompt", jinja::Value::Bool(input.add_generation_prompt));
  interpreter.SetVariable("bos_token", TRY(text(input.bos_token)));
  interpreter.SetVariable("eos_token", TRY(text(input.eos_token)));
  return interpreter.Run();
}

}  // namespace bantam
