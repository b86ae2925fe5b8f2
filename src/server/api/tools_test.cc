// Tests of tools: reading them, finding and shaping calls; and of messages.
#include "server/api/tools.h"

#include <gtest/gtest.h>

#include "server/api/call_reader.h"
#include "server/api/call_style.h"
#include "server/api/messages.h"
#include "server/api/tagged_call.h"

namespace bantam::server {
namespace {

Json Parsed(std::string_view text) {
  return *Json::Parse(text);
}

constexpr const char* kTools = R"("tools": [
  {"type": "function", "function": {"name": "weather", "parameters": {"type": "object",
   "properties": {"city": {"$ref": "#/$defs/City"}}, "required": ["city"],
   "$defs": {"City": {"type": "string", "maxLength": 20}}}}},
  {"type": "function", "function": {"name": "time"}}])";

Tools Read(const std::string& more = "") {
  const Json json = Parsed("{" + std::string(kTools) + more + "}");
  return *ReadTools(Fields(json));
}

TEST(Tools, Choices) {
  EXPECT_EQ(Read().choice, Tools::Choice::kAuto);
  EXPECT_EQ(Read(R"(, "tool_choice": "none")").choice, Tools::Choice::kNone);
  EXPECT_EQ(Read(R"(, "tool_choice": "required")").choice, Tools::Choice::kRequired);
  const Tools named =
      Read(R"(, "tool_choice": {"type": "function", "function": {"name": "time"}})");
  EXPECT_EQ(named.choice, Tools::Choice::kNamed);
  EXPECT_EQ(named.only, std::vector<std::string>{"time"});
  EXPECT_FALSE(Read(R"(, "parallel_tool_calls": false)").parallel);
  const Json old = Parsed(R"({"functions": [{"name": "f"}], "function_call": {"name": "f"}})");
  EXPECT_EQ(ReadTools(Fields(old))->only, std::vector<std::string>{"f"});
  const Json flat = Parsed(R"({"tools": [{"type": "function", "name": "f"}]})");
  EXPECT_EQ(ReadTools(Fields(flat))->names, std::vector<std::string>{"f"});
  const Json none = Parsed("{}");
  EXPECT_FALSE(ReadTools(Fields(none))->usable());
  for (const char* bad :
       {R"({"tools": {}})", R"({"tools": [1]})", R"({"tools": [{"type": "function"}]})",
        R"({"tools": [{"function": {"name": 1}}]})", R"({"tool_choice": "required"})",
        R"({"tools": [{"function": {"name": "f"}}], "tool_choice": {"function": {"name": "g"}}})",
        R"({"tools": [{"function": {"name": "f"}}, {"function": {"name": "f"}}]})"}) {
    const Json json = Parsed(bad);
    const auto tools = ReadTools(Fields(json));
    ASSERT_FALSE(tools) << bad;
    EXPECT_EQ(tools.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(Tools, AllowedOnesAloneAreOffered) {
  const Tools chat = Read(R"(, "tool_choice": {"type": "allowed_tools", "allowed_tools":
      {"mode": "auto", "tools": [{"type": "function", "function": {"name": "time"}}]}})");
  EXPECT_EQ(chat.choice, Tools::Choice::kAuto);
  EXPECT_EQ(chat.names.size(), 2);
  EXPECT_TRUE(chat.Offers("time"));
  EXPECT_FALSE(chat.Offers("weather"));
  EXPECT_TRUE(chat.several());
  const CallDetector detector(chat);
  EXPECT_EQ(detector.Look(R"({"name": "time")"), CallDetector::Verdict::kCall);
  EXPECT_EQ(detector.Look(R"({"name": "weather")"), CallDetector::Verdict::kText);
  const Tools response = Read(R"(, "tool_choice": {"type": "allowed_tools", "mode": "required",
      "tools": [{"type": "function", "name": "time"}, {"type": "function", "name": "weather"}]})");
  EXPECT_EQ(response.choice, Tools::Choice::kRequired);
  EXPECT_TRUE(response.Offers("weather"));
}

TEST(Tools, WhatIsNoFunctionIsRefusedByItsPlace) {
  const std::string type = R"( is not supported here: tools must be of the type "function")";
  for (const auto& [more, message] :
       {std::pair(R"("tools": [{"type": "web_search"}])", R"(tools[0].type: "web_search")" + type),
        std::pair(R"("tools": [{"type": "custom", "name": "f"}])",
                  R"(tools[0].type: "custom")" + type),
        std::pair(R"("tool_choice": {"type": "custom", "custom": {"name": "f"}})",
                  R"(tool_choice.type: "custom")" + type),
        std::pair(R"("tool_choice": {"type": "allowed_tools", "tools": [{"type": "mcp"}]})",
                  R"(tool_choice.tools[0].type: "mcp")" + type),
        std::pair(
            R"("tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "any"}})",
            std::string(
                R"(tool_choice.allowed_tools.mode: must be "auto" or "required", not "any")")),
        std::pair(R"("tool_choice": {"type": "allowed_tools", "tools": []})",
                  std::string("tool_choice.tools: must name at least one tool")),
        std::pair(R"("tool_choice": {"type": "allowed_tools", "tools": [{"name": "nobody"}]})",
                  std::string(R"(tool_choice.tools[0]: there is no tool "nobody")"))}) {
    const Json json = Parsed("{" + std::string(more) + "}");
    const auto tools = ReadTools(Fields(json));
    ASSERT_FALSE(tools) << more;
    EXPECT_EQ(tools.error().message, message);
  }
}

