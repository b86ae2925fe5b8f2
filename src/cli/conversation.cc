// Conversations to and from JSON.
#include "cli/conversation.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/json.h"

namespace bantam::cli {
namespace {

constexpr std::string_view kFormat = "bantam-chat";
constexpr int kVersion = 1;
constexpr const char* kRoles[] = {"system", "user", "assistant", "tool"};

Json ToJson(const std::string& role, const std::string& content) {
  Json::Object members;
  members.emplace_back("role", Json::String(role));
  members.emplace_back("content", Json::String(content));
  return Json::MakeObject(std::move(members));
}

std::unexpected<Error> Bad(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "not a saved chat: " + what);
}

Result<Message> ReadMessage(const Json& item, size_t index) {
  const std::string where = "message " + std::to_string(index);
  const Json* role = item.Find("role");
  const Json* content = item.Find("content");
  if (role == nullptr || !role->is_string()) return Bad(where + " has no \"role\" string");
  if (content == nullptr || !content->is_string()) return Bad(where + " has no \"content\" string");
  if (std::ranges::find(kRoles, role->AsString()) == std::end(kRoles)) {
    return Bad("the role of " + where + " is none of system, user, assistant, tool");
  }
  return Message{role->AsString(), content->AsString()};
}

Result<void> CheckHeader(const Json& document) {
  const Json* format = document.Find("format");
  if (format != nullptr && !(format->is_string() && format->AsString() == kFormat)) {
    return Bad("\"format\" should be \"" + std::string(kFormat) + "\"");
  }
  if (const Json* version = document.Find("version")) {
    const Result<int64_t> number = version->is_number() ? version->AsInt() : Result<int64_t>(-1);
    if (!number || *number != kVersion) {
      return Bad("its version is not " + std::to_string(kVersion) +
                 ", the only one this program reads");
    }
  }
  return {};
}

}  // namespace

std::vector<size_t> Conversation::TurnStarts() const {
  std::vector<size_t> starts;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (i == 0 || messages[i].role == "user") starts.push_back(i);
  }
  return starts;
}

std::string Conversation::MessagesJson(size_t first) const {
  Json list = Json::MakeArray();
  if (!system.empty()) list.Append(ToJson("system", system));
  for (size_t i = first; i < messages.size(); ++i) {
    list.Append(ToJson(messages[i].role, messages[i].content));
  }
  return list.Dump();
}

std::string ConversationToFile(const Conversation& conversation, std::string_view model_name) {
  Json document = Json::MakeObject();
  document.Set("format", Json::String(std::string(kFormat)));
  document.Set("version", Json::Int(kVersion));
  document.Set("model", Json::String(std::string(model_name)));
  document.Set("system", Json::String(conversation.system));
  Json messages = Json::MakeArray();
  for (const Message& message : conversation.messages) {
    messages.Append(ToJson(message.role, message.content));
  }
  document.Set("messages", std::move(messages));
  return document.Dump(2) + "\n";
}

Result<Conversation> ConversationFromFile(std::string_view text) {
  auto parsed = Json::Parse(text);
  if (!parsed) return Bad(parsed.error().message);
  const Json& document = *parsed;
  TRY(CheckHeader(document));
  const Json* list = document.is_object() ? document.Find("messages") : &document;
  if (list == nullptr || !list->is_array()) return Bad("there is no array of \"messages\"");
  Conversation conversation;
  if (const Json* system = document.Find("system")) {
    if (!system->is_string()) return Bad("\"system\" is not a string");
    conversation.system = system->AsString();
  }
  for (const Json& item : list->items()) {
    conversation.messages.push_back(TRY(ReadMessage(item, conversation.messages.size())));
  }
  // A plain array carries its system message in front.
  if (conversation.system.empty() && !conversation.messages.empty() &&
      conversation.messages.front().role == "system") {
    conversation.system = std::move(conversation.messages.front().content);
    conversation.messages.erase(conversation.messages.begin());
  }
  return conversation;
}

}  // namespace bantam::cli
