// Chat templates: refused until the Jinja engine is here; callers fall back to ChatML.
#include "text/chat_template.h"

namespace bantam {

namespace jinja {
class Program {};
}  // namespace jinja

Result<ChatTemplate> ChatTemplate::Compile(std::string_view) {
  return Fail(ErrorCode::kUnsupported, "chat templates are not supported yet");
}

Result<std::string> ChatTemplate::Render(const TemplateInput&) const {
  return Fail(ErrorCode::kUnsupported, "chat templates are not supported yet");
}

ChatTemplate::ChatTemplate(std::unique_ptr<jinja::Program> program)
    : program_(std::move(program)) {}
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;

}  // namespace bantam