// Their product is what this must not take.
TEST(Tools, ManyParametersAndManyRequiredNames) {
  constexpr int kProperties = 150'000;
  constexpr int kRequired = 200'000;
  std::string members;
  for (int i = 0; i < kProperties; ++i) {
    members += (i == 0 ? "{\"p" : ",\"p") + std::to_string(i) + "\":{}";
  }
  std::string required;
  for (int i = kRequired - 1; i >= 0; --i) {  // every second one, and many that are not there
    required += (required.empty() ? "[\"p" : ",\"p") + std::to_string(2 * i) + "\"";
  }
  const Json json =
      Parsed(R"({"tools": [{"function": {"name": "f", "parameters": {"properties": )" + members +
             R"(}, "required": )" + required + ",0]}}}]}");
  const auto tools = ReadTools(Fields(json));
  ASSERT_TRUE(tools) << tools.error().message;
  const std::string grammar = TaggedCallShape(*tools).text;
  EXPECT_NE(grammar.find(R"( "<parameter=p0>\x0A" json "\x0A</parameter>\x0A" ()"),
            std::string::npos);
  EXPECT_NE(grammar.find(R"( ("<parameter=p149999>\x0A" json "\x0A</parameter>\x0A")?)"),
            std::string::npos);
  size_t n_optional = 0;
  for (size_t at = 0; (at = grammar.find("(\"<parameter=", at)) != std::string::npos; ++at) {
    ++n_optional;
  }
  EXPECT_EQ(n_optional, size_t{kProperties} / 2);
}

TEST(Tools, Styles) {
  using enum CallStyle::Form;
  EXPECT_EQ(StyleOf("… <tool_call> …").open, "<tool_call>");
  EXPECT_EQ(StyleOf("… <tool_call> …").form, kObject);
  EXPECT_EQ(StyleOf("… <|python_tag|> …").arguments, "parameters");
  EXPECT_EQ(StyleOf("… <|python_tag|> …").open, "");
  EXPECT_FALSE(StyleOf("{{ messages }}").described);
  EXPECT_EQ(StyleOf("… [TOOL_CALLS] [ …").form, kList);
  EXPECT_EQ(StyleOf("… [TOOL_CALLS] [ …").after_open, " ");
  EXPECT_EQ(StyleOf("… [TOOL_CALLS][ …").after_open, "");
  EXPECT_EQ(StyleOf("<tool_call>\n<function=").form, kTags);
}

// What the shape of a call accepts.
bool Accepts(const Tools& tools, const std::string& style_source, std::string_view text) {
  const auto shape = *Shape::Compile(CallShape(tools, StyleOf(style_source)));
  const auto reader = ShapeReader::Start(shape);
  for (const char c : text) {
    if (!reader->Push(static_cast<uint8_t>(c))) return false;
  }
  return reader->Accepting();
}

TEST(Tools, ShapesOfCalls) {
  const Tools any = Read();
  const char* hermes = "<tool_call>";
  EXPECT_TRUE(Accepts(any, hermes, R"({"name": "weather", "arguments": {"city": "Rome"}})"));
  EXPECT_TRUE(Accepts(any, hermes, R"({"name": "time", "arguments": {}})"));
  EXPECT_FALSE(Accepts(any, hermes, R"({"name": "time"})"));
  EXPECT_FALSE(Accepts(any, hermes, R"({"name": "weather", "arguments": {}})"));
  EXPECT_FALSE(Accepts(any, hermes, R"({"name": "weather", "arguments": {"city": 1}})"));
  EXPECT_FALSE(Accepts(any, hermes, R"({"name": "weather", "arguments": {"city": "a", "x": 1}})"));
  EXPECT_FALSE(Accepts(any, hermes, R"({"name": "other", "arguments": {}})"));
  EXPECT_TRUE(Accepts(any, "<|python_tag|>", R"({"name": "time", "parameters": {}})"));
  const Tools named = Read(R"(, "tool_choice": {"function": {"name": "time"}})");
  EXPECT_TRUE(Accepts(named, hermes, R"({"name": "time", "arguments": {}})"));
  EXPECT_FALSE(Accepts(named, hermes, R"({"name": "weather", "arguments": {"city": "Rome"}})"));
}

