// Counting, turns, and leaving out the oldest of them.
#include "engine/context_window.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace bantam {
namespace {

// The template writes the beginning-of-text token itself.
constexpr TokenizeOptions kAsRendered = {.add_special = false, .parse_special = true};

bool IsPinned(const std::string& role) {
  return role == "system" || role == "developer";
}

std::unexpected<Error> TooLong(size_t tokens, int max_tokens, const std::string& what) {
  return Fail(ErrorCode::kTooLong, what + " " + std::to_string(tokens) + " tokens, but only " +
                                       std::to_string(max_tokens) + " fit");
}

// Without the first n turns.
std::string MessagesFrom(const ChatTurns& chat, size_t n) {
  const size_t first = n < chat.turns.size() ? chat.turns[n].begin : chat.messages.size();
  Json list = Json::MakeArray();
  for (size_t i = 0; i < chat.messages.size(); ++i) {
    const bool pinned = std::ranges::binary_search(chat.pinned, i);
    if (pinned || i >= first) list.Append(chat.messages[i]);
  }
  return list.Dump();
}

// What is never left out, and how much of it is what.
std::string WhatMustStay(const Model& model, const ChatInput& input, const ChatTurns& chat) {
  if (chat.pinned.empty() && input.tools_json.empty()) return "the last turn alone";
  const auto of = [&](std::string_view text) {
    const auto tokens = model.Tokenize(text, {.add_special = false, .parse_special = false});
    return " of " + std::to_string(tokens.size()) + " tokens";
  };
  std::string pinned;
  std::string last;
  for (size_t i = 0; i < chat.messages.size(); ++i) {
    const bool is_pinned = std::ranges::binary_search(chat.pinned, i);
    if (!is_pinned && i < chat.turns.back().begin) continue;
    const std::string* text = TextOf(chat.messages[i]);
    (is_pinned ? pinned : last) += text != nullptr ? *text : chat.messages[i].Dump();
  }
  std::string parts;
  if (!pinned.empty()) parts += "system messages" + of(pinned) + ", ";
  if (!input.tools_json.empty()) parts += "tools" + of(input.tools_json) + ", ";
  return "what must stay of the chat (" + parts + "the last turn" + of(last) + ")";
}

Result<FittedChat> FitOldest(const Model& model, const ChatInput& input, const ChatTurns& chat,
                             int max_tokens) {
  const size_t most = chat.turns.empty() ? 0 : chat.turns.size() - 1;
  const auto fit = [&](size_t n) { return FitAs(model, input, MessagesFrom(chat, n)); };
  // The fewest turns whose absence is enough; the search ends with one it has tried, or the last.
  size_t low = std::min<size_t>(1, most);
  size_t high = most;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const FittedChat tried = TRY(fit(middle));
    if (std::ssize(tried.prompt) <= max_tokens) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  FittedChat fitted = TRY(fit(low));
  if (std::ssize(fitted.prompt) > max_tokens) {
    return TooLong(fitted.prompt.size(), max_tokens, WhatMustStay(model, input, chat) + " has");
  }
  return fitted;
}

}  // namespace

const std::string* TextOf(const Json& message) {
  const Json* content = message.Find("content");
  return content != nullptr && content->is_string() ? &content->AsString() : nullptr;
}

Result<FittedChat> FitAs(const Model& model, const ChatInput& input, std::string messages_json) {
  ChatInput part = input;
  part.messages_json = std::move(messages_json);
  FittedChat fitted;
  fitted.prompt = model.Tokenize(TRY(model.RenderChat(part)), kAsRendered);
  fitted.messages_json = std::move(part.messages_json);
  return fitted;
}

Result<ChatTurns> ChatTurns::Parse(std::string_view messages_json) {
  Json list = TRY(Json::Parse(messages_json));
  if (!list.is_array()) {
    return Fail(ErrorCode::kInvalidArgument, "messages: expected an array");
  }
  ChatTurns chat;
  for (const Json& message : list.items()) {
    const size_t i = chat.messages.size();
    const Json* role = message.Find("role");
    if (role == nullptr || !role->is_string()) {
      return Fail(ErrorCode::kInvalidArgument,
                  "message " + std::to_string(i) + ": expected an object with a \"role\"");
    }
    chat.messages.push_back(message);
    if (IsPinned(role->AsString())) {
      chat.pinned.push_back(i);
    } else if (chat.turns.empty() || role->AsString() == "user") {
      chat.turns.push_back({i, i + 1});
    }
    if (!chat.turns.empty()) chat.turns.back().end = i + 1;
  }
  return chat;
}

Result<FittedChat> FitChat(const Model& model, const ChatInput& input, TrimMode mode,
                           int max_tokens) {
  FittedChat whole = TRY(FitAs(model, input, input.messages_json));
  whole.full_tokens = static_cast<int>(whole.prompt.size());
  if (whole.full_tokens <= max_tokens) return whole;
  if (mode == TrimMode::kError) return TooLong(whole.prompt.size(), max_tokens, "the chat has");
  const ChatTurns chat = TRY(ChatTurns::Parse(input.messages_json));
  if (chat.turns.empty()) return TooLong(whole.prompt.size(), max_tokens, "the chat has");
  FittedChat fitted = mode == TrimMode::kOldest
                          ? TRY(FitOldest(model, input, chat, max_tokens))
                          : TRY(FitRelevant(model, input, chat, whole.full_tokens, max_tokens));
  fitted.full_tokens = whole.full_tokens;
  return fitted;
}

Result<std::vector<TokenId>> ChatPrefix(const Model& model, const ChatInput& input) {
  const ChatTurns chat = TRY(ChatTurns::Parse(input.messages_json));
  std::vector<TokenId> prefix;
  // What two chats have in common that go on differently.
  for (const char* said : {"a", "0"}) {
    Json list = Json::MakeArray();
    for (size_t i = 0; i < chat.messages.size(); ++i) {
      if (!std::ranges::binary_search(chat.pinned, i)) break;
      list.Append(chat.messages[i]);
    }
    Json message = Json::MakeObject();
    message.Set("role", Json::String("user"));
    message.Set("content", Json::String(said));
    list.Append(std::move(message));
    const FittedChat whole = TRY(FitAs(model, input, list.Dump()));
    const bool first = said[0] == 'a';
    const auto end =
        first
            ? whole.prompt.size()
            : static_cast<size_t>(std::ranges::mismatch(prefix, whole.prompt).in1 - prefix.begin());
    if (first) prefix = whole.prompt;
    prefix.resize(end);
  }
  return prefix;
}

}  // namespace bantam
