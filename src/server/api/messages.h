// Messages: a chat as clients send it, made into what chat templates are written against.
#pragma once

#include <string>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"

namespace bantam::server {

struct Messages {
  Json list = Json::MakeArray();   // of {"role", "content", …}; contents are strings
  std::vector<std::string> texts;  // what was given, not made by the model: for schemas that copy

  // The last message's content, taken out if it is the assistant's: a reply to go on with.
  std::string TakeBegunReply();
};

// Reads OpenAI's and Ollama's messages: contents as strings or arrays of text parts (joined by
// newlines), developer as system, function as tool, arguments of tool calls as text or object.
// Fails with kInvalidArgument, naming "messages[2].content" or what it was.
Result<Messages> ReadMessages(const Json& list);

Json MessageJson(const std::string& role, const std::string& content);

// The text of a content: a string, null, or an array of parts of the types text, input_text,
// output_text and refusal. `name` is for messages.
Result<std::string> ReadContent(const Json* content, const std::string& name);

}  // namespace bantam::server