constexpr const char* kLights = R"("tools": [{"type": "function", "function": {"name": "light",
  "parameters": {"type": "object", "properties": {
    "room": {"type": "string"}, "level": {"type": "integer"}, "on": {"type": "boolean"},
    "colour": {"enum": ["red", "warm \"white\""]}, "more": {"type": "object"}},
    "required": ["room", "level"]}}}, {"type": "function", "function": {"name": "time"}}])";

Tools Lights() {
  const Json json = Parsed("{" + std::string(kLights) + "}");
  return *ReadTools(Fields(json));
}

TEST(Tools, ShapesOfLists) {
  const char* mistral = "[TOOL_CALLS]";
  const std::string call = R"({"name": "time", "arguments": {}})";
  EXPECT_TRUE(Accepts(Read(), mistral, "[" + call + "]"));
  EXPECT_TRUE(Accepts(Read(), mistral, "[" + call + ", " + call + "]"));
  EXPECT_FALSE(Accepts(Read(), mistral, "[]"));
  EXPECT_FALSE(Accepts(Read(), mistral, call));
  const Tools one = Read(R"(, "parallel_tool_calls": false)");
  EXPECT_TRUE(Accepts(one, mistral, "[" + call + "]"));
  EXPECT_FALSE(Accepts(one, mistral, "[" + call + ", " + call + "]"));
}

std::string Tagged(const std::string& room, const std::string& rest = "") {
  return "<function=light>\n<parameter=room>\n" + room +
         "\n</parameter>\n<parameter=level>\n50\n</parameter>\n" + rest + "</function>";
}

TEST(Tools, ShapesOfTaggedCalls) {
  const char* coder = "<function=";
  const Tools tools = Lights();
  const std::string colour =
      "<parameter=colour>\nwarm \"white\"\n</parameter>\n<parameter=more>\n{\"a\": [1, {}]}"
      "\n</parameter>\n";
  for (const std::string& text :
       {Tagged("kitchen"), Tagged("<b>a</b> </p> < << x"), Tagged("two\nlines"), Tagged("", colour),
        std::string("<function=time>\n</function>")}) {
    EXPECT_TRUE(Accepts(tools, coder, text)) << text;
  }
  const std::string early = "a\n</parameter>\n</function>";
  for (const std::string& text :
       {std::string("<function=other>\n</function>"), Tagged(early), std::string("light"),
        Tagged("a", "<parameter=colour>\nblue\n</parameter>\n"),
        Tagged("a", "<parameter=on>\nyes\n</parameter>\n"),
        std::string("<function=light>\n</function>")}) {
    EXPECT_FALSE(Accepts(tools, coder, text)) << text;
  }
  const auto calls = ReadCalls(Tagged("<b>12</b>", colour), tools, StyleOf(coder));
  ASSERT_EQ(calls.size(), 1);
  EXPECT_EQ(calls[0].arguments,
            R"({"room":"<b>12</b>","level":50,"colour":"warm \"white\"","more":{"a":[1,{}]}})");
  EXPECT_EQ(ReadCalls(Tagged("</function>\n"), tools, StyleOf(coder))[0].arguments,
            R"({"room":"</function>\n","level":50})");
  EXPECT_EQ(ReadCalls(Tagged("12"), tools, StyleOf(coder))[0].arguments,
            R"({"room":"12","level":50})");
}

TEST(Tools, ReadsCalls) {
  const Tools tools = Read();
  const CallStyle llama = StyleOf("<|python_tag|>");
  const auto calls = ReadCalls(R"( {"name": "time", "parameters": {"a": [1.50]}} )", tools, llama);
  ASSERT_EQ(calls.size(), 1);
  EXPECT_EQ(calls[0].name, "time");
  EXPECT_EQ(calls[0].arguments, R"({"a": [1.50]})");
  EXPECT_EQ(calls[0].id.size(), 29);
  EXPECT_NE(calls[0].id, NewCallId());
  for (const char* none : {"", "time", "{}", R"({"name": "other", "parameters": {}})", "}}]",
                           R"({"name": "time", "parameters": "x"})", R"({"name": "time"})",
                           R"({"name": "time", "parameters": {"a": }})"}) {
    EXPECT_TRUE(ReadCalls(none, tools, llama).empty()) << none;
  }
}

