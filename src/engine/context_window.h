// Fitting a chat into a number of tokens: FitChat of bantam/model.h.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bantam/model.h"
#include "base/json.h"

namespace bantam {

// Stands where something was left out.
inline constexpr const char* kGapMark = "[…]";

// The messages of a chat in turns: a turn begins with a message of the user.
struct ChatTurns {
  struct Turn {
    size_t begin = 0;  // indices of messages
    size_t end = 0;
  };
  std::vector<Json> messages;
  std::vector<size_t> pinned;  // messages of the system or developer, wherever they stand
  std::vector<Turn> turns;     // of the others; the last is that of the last user message

  // Fails with kInvalidArgument unless it is an array of objects with a "role" each.
  static Result<ChatTurns> Parse(std::string_view messages_json);
};

// The text of a message that can be taken apart; null if it has another form.
const std::string* TextOf(const Json& message);

// The chat with other messages, as it is, whatever its length.
Result<FittedChat> FitAs(const Model& model, const ChatInput& input, std::string messages_json);

// FitChat in the mode kRelevant, of a chat that has `full_tokens`, more than `max_tokens`.
Result<FittedChat> FitRelevant(const Model& model, const ChatInput& input, const ChatTurns& chat,
                               int full_tokens, int max_tokens);

}  // namespace bantam
