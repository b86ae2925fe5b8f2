// Templates, limits, and leaving out what does not fit.
#include "server/api/chat_prompt.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

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
    if (request_.tools.usable()) {
      const std::string& source =
          request_.chat_template.empty() ? model.info().chat_template : request_.chat_template;
      described_ = StyleOf(source).described;
      if (!described_) TellOfTools(request_.tools, request_.messages);
    }
    const Json::Array& items = request_.messages.list.items();
    while (n_system_ < items.size() && HasRole(items[n_system_], "system")) ++n_system_;
  }

  Result<Prompt> Render() {
    Prompt prompt;
    prompt.texts = request_.messages.texts;
    const size_t limit = static_cast<size_t>(std::max(1, request_.context - request_.reserve));
    auto tokens = Tokens(n_system_);
    const bool too_long =
        tokens ? tokens->size() > limit : tokens.error().code == ErrorCode::kTooLong;
    if (!too_long) {
      prompt.tokens = TRY(std::move(tokens));
      return prompt;
    }
    if (request_.trim == Trim::kError) {
      if (!tokens) return std::unexpected(tokens.error());
      // The reply wants room, but a prompt that fits is no error.
      if (std::ssize(*tokens) < request_.context) {
        prompt.tokens = *std::move(tokens);
        return prompt;
      }
      return PromptTooLong(std::to_string(tokens->size()), request_.context);
    }
    const size_t whole = tokens ? tokens->size() : 0;
    TRY(DropOldest(limit, prompt));
    prompt.left_out = static_cast<int>(whole - std::min(whole, prompt.tokens.size()));
    if (whole == 0) prompt.left_out = -1;
    return prompt;
  }

 private:
  // The system messages, then the messages from `first` on.
  Result<std::vector<TokenId>> Tokens(size_t first) const {
    const Json::Array& items = request_.messages.list.items();
    Json::Array kept(items.begin(), items.begin() + static_cast<ptrdiff_t>(n_system_));
    kept.insert(kept.end(), items.begin() + static_cast<ptrdiff_t>(first), items.end());
    size_t bytes = 0;
    for (const Json& item : kept) bytes += item.Find("content")->AsString().size();
    const size_t most = static_cast<size_t>(request_.context) * request_.longest_token;
    if (bytes > most)
      return PromptTooLong("more than " + std::to_string(request_.context), request_.context);
    ChatInput input;
    input.messages_json = Json::MakeArray(std::move(kept)).Dump();
    if (request_.tools.usable() && described_) input.tools_json = request_.tools.list.Dump();
    input.chat_template = request_.chat_template;
    auto rendered = model_.RenderChat(input);
    if (!rendered) return Fail(ErrorCode::kInvalidArgument, rendered.error().message);
    const std::string text = *std::move(rendered) + request_.begun_reply;
    // The template writes the beginning-of-text token itself.
    return model_.Tokenize(text, {.add_special = false, .parse_special = true});
  }

  // The longest rest of the chat that fits and begins with a user's turn; at least the last turn.
  Result<void> DropOldest(size_t limit, Prompt& prompt) {
    const Json::Array& items = request_.messages.list.items();
    std::vector<size_t> starts;
    for (size_t i = n_system_; i < items.size(); ++i) {
      if (HasRole(items[i], "user")) starts.push_back(i);
    }
    if (starts.empty()) starts.push_back(n_system_);
    size_t low = 0;
    size_t high = starts.size() - 1;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      const auto tokens = Tokens(starts[middle]);
      if (!tokens && tokens.error().code != ErrorCode::kTooLong) {
        return std::unexpected(tokens.error());
      }
      if (tokens && tokens->size() <= limit) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    prompt.tokens = TRY(Tokens(starts[low]));
    if (std::ssize(prompt.tokens) >= request_.context) {
      return PromptTooLong(std::to_string(prompt.tokens.size()) + " even with its last turn alone,",
                           request_.context);
    }
    return {};
  }

  const Model& model_;
  PromptRequest request_;
  bool described_ = true;
  size_t n_system_ = 0;  // system messages at the beginning
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
