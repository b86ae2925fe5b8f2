// ChatTemplate: a model's own Jinja template, compiled once, rendered per request.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "base/json.h"

namespace bantam {

namespace jinja {
class Program;  // the compiled template
}

// What a template sees besides its own variables, named as transformers names them.
struct TemplateInput {
  Json messages;                      // array of {"role", "content", …}
  Json tools;                         // array or null
  bool add_generation_prompt = true;  // end with the opening of the assistant's turn
  std::string bos_token;
  std::string eos_token;
  Json extra;         // further variables (object or null): enable_thinking, …
  int64_t now_s = 0;  // seconds since the epoch for strftime_now; local time is UTC
};

// Immutable after Compile; Render is safe from many threads. Semantics are those of jinja2 as
// transformers configures it (trim_blocks, lstrip_blocks, loop controls, tojson without HTML
// escapes). Recursion depth, steps and output size are bounded.
class ChatTemplate {
 public:
  // Fails with kCorrupt; the message has line and column.
  static Result<ChatTemplate> Compile(std::string_view source);

  // Fails with kInvalidArgument (raise_exception, undefined or wrongly typed values; line given)
  // or kResourceExhausted (a limit was reached).
  Result<std::string> Render(const TemplateInput& input) const;

  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;
  ~ChatTemplate();

 private:
  explicit ChatTemplate(std::unique_ptr<jinja::Program> program);
  std::unique_ptr<jinja::Program> program_;
};

}  // namespace bantam
