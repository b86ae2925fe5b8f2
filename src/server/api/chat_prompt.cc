// Templates, limits, and leaving out what does not fit.
#include "server/api/chat_prompt.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "server/api/call_style.h"

namespace bantam::server {
namespace {

bool HasRole(const Json& message, std::string_view role) {
  return message.Find("role")->AsString() == role;
}

// Models whose template knows nothing of tools are told by a system message.
void TellOfTools(const Tools& tools, Messages& messages) {
  const std::string told = DescribeTools(tools);
  Json::Array items = messages.list.items();
  if (!items.empty() && HasRole(items[0], "system")) {
    items[0].Set("content", Json::String(items[0].Find("content")->AsString() + "\n\n" + told));
  } else {
    items.insert(items.begin(), MessageJson("system", told));
  }
  // Calls and their results, as such templates do not write them.
  for (Json& item : items) {
    if (HasRole(item, "tool")) {
      item.Set("role", Json::String("user"));
      item.Set("content", Json::String("<tool_response>\n" + item.Find("content")->AsString() +
                                       "\n</tool_response>"));
    }
    const Json* calls = item.Find("tool_calls");
    if (calls == nullptr) continue;
    std::string content = item.Find("content")->AsString();
    for (const Json& call : calls->items()) {
      content += (content.empty() ? "" : "\n") + std::string("<tool_call>\n") +
                 call.Find("function")->Dump() + "\n</tool_call>";
    }
    item = MessageJson("assistant", content);
  }
  messages.list = Json::MakeArray(std::move(items));
}

class Renderer {
 public:
  Renderer(const Model& model, PromptRequest request)
      : model_(model), request_(std::move(request)) {
    bool described = true;
    if (request_.tools.usable()) {
      const std::string& source =
          request_.chat_template.empty() ? model.info().chat_template : request_.chat_template;
      described = StyleOf(source).described;
      if (!described) TellOfTools(request_.tools, request_.messages);
    }
    input_.messages_json = request_.messages.list.Dump();
    if (request_.tools.usable() && described) input_.tools_json = request_.tools.list.Dump();
    input_.chat_template = request_.chat_template;
    if (request_.variables.is_object()) input_.extra_json = request_.variables.Dump();
  }

  Result<Prompt> Render() {
    TRY(CheckSize());
    const std::vector<TokenId> begun = Tokenize(request_.begun_reply);
    const int most = request_.context - 1 - static_cast<int>(begun.size());
    const int room = request_.context - request_.reserve - static_cast<int>(begun.size());
    Result<FittedChat> fitted = Fit(std::min(room, most));
    // The reply wants room, but a prompt that fits is no error.
    if (!fitted && fitted.error().code == ErrorCode::kTooLong) fitted = Fit(most);
    if (!fitted) return std::unexpected(Told(fitted.error()));
    Prompt prompt;
    prompt.texts = std::move(request_.messages.texts);
    prompt.left_out = fitted->left_out_tokens();
    prompt.tokens = std::move(fitted->prompt);
    if (!request_.begun_reply.empty()) {
      ChatInput whole = input_;
      whole.messages_json = std::move(fitted->messages_json);
      prompt.tokens = Tokenize(TRY(model_.RenderChat(whole)) + request_.begun_reply);
    }
    if (request_.prefixes != nullptr) prompt.keep = request_.prefixes->Of(model_, FrontOfChat());
    return prompt;
  }

 private:
  // The template writes the beginning-of-text token itself.
  std::vector<TokenId> Tokenize(const std::string& text) const {
    return model_.Tokenize(text, {.add_special = false, .parse_special = true});
  }

  Result<FittedChat> Fit(int max_tokens) const {
    return FitChat(model_, input_, request_.trim, std::max(1, max_tokens));
  }

  // What cannot fit is not read as a whole, unless it is to be made shorter.
  Result<void> CheckSize() const {
    constexpr size_t kMostTrimmed = size_t{8} << 20;
    size_t bytes = 0;
    for (const Json& item : request_.messages.list.items()) {
      bytes += item.Find("content")->AsString().size();
    }
    const size_t fitting = static_cast<size_t>(request_.context) * request_.longest_token;
    if (request_.trim == TrimMode::kError && bytes > fitting) {
      return PromptTooLong("more than " + std::to_string(request_.context), request_.context);
    }
    if (bytes > std::max(fitting, kMostTrimmed)) {
      return Fail(ErrorCode::kTooLong, "the chat has " + std::to_string(bytes) +
                                           " bytes; no more than " + std::to_string(kMostTrimmed) +
                                           " are made to fit a context of " +
                                           std::to_string(request_.context) + " tokens");
    }
    return {};
  }

  // In the words of this room; what is wrong with a template is the request's error.
  Error Told(const Error& error) const {
    if (error.code != ErrorCode::kTooLong) {
      const std::string& field = request_.template_field;
      return {ErrorCode::kInvalidArgument, (field.empty() ? "" : field + ": ") + error.message};
    }
    return {ErrorCode::kTooLong, "the prompt is too long: " + error.message + " a context of " +
                                     std::to_string(request_.context) +
                                     ", and the reply needs room too"};
  }

  ChatInput FrontOfChat() const {
    Json front = Json::MakeArray();
    for (const Json& item : request_.messages.list.items()) {
      if (!HasRole(item, "system")) break;
      front.Append(item);
    }
    ChatInput input = input_;
    input.messages_json = front.Dump();
    return input;
  }

  const Model& model_;
  PromptRequest request_;
  ChatInput input_;
};

}  // namespace

std::unexpected<Error> PromptTooLong(const std::string& tokens, int context) {
  return Fail(ErrorCode::kTooLong, "the prompt has " + tokens + " tokens; the context holds " +
                                       std::to_string(context) + ", and the reply needs room too");
}

Result<Prompt> RenderPrompt(const Model& model, PromptRequest request) {
  return Renderer(model, std::move(request)).Render();
}

Result<std::vector<TokenId>> TokenizePrompt(const Model& model, std::string_view text, int context,
                                            size_t longest_token, const TokenizeOptions& options) {
  if (text.size() > static_cast<size_t>(context) * longest_token) {
    return PromptTooLong("more than " + std::to_string(context), context);
  }
  std::vector<TokenId> tokens = model.Tokenize(text, options);
  if (std::ssize(tokens) >= context) return PromptTooLong(std::to_string(tokens.size()), context);
  return tokens;
}

}  // namespace bantam::server
