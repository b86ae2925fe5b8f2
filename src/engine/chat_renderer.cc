// Compiles the template once, parses the conversation each time.
#include "engine/chat_renderer.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/json.h"

namespace bantam {
namespace {

// Qwen's format, which many models share.
constexpr std::string_view kChatMl =
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

std::string BytesOf(const Vocabulary& vocabulary, TokenId id) {
  return id >= 0 && id < vocabulary.size() ? vocabulary.bytes[static_cast<size_t>(id)]
                                           : std::string();
}

Result<Json> ParseArray(const std::string& text, const char* what) {
  Result<Json> json = Json::Parse(text);
  if (!json) {
    return Fail(ErrorCode::kInvalidArgument, std::string(what) + ": " + json.error().message);
  }
  if (!json->is_array()) {
    return Fail(ErrorCode::kInvalidArgument, std::string(what) + " must be a JSON array");
  }
  return json;
}

}  // namespace

ChatRenderer::ChatRenderer(std::string_view source, const Vocabulary& vocabulary, std::string name)
    : name_(std::move(name)),
      error_{ErrorCode::kUnsupported, "the model has no chat template"},
      bos_token_(BytesOf(vocabulary, vocabulary.bos)),
      eos_token_(BytesOf(vocabulary, vocabulary.eos)) {
  if (source.empty()) {
    const bool has_chat_ml = std::find(vocabulary.bytes.begin(), vocabulary.bytes.end(),
                                       "<|im_start|>") != vocabulary.bytes.end();
    if (!has_chat_ml) return;
    source = kChatMl;
  }
  source_ = source;
  Result<ChatTemplate> compiled = ChatTemplate::Compile(source);
  if (compiled) {
    template_ = *std::move(compiled);
  } else {
    error_ = Named(std::move(compiled).error());
  }
}

Result<std::string> ChatRenderer::Render(const ChatInput& input) const {
  if (!input.chat_template.empty()) {
    const ChatTemplate own = TRY(ChatTemplate::Compile(input.chat_template));
    return Render(own, input);
  }
  if (!template_) return std::unexpected(error_);
  Result<std::string> text = Render(*template_, input);
  if (!text && text.error().code == ErrorCode::kResourceExhausted) {
    return std::unexpected(Named(std::move(text).error()));
  }
  return text;
}

Error ChatRenderer::Named(Error error) const {
  if (!name_.empty()) error.message = name_ + ": " + error.message;
  return error;
}

Result<std::string> ChatRenderer::Render(const ChatTemplate& chat_template,
                                         const ChatInput& input) const {
  TemplateInput values;
  values.messages = TRY(ParseArray(input.messages_json, "messages"));
  if (!input.tools_json.empty()) values.tools = TRY(ParseArray(input.tools_json, "tools"));
  if (!input.extra_json.empty()) {
    values.extra = TRY(Json::Parse(input.extra_json));
    if (!values.extra.is_object()) {
      return Fail(ErrorCode::kInvalidArgument, "template variables must be a JSON object");
    }
  }
  values.add_generation_prompt = input.add_generation_prompt;
  values.bos_token = bos_token_;
  values.eos_token = eos_token_;
  values.now_s = UnixSeconds();
  return chat_template.Render(values);
}

}  // namespace bantam
