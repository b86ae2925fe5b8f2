// Where chats and the history of typed lines are kept (XDG base directories).
#pragma once

#include <string>

#include "bantam/result.h"
#include "cli/conversation.h"
#include "cli/environment.h"

namespace bantam::cli {

// A plain NAME is $XDG_DATA_HOME/bantam/chats/NAME.json (default ~/.local/share); anything with a
// slash or ending in .json is a path, `~/` is the home directory. Fails with kInvalidArgument for
// empty, hidden or unprintable names.
Result<std::string> ChatPath(const Environment& env, const std::string& name);

// Writes the chat whole or not at all; gives the path written.
Result<std::string> SaveChat(const Environment& env, const std::string& name,
                             const Conversation& conversation, const std::string& model_name);

Result<Conversation> LoadChat(const Environment& env, const std::string& name);

// $XDG_STATE_HOME/bantam/history (default ~/.local/state); empty if there is no home.
std::string HistoryPath(const Environment& env);

}  // namespace bantam::cli
