// ChatTemplate: a compiled Jinja program.
#include "text/chat_template.h"

#include <utility>

#include "base/check.h"
#include "text/jinja/program.h"
#include "text/jinja/render.h"

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
  return jinja::Render(*program_, input);
}

}  // namespace bantam
