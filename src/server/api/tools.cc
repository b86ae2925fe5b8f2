// Reading tools, telling of them, recognising calls without a mark.
#include "server/api/tools.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "server/api/ids.h"

namespace bantam::server {
namespace {

constexpr size_t kMaxTools = 1024;
constexpr const char* kAllowedTools = "allowed_tools";

// The others run where OpenAI's models do, or take text.
Result<void> CheckType(const Json& tool, const std::string& name) {
  const Fields fields(tool, name + ".");
  const auto type = TRY(fields.Text("type"));
  if (!type || *type == "function") return {};
  return fields.Bad("type", Shown(Json::String(*type)) +
                                " is not supported here: tools must be of the type \"function\"");
}

Result<Json> ReadTool(const Json& tool, const std::string& name, bool bare, Tools& tools) {
  if (!bare) TRY(CheckType(tool, name));
  const Json* function = bare ? &tool : tool.Find("function");
  if (function == nullptr && tool.Find("name") != nullptr) function = &tool;  // responses API
  if (function == nullptr || !function->is_object()) {
    return BadField(name + ".function", "must be an object");
  }
  const Fields fields(*function, name + ".function.");
  const auto called = TRY(fields.Text("name"));
  if (!called || called->empty()) return fields.Bad("name", "must be a string that is not empty");
  if (std::ranges::find(tools.names, *called) != tools.names.end()) {
    return fields.Bad("name", Shown(Json::String(*called)) + " is there twice");
  }
  const Json* parameters = TRY(fields.Object("parameters"));
  tools.names.push_back(*called);
  Json inner = Json::MakeObject();
  inner.Set("name", Json::String(*called));
  if (const auto text = TRY(fields.Text("description"))) {
    inner.Set("description", Json::String(*text));
  }
  Json nothing = Json::MakeObject();
  nothing.Set("type", Json::String("object"));
  nothing.Set("properties", Json::MakeObject());
  inner.Set("parameters", parameters == nullptr ? std::move(nothing) : *parameters);
  Json item = Json::MakeObject();
  item.Set("type", Json::String("function"));
  item.Set("function", std::move(inner));
  return item;
}

// The tool that {"type": "function", "function": {"name": …}} names; the responses API has its name
// beside the type.
Result<std::string> ReadNamed(const Json& choice, const std::string& name, const Tools& tools) {
  TRY(CheckType(choice, name));
  const Json* function = choice.Find("function");
  const Json* called = (function == nullptr ? &choice : function)->Find("name");
  if (called == nullptr || !called->is_string()) {
    return BadField(name,
                    "must name a function: {\"type\": \"function\", \"function\": "
                    "{\"name\": …}}");
  }
  if (tools.Find(called->AsString()) == nullptr) {
    return BadField(name, "there is no tool " + Shown(*called));
  }
  return called->AsString();
}

// {"mode", "tools"}, which in the responses API stand beside the type.
Result<void> ReadAllowed(const Fields& choice, Tools& tools) {
  const Json* inner = TRY(choice.Object(kAllowedTools));
  const Fields fields =
      inner == nullptr ? choice : Fields(*inner, choice.Name(kAllowedTools) + ".");
  const std::string mode = TRY(fields.Text("mode")).value_or("auto");
  if (mode != "auto" && mode != "required") {
    return fields.Bad("mode", R"(must be "auto" or "required", not )" + Shown(Json::String(mode)));
  }
  const Json* list = TRY(fields.Array("tools"));
  if (list == nullptr || list->items().empty()) {
    return fields.Bad("tools", "must name at least one tool");
  }
  for (size_t i = 0; i < list->items().size(); ++i) {
    const std::string where = fields.Name("tools") + "[" + std::to_string(i) + "]";
    tools.only.push_back(TRY(ReadNamed(list->items()[i], where, tools)));
  }
  if (mode == "required") tools.choice = Tools::Choice::kRequired;
  return {};
}

Result<void> ReadChoice(const Fields& fields, Tools& tools) {
  const char* name = fields.Has("tool_choice") ? "tool_choice" : "function_call";
  const Json* choice = fields.Get(name);
  tools.choice = tools.names.empty() ? Tools::Choice::kNone : Tools::Choice::kAuto;
  if (choice == nullptr) return {};
  if (choice->is_string()) {
    const std::string& text = choice->AsString();
    if (text == "none") {
      tools.choice = Tools::Choice::kNone;
      return {};
    }
    if (text == "auto") return {};
    if (text != "required" && text != "any") {
      return fields.Bad(
          name, "must be \"none\", \"auto\", \"required\" or a function, not " + Shown(*choice));
    }
    if (tools.names.empty()) return fields.Bad(name, "is \"required\", but there are no tools");
    tools.choice = Tools::Choice::kRequired;
    return {};
  }
  const Fields inner(*choice, std::string(name) + ".");
  if (TRY(inner.Text("type")).value_or("") == kAllowedTools) return ReadAllowed(inner, tools);
  tools.only.push_back(TRY(ReadNamed(*choice, name, tools)));
  tools.choice = Tools::Choice::kNamed;
  return {};
}

// Reads past what must come next; false if something else does. `open` if the text ends first.
class Scan {
 public:
  explicit Scan(std::string_view text) : rest_(text) {}

