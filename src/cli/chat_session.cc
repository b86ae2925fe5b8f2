// Asking, and fitting the chat into the context.
#include "cli/chat_session.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "cli/format_text.h"
#include "cli/reply_stream.h"

namespace bantam::cli {
namespace {

// Tokens kept free for the reply when turns are left out.
size_t ReplyReserve(int context, int max_tokens) {
  int reserve = std::min(context / 4, 1024);
  if (max_tokens >= 0) reserve = std::min(reserve, max_tokens);
  return static_cast<size_t>(std::max(reserve, 1));
}

}  // namespace

ChatSession::ChatSession(std::shared_ptr<const Model> model, Engine& engine, const Environment& env,
                         ChatOptions options)
    : model_(std::move(model)), engine_(engine), env_(env), options_(std::move(options)) {}

void ChatSession::Replace(Conversation conversation) {
  conversation_ = std::move(conversation);
  first_seen_ = 0;
}

void ChatSession::set_system(std::string system) {
  conversation_.system = LossyUtf8(system);
}

void ChatSession::Clear() {
  conversation_.messages.clear();
  first_seen_ = 0;
}

Result<std::vector<TokenId>> ChatSession::Render(size_t first) const {
  ChatInput input;
  input.messages_json = conversation_.MessagesJson(first);
  input.chat_template = options_.chat_template;
  auto text = model_->RenderChat(input);
  if (!text) {
    const char* hint = options_.chat_template.empty()
                           ? " (--chat-template-file gives another template, --no-chat none)"
                           : "";
    return Fail(text.error().code, text.error().message + hint);
  }
  // The template writes the beginning-of-text token itself.
  return model_->Tokenize(*text, {.add_special = false, .parse_special = true});
}

Result<ChatSession::Prompt> ChatSession::FitPrompt() {
  const size_t context = static_cast<size_t>(engine_.context());
  const size_t limit = context - ReplyReserve(engine_.context(), settings.max_tokens);
  std::vector<TokenId> tokens = TRY(Render(first_seen_));
  if (tokens.size() > limit) {
    switch (settings.trim) {
      case TrimMode::kError: return PromptTooLong(tokens.size(), engine_.context());
      case TrimMode::kRelevant: return FitRelevant(static_cast<int>(limit));
      case TrimMode::kOldest: tokens = TRY(DropOldest(tokens.size(), limit));
    }
  }
  return Prompt{std::move(tokens), PromptTexts()};
}

// From the whole chat anew each time: what mattered little before may matter now.
Result<ChatSession::Prompt> ChatSession::FitRelevant(int limit) const {
  ChatInput input;
  input.messages_json = conversation_.MessagesJson();
  input.chat_template = options_.chat_template;
  FittedChat fitted = TRY(FitChat(*model_, input, TrimMode::kRelevant, limit));
  env_.err.Write("bantam: the chat no longer fits the context of " +
                 FormatCount(static_cast<uint64_t>(engine_.context())) + " tokens: passages of " +
                 FormatCount(static_cast<uint64_t>(fitted.left_out_tokens())) +
                 " tokens that have least to do with the question left out\n");
  env_.err.Flush();
  Prompt prompt = {std::move(fitted.prompt), {}};
  const Conversation seen = TRY(ConversationFromFile(fitted.messages_json));
  if (!seen.system.empty()) prompt.texts.push_back(seen.system);
  for (const Message& message : seen.messages) {
    if (message.role != "assistant") prompt.texts.push_back(message.content);
  }
  return prompt;
}

Result<std::vector<TokenId>> ChatSession::DropOldest(size_t full_tokens, size_t limit) {
  // Dropping moves everything that stays, so that nothing of it is cached any more: make room for
  // several turns at once.
  const size_t target = limit / 4 * 3;
  std::vector<size_t> starts = conversation_.TurnStarts();
  std::erase_if(starts, [&](size_t start) { return start < first_seen_; });
  // The first start whose rest is short enough, else the last turn: always one the search saw.
  size_t low = std::min<size_t>(1, starts.size() - 1);
  size_t high = starts.size() - 1;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const size_t size = TRY(Render(starts[middle])).size();
    if (size <= target) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  std::vector<TokenId> tokens = TRY(Render(starts[low]));
  if (tokens.size() >= static_cast<size_t>(engine_.context())) {
    return PromptTooLong(tokens.size(), engine_.context());
  }
  if (low > 0) {
    first_seen_ = starts[low];
    env_.err.Write("bantam: the chat no longer fits the context of " +
                   FormatCount(static_cast<uint64_t>(engine_.context())) + " tokens: its oldest " +
                   (low == 1 ? "turn (" : std::to_string(low) + " turns (") +
                   FormatCount(full_tokens - std::min(full_tokens, tokens.size())) +
                   " tokens) left out from here on\n");
    env_.err.Flush();
  }
  return tokens;
}

// What was given of the prompt, not made by the model: the system message, if there is one, and
// the messages that the model still sees but for its own.
std::vector<std::string> ChatSession::PromptTexts() const {
  std::vector<std::string> texts;
  if (!conversation_.system.empty()) texts.push_back(conversation_.system);
  for (size_t i = first_seen_; i < conversation_.messages.size(); ++i) {
    const Message& message = conversation_.messages[i];
    if (message.role != "assistant") texts.push_back(message.content);
  }
  return texts;
}

Result<GenerationResult> ChatSession::Reply(Prompt prompt) {
  if (!settings.copying) return StreamReply(engine_, env_, std::move(prompt.tokens), settings);
  ReplySettings with_shape = settings;
  with_shape.shape = TRY(settings.copying(std::move(prompt.texts)));
  with_shape.language = nullptr;  // what is copied may be in any
  return StreamReply(engine_, env_, std::move(prompt.tokens), with_shape);
}

Result<GenerationResult> ChatSession::Ask(const std::string& text) {
  if (options_.raw) {
    auto tokens = model_->Tokenize(text, {.add_special = true, .parse_special = true});
    GenerationResult result = TRY(Reply({std::move(tokens), {LossyUtf8(text)}}));
    stats_.Add(result.stats);
    return result;
  }
  conversation_.messages.push_back({"user", LossyUtf8(text)});
  auto prompt = FitPrompt();
  if (!prompt) {
    conversation_.messages.pop_back();
    return std::unexpected(std::move(prompt).error());
  }
  auto result = Reply(*std::move(prompt));
  if (!result || (result->finish == FinishReason::kCancelled && result->text.empty())) {
    conversation_.messages.pop_back();
    first_seen_ = std::min(first_seen_, conversation_.messages.size());
    return result;
  }
  conversation_.messages.push_back({"assistant", LossyUtf8(result->text)});
  stats_.Add(result->stats);
  return result;
}

}  // namespace bantam::cli
