// From templates to styles, from tools to shapes.
#include "server/api/call_style.h"

#include <utility>

#include "server/api/tagged_call.h"

namespace bantam::server {
namespace {

constexpr int kMaxListed = 32;

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// A JSON Schema of one call; `id` makes the references of its parameters its own.
Json CallSchema(const Json& function, const std::string& arguments_name, size_t id) {
  Json name = Json::MakeObject();
  name.Set("const", *function.Find("name"));
  // Arguments are an object, whatever the schema forgets to say.
  Json arguments = *function.Find("parameters");
  if (arguments.Find("type") == nullptr) arguments.Set("type", Json::String("object"));
  if (arguments.Find("$id") == nullptr) {
    arguments.Set("$id", Json::String("urn:bantam:tool:" + std::to_string(id)));
  }
  Json properties = Json::MakeObject();
  properties.Set("name", std::move(name));
  properties.Set(arguments_name, std::move(arguments));
  Json call = Json::MakeObject();
  call.Set("type", Json::String("object"));
  call.Set("properties", std::move(properties));
  call.Set("required", Json::MakeArray({Json::String("name"), Json::String(arguments_name)}));
  call.Set("additionalProperties", Json::Bool(false));
  return call;
}

}  // namespace

CallStyle StyleOf(std::string_view chat_template) {
  CallStyle style;
  style.open = "<tool_call>";
  style.after_open = "\n";
  style.close = "</tool_call>";
  if (Contains(chat_template, "<function=")) {
    style.form = CallStyle::Form::kTags;
    return style;
  }
  if (Contains(chat_template, "<tool_call>")) return style;
  if (Contains(chat_template, "[TOOL_CALLS]")) {
    style.form = CallStyle::Form::kList;
    style.open = "[TOOL_CALLS]";
    style.after_open = Contains(chat_template, "[TOOL_CALLS] ") ? " " : "";
    style.close.clear();
    style.special = true;
    return style;
  }
  if (Contains(chat_template, "<|python_tag|>") ||
      (Contains(chat_template, "tools") && Contains(chat_template, "\"parameters\""))) {
    style.open.clear();
    style.after_open.clear();
    style.close.clear();
    style.arguments = "parameters";
    return style;
  }
  style.described = Contains(chat_template, "tools");
  return style;
}

ShapeSpec CallShape(const Tools& tools, const CallStyle& style) {
  if (style.form == CallStyle::Form::kTags) return TaggedCallShape(tools);
  Json any = Json::MakeArray();
  for (const Json& tool : tools.list.items()) {
    const Json& function = *tool.Find("function");
    if (!tools.Offers(function.Find("name")->AsString())) continue;
    any.Append(CallSchema(function, style.arguments, any.items().size()));
  }
  Json schema = any.items().size() == 1 ? any.items()[0] : Json::MakeObject();
  if (any.items().size() != 1) schema.Set("anyOf", std::move(any));
  if (style.form == CallStyle::Form::kList) {
    Json list = Json::MakeObject();
    list.Set("type", Json::String("array"));
    list.Set("items", std::move(schema));
    list.Set("minItems", Json::Int(1));
    list.Set("maxItems", Json::Int(tools.several() ? kMaxListed : 1));
    schema = std::move(list);
  }
  ShapeSpec spec;
  spec.kind = ShapeSpec::Kind::kJsonSchema;
  spec.text = schema.Dump();
  return spec;
}

}  // namespace bantam::server