  void Blanks() {
    const size_t n = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(n, rest_.size()));
  }
  bool Take(std::string_view expected) {
    const size_t n = std::min(expected.size(), rest_.size());
    if (rest_.substr(0, n) != expected.substr(0, n)) return false;
    if (n < expected.size()) open_ = true;
    rest_.remove_prefix(n);
    return n == expected.size();
  }
  bool open() const { return open_ || rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool open_ = false;
};

}  // namespace

Result<Tools> ReadTools(const Fields& fields) {
  Tools tools;
  const bool bare = !fields.Has("tools") && fields.Has("functions");
  const char* name = bare ? "functions" : "tools";
  if (const Json* list = TRY(fields.Array(name))) {
    if (list->items().size() > kMaxTools) {
      return fields.Bad(name, "there may be at most " + std::to_string(kMaxTools));
    }
    for (size_t i = 0; i < list->items().size(); ++i) {
      const std::string where = std::string(name) + "[" + std::to_string(i) + "]";
      tools.list.Append(TRY(ReadTool(list->items()[i], where, bare, tools)));
    }
  }
  tools.parallel = TRY(fields.Bool("parallel_tool_calls")).value_or(true);
  TRY(ReadChoice(fields, tools));
  return tools;
}

const Json* Tools::Find(std::string_view name) const {
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) return nullptr;
  return list.items()[static_cast<size_t>(at - names.begin())].Find("function");
}

bool Tools::Offers(std::string_view name) const {
  return only.empty() || std::ranges::find(only, name) != only.end();
}

std::string DescribeTools(const Tools& tools) {
  std::string text =
      "You can call functions to help with what the user asks. These are their signatures, one a "
      "line:\n<tools>\n";
  for (const Json& tool : tools.list.items()) text += tool.Dump() + "\n";
  text +=
      "</tools>\nTo call one, write its name and its arguments as JSON between these tags:\n"
      "<tool_call>\n{\"name\": \"NAME\", \"arguments\": {…}}\n</tool_call>";
  return text;
}

std::string NewCallId() {
  return "call_" + RandomId(24);
}

CallDetector::Verdict CallDetector::Look(std::string_view text) const {
  Scan scan(text);
  scan.Blanks();
  if (scan.open()) return Verdict::kOpen;
  if (scan.rest().starts_with("`")) {
    const bool fence = scan.Take("```json");
    if (!fence) return scan.open() ? Verdict::kOpen : Verdict::kText;
    scan.Blanks();
  }
  for (const char* part : {"{", "\"name\"", ":", "\""}) {
    if (!scan.Take(part)) return scan.open() ? Verdict::kOpen : Verdict::kText;
    if (*part != '"' || part[1] != '\0') scan.Blanks();
  }
  Verdict verdict = Verdict::kText;
  for (const std::string& name : tools_.names) {
    if (!tools_.Offers(name)) continue;
    Scan of_name = scan;
    if (of_name.Take(name + "\"")) return Verdict::kCall;
    if (of_name.open()) verdict = Verdict::kOpen;
  }
  return verdict;
}

}  // namespace bantam::server
