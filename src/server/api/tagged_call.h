// Calls as Qwen3-Coder writes them, between tags:
//   <function=NAME>\n<parameter=KEY>\nVALUE\n</parameter>\n…</function>
// Strings stand there as they are, other values as JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bantam/shape.h"
#include "server/api/reply.h"
#include "server/api/tools.h"

namespace bantam::server {

// A grammar of one call: the parameters of its tool in the order of the schema, those not required
// may be missing. Types and enums of single parameters hold; what stands deeper is any JSON.
ShapeSpec TaggedCallShape(const Tools& tools);

// Name and arguments (a JSON object) of such a text; nothing if it is none or the name is unknown.
// Values that are no JSON where their schema wants it are taken as strings. Linear.
std::optional<ToolCall> ParseTaggedCall(std::string_view text, const Tools& tools);

}  // namespace bantam::server
