// Roles, contents and tool calls of messages.
#include "server/api/messages.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "server/api/fields.h"

namespace bantam::server {
namespace {

constexpr size_t kMaxMessages = 100'000;

Result<std::string> PartText(const Json& part, const std::string& name) {
  if (part.is_string()) return part.AsString();
  if (!part.is_object()) return BadField(name, "must be a part of a message, not " + Shown(part));
  const Json* type = part.Find("type");
  const std::string kind = type != nullptr && type->is_string() ? type->AsString() : "text";
  const char* member = kind == "refusal" ? "refusal" : "text";
  if (kind != "text" && kind != "input_text" && kind != "output_text" && kind != "refusal") {
    return BadField(name + ".type",
                    "this server reads text only, not " + Shown(Json::String(kind)));
  }
  const Json* text = part.Find(member);
  if (text == nullptr || !text->is_string()) {
    return BadField(name + "." + member, "must be a string");
  }
  return text->AsString();
}

// Templates write arguments as JSON; a client that sends them as text has them written once.
Json ArgumentsOf(const Json& arguments) {
  if (!arguments.is_string()) return arguments;
  auto parsed = Json::Parse(arguments.AsString());
  if (parsed && parsed->is_object()) return *std::move(parsed);
  return arguments.AsString().empty() ? Json::MakeObject() : arguments;
}

Result<Json> ReadToolCalls(const Json& calls, const std::string& name) {
  if (!calls.is_array()) return BadField(name, "must be an array, not " + Shown(calls));
  Json out = Json::MakeArray();
  for (size_t i = 0; i < calls.items().size(); ++i) {
    const Json& call = calls.items()[i];
    const std::string where = name + "[" + std::to_string(i) + "]";
    const Json* function = call.Find("function");
    if (function == nullptr) function = &call;
    const Json* called = function->Find("name");
    if (called == nullptr || !called->is_string()) {
      return BadField(where + ".function.name", "must be a string");
    }
    const Json* arguments = function->Find("arguments");
    Json inner = Json::MakeObject();
    inner.Set("name", *called);
    inner.Set("arguments", arguments == nullptr || arguments->is_null() ? Json::MakeObject()
                                                                        : ArgumentsOf(*arguments));
    Json item = Json::MakeObject();
    if (const Json* id = call.Find("id"); id != nullptr && id->is_string()) item.Set("id", *id);
    item.Set("type", Json::String("function"));
    item.Set("function", std::move(inner));
    out.Append(std::move(item));
  }
  return out;
}

Result<std::string> ReadRole(const Json& message, const std::string& name) {
  const Json* role = message.Find("role");
  if (role == nullptr || !role->is_string()) return BadField(name + ".role", "must be a string");
  const std::string& text = role->AsString();
  if (text == "developer") return std::string("system");
  if (text == "function") return std::string("tool");
  constexpr const char* kRoles[] = {"system", "user", "assistant", "tool"};
  if (std::ranges::find(kRoles, text) == std::end(kRoles)) {
    return BadField(name + ".role",
                    "must be system, developer, user, assistant or tool, not " + Shown(*role));
  }
  return text;
}

Result<Json> ReadMessage(const Json& message, const std::string& name) {
  if (!message.is_object()) return BadField(name, "must be an object, not " + Shown(message));
  const std::string role = TRY(ReadRole(message, name));
  if (const Json* images = message.Find("images");
      images != nullptr && images->is_array() && !images->items().empty()) {
    return BadField(name + ".images", "this server reads text only");
  }
  Json out = MessageJson(role, TRY(ReadContent(message.Find("content"), name + ".content")));
  const Json* calls = message.Find("tool_calls");
  if (calls != nullptr && !calls->is_null() && !(calls->is_array() && calls->items().empty())) {
    out.Set("tool_calls", TRY(ReadToolCalls(*calls, name + ".tool_calls")));
  } else if (role != "tool" && role != "assistant" && message.Find("content") == nullptr) {
    return BadField(name + ".content", "must be given");
  }
  for (const char* key : {"name", "tool_call_id", "tool_name"}) {
    const Json* value = message.Find(key);
    if (value != nullptr && value->is_string()) {
      out.Set(std::string_view(key) == "tool_name" ? "name" : key, *value);
    }
  }
  // What was thought before an answer, as templates call it.
  for (const char* key : {"reasoning_content", "reasoning", "thinking"}) {
    const Json* value = message.Find(key);
    if (value == nullptr || !value->is_string() || out.Find("reasoning_content")) continue;
    if (!value->AsString().empty()) out.Set("reasoning_content", *value);
  }
  return out;
}

}  // namespace

Json MessageJson(const std::string& role, const std::string& content) {
  Json message = Json::MakeObject();
  message.Set("role", Json::String(role));
  message.Set("content", Json::String(content));
  return message;
}

Result<std::string> ReadContent(const Json* content, const std::string& name) {
  if (content == nullptr || content->is_null()) return std::string();
  if (content->is_string()) return content->AsString();
  if (!content->is_array()) {
    return BadField(name, "must be a string or an array of parts, not " + Shown(*content));
  }
  std::string text;
  for (size_t i = 0; i < content->items().size(); ++i) {
    const std::string where = name + "[" + std::to_string(i) + "]";
    if (i > 0) text += '\n';
    text += TRY(PartText(content->items()[i], where));
  }
  return text;
}

Result<Messages> ReadMessages(const Json& list) {
  if (!list.is_array() || list.items().empty()) {
    return BadField("messages", "must be an array with at least one message");
  }
  if (list.items().size() > kMaxMessages) {
    return BadField("messages", "there may be at most " + std::to_string(kMaxMessages));
  }
  Messages messages;
  for (size_t i = 0; i < list.items().size(); ++i) {
    Json message = TRY(ReadMessage(list.items()[i], "messages[" + std::to_string(i) + "]"));
    const std::string& content = message.Find("content")->AsString();
    if (message.Find("role")->AsString() != "assistant" && !content.empty()) {
      messages.texts.push_back(content);
    }
    messages.list.Append(std::move(message));
  }
  return messages;
}

std::string Messages::TakeBegunReply() {
  const Json::Array& items = list.items();
  if (items.empty() || items.back().Find("role")->AsString() != "assistant" ||
      items.back().Find("tool_calls") != nullptr) {
    return {};
  }
  std::string begun = items.back().Find("content")->AsString();
  list = Json::MakeArray(Json::Array(items.begin(), items.end() - 1));
  return begun;
}

}  // namespace bantam::server