// Whatever way the text is cut, the pieces join to the same calls.
TEST(Tools, ReadsCallsInPieces) {
  const Tools tools = Read();
  const CallStyle style = StyleOf("[TOOL_CALLS]");
  const std::string text =
      R"([{"name": "weather", "arguments": {"city": "R}\"{]"}}, {"name":"time","arguments":{}}])";
  for (size_t step = 1; step <= text.size(); ++step) {
    CallReader reader(tools, style);
    std::vector<CallPiece> pieces;
    for (size_t at = 0; at < text.size(); at += step) reader.Push(text.substr(at, step), pieces);
    std::vector<ToolCall> joined;
    for (const CallPiece& piece : pieces) {
      if (!piece.name.empty()) joined.push_back({piece.id, piece.name, ""});
      ASSERT_EQ(piece.index, static_cast<int>(joined.size()) - 1) << step;
      joined.back().arguments += piece.arguments;
    }
    ASSERT_EQ(joined.size(), 2) << step;
    EXPECT_EQ(joined[0].arguments, R"({"city": "R}\"{]"})");
    EXPECT_EQ(joined[1].arguments, "{}");
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(joined[i].id, reader.calls()[i].id);
      EXPECT_EQ(joined[i].name, reader.calls()[i].name);
      EXPECT_EQ(joined[i].arguments, reader.calls()[i].arguments);
    }
    if (step == 1) {
      EXPECT_GT(pieces.size(), 10);
    }
  }
}

TEST(Tools, DetectsCallsWithoutAMark) {
  using enum CallDetector::Verdict;
  const Tools tools = Read();
  const CallDetector detector(tools);
  const std::string call = "```json\n{\n  \"name\": \"weather\", …";
  const size_t decided = call.find("weather\"") + 8;
  for (size_t n = 0; n < call.size(); ++n) {
    EXPECT_EQ(detector.Look(call.substr(0, n)), n < decided ? kOpen : kCall) << n;
  }
  EXPECT_EQ(detector.Look(R"({"name":"time")"), kCall);
  EXPECT_EQ(detector.Look(R"({"name":"tim)"), kOpen);
  for (const char* text :
       {"Hello", "{\"city\"", "```python", "{\"name\": \"Ada\"", "{}", "`a`", "{\"name\": 3"}) {
    EXPECT_EQ(detector.Look(text), kText) << text;
  }
}

TEST(Messages, AreMadeFitForTemplates) {
  const auto messages = ReadMessages(Parsed(R"([
    {"role": "developer",
     "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
    {"role": "user", "content": "c"},
    {"role": "assistant", "content": null, "tool_calls": [
      {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{\"x\": 1}"}},
      {"function": {"name": "g", "arguments": {"y": 2}}}]},
    {"role": "tool", "content": "d", "tool_call_id": "1"}])"));
  ASSERT_TRUE(messages) << messages.error().message;
  EXPECT_EQ(messages->list.Dump(),
            R"([{"role":"system","content":"a\nb"},{"role":"user","content":"c"},)"
            R"({"role":"assistant","content":"","tool_calls":[{"id":"1","type":"function",)"
            R"("function":{"name":"f","arguments":{"x":1}}},{"type":"function",)"
            R"("function":{"name":"g","arguments":{"y":2}}}]},)"
            R"({"role":"tool","content":"d","tool_call_id":"1"}])");
  EXPECT_EQ(messages->texts, (std::vector<std::string>{"a\nb", "c", "d"}));
}

TEST(Messages, Refusals) {
  for (const auto& [text, field] :
       {std::pair("[]", "messages"), std::pair("{}", "messages"),
        std::pair(R"([{"content": "a"}])", "messages[0].role"),
        std::pair(R"([{"role": "king", "content": "a"}])", "messages[0].role"),
        std::pair(R"([{"role": "user"}])", "messages[0].content"),
        std::pair(R"([{"role": "user", "content": 3}])", "messages[0].content"),
        std::pair(R"([{"role": "user", "content": [{"type": "image_url"}]}])",
                  "messages[0].content[0].type"),
        std::pair(R"([{"role": "user", "content": "a", "images": ["x"]}])",
                  "messages[0].images")}) {
    const auto messages = ReadMessages(Parsed(text));
    ASSERT_FALSE(messages) << text;
    EXPECT_TRUE(messages.error().message.starts_with(std::string(field) + ": "))
        << messages.error().message;
  }
}

TEST(Messages, BegunReplies) {
  auto messages = *ReadMessages(
      Parsed(R"([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}])"));
  EXPECT_EQ(messages.TakeBegunReply(), "b");
  EXPECT_EQ(messages.list.items().size(), 1);
  EXPECT_EQ(messages.TakeBegunReply(), "");
  EXPECT_EQ(messages.list.items().size(), 1);
}

}  // namespace
}  // namespace bantam::server
