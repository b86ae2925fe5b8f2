// Paths, saving and loading of chats.
#include "cli/saved_chats.h"

#include <algorithm>
#include <utility>

#include "base/atomic_file.h"
#include "base/check.h"
#include "cli/input.h"

namespace bantam::cli {
namespace {

// A chat is text somebody read and wrote; more than this is not one.
constexpr size_t kMaxChatBytes = size_t{64} << 20;

// The XDG specification says to ignore relative paths.
std::string BaseDirectory(const Environment& env, const char* variable, const char* fallback) {
  const auto set = env.variable(variable);
  if (set && set->starts_with('/')) return *set;
  const auto home = env.variable("HOME");
  return home && !home->empty() ? *home + fallback : std::string();
}

}  // namespace

Result<std::string> ChatPath(const Environment& env, const std::string& name) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (name.empty() || std::ranges::any_of(name, control)) {
    return Fail(ErrorCode::kInvalidArgument, "a chat needs a name of printable characters");
  }
  if (name.starts_with("~/")) {
    const auto home = env.variable("HOME");
    if (home) return *home + name.substr(1);
  }
  if (name.find('/') != std::string::npos || name.ends_with(".json")) return name;
  if (name.starts_with('.')) {
    return Fail(ErrorCode::kInvalidArgument, "the name of a chat must not begin with a dot");
  }
  const std::string base = BaseDirectory(env, "XDG_DATA_HOME", "/.local/share");
  if (base.empty()) {
    return Fail(ErrorCode::kNotFound,
                "neither HOME nor XDG_DATA_HOME is set; give a path such as ./" + name + ".json");
  }
  return base + "/bantam/chats/" + name + ".json";
}

Result<std::string> SaveChat(const Environment& env, const std::string& name,
                             const Conversation& conversation, const std::string& model_name) {
  std::string path = TRY(ChatPath(env, name));
  const size_t slash = path.rfind('/');
  // Only the store's own directory is made; a mistyped path should be noticed.
  if (path.ends_with("/bantam/chats/" + name + ".json"))
    TRY(MakeDirectories(path.substr(0, slash)));
  TRY(WriteFileAtomically(path, ConversationToFile(conversation, model_name)));
  return path;
}

Result<Conversation> LoadChat(const Environment& env, const std::string& name) {
  const std::string path = TRY(ChatPath(env, name));
  const std::string text = TRY(ReadTextFile(path, kMaxChatBytes));
  auto conversation = ConversationFromFile(text);
  if (!conversation) {
    return Fail(conversation.error().code, "'" + path + "': " + conversation.error().message);
  }
  return conversation;
}

std::string HistoryPath(const Environment& env) {
  const std::string base = BaseDirectory(env, "XDG_STATE_HOME", "/.local/state");
  return base.empty() ? "" : base + "/bantam/history";
}

}  // namespace bantam::cli
