// Tools: the functions a request offers. How calls of them are written: call_style.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"
#include "server/api/fields.h"

namespace bantam::server {

struct Tools {
  enum class Choice : uint8_t { kNone, kAuto, kRequired, kNamed };

  Json list = Json::MakeArray();  // as templates expect them: {"type": "function", "function": …}
  std::vector<std::string> names;
  Choice choice = Choice::kNone;
  std::vector<std::string> only;  // those that a reply may call; empty: all
  bool parallel = true;

  bool usable() const { return choice != Choice::kNone && !names.empty(); }
  bool forced() const { return choice == Choice::kRequired || choice == Choice::kNamed; }
  // Whether a reply may have more than one call.
  bool several() const { return parallel && choice != Choice::kNamed; }
  // The "function" of a tool; null if there is none of that name.
  const Json* Find(std::string_view name) const;
  // Whether a reply may call it.
  bool Offers(std::string_view name) const;
};

// `tools`, `tool_choice`, `parallel_tool_calls`, and the older `functions` and `function_call`.
// Fails with kInvalidArgument, naming the field; tools that are no functions are not supported.
Result<Tools> ReadTools(const Fields& fields);

// For models whose template knows nothing of tools: what to tell them, in the Hermes style.
std::string DescribeTools(const Tools& tools);

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
