// CallStyle: how a family of models writes calls of tools, and the shape of what it writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bantam/shape.h"
#include "server/api/tools.h"

namespace bantam::server {

struct CallStyle {
  enum class Form : uint8_t {
    kObject,  // {"name": …, "arguments": {…}}
    kList,    // [{"name": …, "arguments": {…}}, …]
    kTags,    // <function=NAME>\n<parameter=KEY>\nVALUE\n</parameter>\n</function>
  };

  Form form = Form::kObject;
  std::string open;        // what stands before a call; empty: nothing, the reply is the call
  std::string after_open;  // blanks that follow it
  std::string close;       // what stands after a call; empty: nothing, and no further call follows
  std::string arguments = "arguments";  // name of the member: "arguments" or "parameters"
  bool described = true;                // the template tells the model of its tools
  bool special = false;                 // `open` is a control token, which replies leave out
};

// By the source of the chat template, which writes earlier calls as its model learned them:
//   <function=       Qwen3-Coder's tags
//   <tool_call>      Hermes' and Qwen's JSON between tags
//   [TOOL_CALLS]     Mistral's list
//   <|python_tag|>, or tools and "parameters"   Llama's JSON, without a mark
// Others are told of Hermes' (`described` is false if the template does not mention tools).
CallStyle StyleOf(std::string_view chat_template);

// The shape of what stands between `open` and `close`: one call, or a list of them.
ShapeSpec CallShape(const Tools& tools, const CallStyle& style);

}  // namespace bantam::server
