// Tests of tools: reading them, finding and shaping calls; and of messages.
#include "server/api/tools.h"

#include <gtest/gtest.h>

#include "server/api/messages.h"

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
  EXPECT_EQ(named.named, "time");
  EXPECT_FALSE(Read(R"(, "parallel_tool_calls": false)").parallel);
  const Json old = Parsed(R"({"functions": [{"name": "f"}], "function_call": {"name": "f"}})");
  EXPECT_EQ(ReadTools(Fields(old))->named, "f");
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

TEST(Tools, Styles) {
  EXPECT_EQ(StyleOf("… <tool_call> …").open, "<tool_call>");
  EXPECT_EQ(StyleOf("… <|python_tag|> …").arguments, "parameters");
  EXPECT_EQ(StyleOf("… <|python_tag|> …").open, "");
  EXPECT_FALSE(StyleOf("{{ messages }}").described);
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

TEST(Tools, ParsesCalls) {
  const Tools tools = Read();
  const auto call = ParseCall(R"( {"name": "time", "parameters": {"a": [1.50]}} )", tools);
  ASSERT_TRUE(call);
  EXPECT_EQ(call->name, "time");
  EXPECT_EQ(call->arguments, R"({"a":[1.50]})");
  EXPECT_EQ(call->id.size(), 29);
  EXPECT_NE(call->id, NewCallId());
  for (const char* none : {"", "time", "{}", R"({"name": "other", "arguments": {}})",
                           R"({"name": "time", "arguments": "x"})", R"({"name": "time"})"}) {
    EXPECT_FALSE(ParseCall(none, tools)) << none;
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
