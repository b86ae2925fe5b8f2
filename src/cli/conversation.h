// Conversation: what was said so far, and its form in a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam::cli {

struct Message {
  std::string role;  // "user", "assistant", "tool", or "system" in the middle of a chat
  std::string content;

  bool operator==(const Message&) const = default;
};

// Plain data. Texts are valid UTF-8.
struct Conversation {
  std::string system;  // empty: none (the model's template may have its own)
  std::vector<Message> messages;

  bool operator==(const Conversation&) const = default;

  // Indices of the messages that open a turn: user messages, and 0 if anything comes before them.
  std::vector<size_t> TurnStarts() const;

  // The JSON array that chat templates are written against: the system message if there is one,
  // then the messages from index `first` on.
  std::string MessagesJson(size_t first = 0) const;
};

// The file format of /save: an object with "format": "bantam-chat", "version": 1, "model" (a name,
// for information), "system" and "messages": [{"role", "content"}…].
std::string ConversationToFile(const Conversation& conversation, std::string_view model_name);

// Reads that format, or a plain array of messages as chat APIs use it. Fails with kCorrupt, naming
// the place; never trusts the text.
Result<Conversation> ConversationFromFile(std::string_view text);

}  // namespace bantam::cli
