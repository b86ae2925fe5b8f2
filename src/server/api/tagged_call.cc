// The grammar of tagged calls, and reading them.
#include "server/api/tagged_call.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace bantam::server {
namespace {

// What values of no simple type are. Texts have nothing that begins as the closing tag does.
constexpr const char* kCommonRules = R"GBNF(
text ::= ([^<] | "<"+ ([^/<] | "/" ([^p<] | "p" ([^a<] | "a" [^r<]))))*
json ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" ws (member ("," ws member)*)? "}" ws
member ::= string ":" ws json ws
array ::= "[" ws (json ws ("," ws json ws)*)? "]" ws
string ::= "\"" ([^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" hex hex hex hex))* "\""
hex ::= [0-9a-fA-F]
number ::= integer ("." [0-9]+)? ([eE] [-+]? [0-9]+)?
integer ::= "-"? ("0" | [1-9] [0-9]*)
boolean ::= "true" | "false"
ws ::= [ \n]?
)GBNF";

std::string Literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += std::string("\\") + c;
    } else if (byte < 0x20) {
      out += std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// The type of a parameter if its schema names one.
std::string_view TypeOf(const Json& schema) {
  const Json* type = schema.is_object() ? schema.Find("type") : nullptr;
  return type != nullptr && type->is_string() ? std::string_view(type->AsString()) : "";
}

const Json* EnumOf(const Json& schema) {
  const Json* values = schema.is_object() ? schema.Find("enum") : nullptr;
  if (values == nullptr || !values->is_array() || values->items().empty()) return nullptr;
  return values;
}

// Whether its values stand as they are.
bool IsText(const Json& schema) {
  if (const Json* values = EnumOf(schema)) {
    return std::ranges::all_of(values->items(), &Json::is_string);
  }
  return TypeOf(schema) == "string";
}

std::string ValueRule(const Json& schema) {
  if (const Json* values = EnumOf(schema)) {
    std::string rule = "(";
    for (const Json& value : values->items()) {
      if (rule.size() > 1) rule += " | ";
      rule += Literal(IsText(schema) ? value.AsString() : value.Dump());
    }
    return rule + ")";
  }
  const std::string_view type = TypeOf(schema);
  if (type == "string") return "text";
  for (const char* rule : {"integer", "number", "boolean", "object", "array"}) {
    if (type == rule) return rule;
  }
  return "json";
}

const Json* PropertiesOf(const Json& function) {
  const Json* parameters = function.Find("parameters");
  const Json* properties = parameters == nullptr ? nullptr : parameters->Find("properties");
  return properties != nullptr && properties->is_object() ? properties : nullptr;
}

// In order, for binary search: schemas of some MB list a hundred thousand.
std::vector<std::string_view> RequiredOf(const Json& function) {
  std::vector<std::string_view> names;
  const Json* required = function.Find("parameters")->Find("required");
  if (required == nullptr || !required->is_array()) return names;
  for (const Json& item : required->items()) {
    if (item.is_string()) names.push_back(item.AsString());
  }
  std::ranges::sort(names);
  return names;
}

std::string CallRule(const Json& function) {
  std::string rule = Literal("<function=" + function.Find("name")->AsString() + ">\n");
  if (const Json* properties = PropertiesOf(function)) {
    const std::vector<std::string_view> required = RequiredOf(function);
    for (const auto& [key, schema] : properties->members()) {
      const std::string parameter = Literal("<parameter=" + key + ">\n") + " " + ValueRule(schema) +
                                    " " + Literal("\n</parameter>\n");
      const bool must = std::ranges::binary_search(required, std::string_view(key));
      rule += must ? " " + parameter : " (" + parameter + ")?";
    }
  }
  return rule + " " + Literal("</function>");
}

// Takes `text` up to `mark` and the mark itself; nothing if there is no mark.
std::optional<std::string_view> TakeUntil(std::string_view& text, std::string_view mark) {
  const size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + mark.size());
  return taken;
}

void TrimBlanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

Json ValueOf(std::string_view text, const Json* schema) {
  // A line break on either side belongs to the tags.
  if (text.starts_with('\n')) text.remove_prefix(1);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (schema == nullptr || !IsText(*schema)) {
    if (auto value = Json::Parse(text)) return *std::move(value);
  }
  return Json::String(std::string(text));
}

}  // namespace

ShapeSpec TaggedCallShape(const Tools& tools) {
  std::string root = "root ::= ";
  std::string rules;
  size_t n = 0;
  for (const Json& tool : tools.list.items()) {
    const Json& function = *tool.Find("function");
    if (!tools.Offers(function.Find("name")->AsString())) continue;
    const std::string name = "call-" + std::to_string(n);
    root += (n++ == 0 ? "" : " | ") + name;
    rules += name + " ::= " + CallRule(function) + "\n";
  }
  ShapeSpec spec;
  spec.kind = ShapeSpec::Kind::kGrammar;
  spec.text = root + "\n" + rules + kCommonRules;
  return spec;
}

std::optional<ToolCall> ParseTaggedCall(std::string_view text, const Tools& tools) {
  TrimBlanks(text);
  if (!TakePrefix(text, "<function=")) return std::nullopt;
  const auto name = TakeUntil(text, ">");
  const Json* function = name ? tools.Find(*name) : nullptr;
  if (function == nullptr) return std::nullopt;
  const Json* properties = PropertiesOf(*function);
  Json arguments = Json::MakeObject();
  for (TrimBlanks(text); TakePrefix(text, "<parameter="); TrimBlanks(text)) {
    const auto key = TakeUntil(text, ">");
    const auto value = key ? TakeUntil(text, "</parameter>") : std::nullopt;
    if (!value) return std::nullopt;
    const Json* schema = properties == nullptr ? nullptr : properties->Find(*key);
    arguments.Set(std::string(*key), ValueOf(*value, schema));
  }
  if (!text.starts_with("</function>")) return std::nullopt;
  return ToolCall{NewCallId(), std::string(*name), arguments.Dump()};
}

}  // namespace bantam::server
