// The variables of a rendering: globals, then the request's own, then the conversation.
#include "text/jinja/render.h"

#include "base/check.h"
#include "text/jinja/convert.h"
#include "text/jinja/globals.h"
#include "text/jinja/interpreter.h"

namespace bantam::jinja {

Result<std::string> Render(const Program& program, const TemplateInput& input,
                           const Limits& limits) {
  Interpreter interpreter(program, limits, input.now_s);
  AddGlobals(&interpreter);
  interpreter.SetVariable("documents", Value::None());
  interpreter.SetVariable("bos_token", TRY(ToValue(interpreter, Json::String(input.bos_token))));
  interpreter.SetVariable("eos_token", TRY(ToValue(interpreter, Json::String(input.eos_token))));
  if (input.extra.is_object()) {
    for (const auto& [name, value] : input.extra.members()) {
      interpreter.SetVariable(name, TRY(ToValue(interpreter, value)));
    }
  }
  interpreter.SetVariable("messages", TRY(ToValue(interpreter, input.messages)));
  interpreter.SetVariable("tools", TRY(ToValue(interpreter, input.tools)));
  interpreter.SetVariable("add_generation_prompt", Value::Bool(input.add_generation_prompt));
  return interpreter.Run();
}

}  // namespace bantam::jinja
