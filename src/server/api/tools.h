// Tools: the functions a request offers, and the shape of a call to one of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "bantam/shape.h"
#include "base/json.h"
#include "server/api/fields.h"
#include "server/api/reply.h"

namespace bantam::server {

struct Tools {
  enum class Choice : uint8_t { kNone, kAuto, kRequired, kNamed };

  Json list = Json::MakeArray();  // as templates expect them: {"type": "function", "function": …}
  std::vector<std::string> names;
  Choice choice = Choice::kNone;
  std::string named;
  bool parallel = true;

  bool usable() const { return choice != Choice::kNone && !names.empty(); }
  bool forced() const { return choice == Choice::kRequired || choice == Choice::kNamed; }
};

// `tools`, `tool_choice`, `parallel_tool_calls`, and the older `functions` and `function_call`.
// Fails with kInvalidArgument, naming the field.
Result<Tools> ReadTools(const Fields& fields);

// How a family of models writes calls.
struct CallStyle {
  std::string open;       // what stands before a call; empty: nothing, the reply is the call
  std::string close;      // what stands after it
  std::string arguments;  // name of the member: "arguments" or "parameters"
  bool described = true;  // the template tells the model of its tools
};

// By the source of the chat template.
CallStyle StyleOf(std::string_view chat_template);

// For models whose template knows nothing of tools: what to tell them, in the Hermes style.
std::string DescribeTools(const Tools& tools);

// A JSON Schema of one call.
ShapeSpec CallShape(const Tools& tools, const CallStyle& style);

// A call as a model wrote it: {"name": …, "arguments" or "parameters": …}. Nothing if it is none
// or the name is unknown.
std::optional<ToolCall> ParseCall(std::string_view text, const Tools& tools);

// "call_" and 24 characters.
std::string NewCallId();

// Looks whether a reply begins as a call does that has no mark before it: {"name": "TOOL", …, in a
// fence or not.
class CallDetector {
 public:
  explicit CallDetector(const Tools& tools) : tools_(tools) {}

  enum class Verdict : uint8_t { kOpen, kCall, kText };
  // The reply's text so far.
  Verdict Look(std::string_view text) const;

 private:
  const Tools& tools_;
};

}  // namespace bantam::server
