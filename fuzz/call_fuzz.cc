// Fuzzes what finds tool calls and thoughts in a model's text: however it is cut into pieces, the
// same is found; and the grammar of tagged calls, whatever tools are called.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "base/utf8.h"
#include "byte_input.h"
#include "server/api/call_reader.h"
#include "server/api/call_style.h"
#include "server/api/reasoning.h"
#include "server/api/tagged_call.h"
#include "server/api/tools.h"

namespace {

using bantam::Json;
namespace server = bantam::server;

server::Tools ToolsOf(std::string_view text) {
  const Json body = *Json::Parse(text);
  return *server::ReadTools(server::Fields(body));
}

void CheckCalls(std::string_view text, size_t step, std::string_view chat_template) {
  static const server::Tools tools = ToolsOf(R"({"tools": [
    {"function": {"name": "a", "parameters": {"properties": {"x": {"type": "string"}, "y": {}}}}},
    {"function": {"name": "b\""}}]})");
  const server::CallStyle style = server::StyleOf(chat_template);
  server::CallReader reader(tools, style);
  std::vector<server::CallPiece> pieces;
  for (size_t at = 0; at < text.size(); at += step) reader.Push(text.substr(at, step), pieces);
  std::vector<server::ToolCall> joined;
  for (const server::CallPiece& piece : pieces) {
    if (!piece.name.empty()) joined.push_back({piece.id, piece.name, ""});
    CHECK(!joined.empty());
    joined.back().arguments += piece.arguments;
  }
  for (const server::ToolCall& call : reader.calls()) {
    CHECK(tools.Find(call.name) != nullptr);
    const auto arguments = Json::Parse(call.arguments);
    CHECK(arguments && arguments->is_object());
    const auto same = std::ranges::find(joined, call.id, &server::ToolCall::id);
    CHECK(same != joined.end() && same->name == call.name && same->arguments == call.arguments);
  }
  const auto whole = server::ReadCalls(text, tools, style);
  CHECK(whole.size() == reader.calls().size());
  for (size_t i = 0; i < whole.size(); ++i) {
    CHECK(whole[i].name == reader.calls()[i].name);
    CHECK(whole[i].arguments == reader.calls()[i].arguments);
  }
  const server::CallDetector detector(tools);
  const auto verdict = detector.Look(text);
  if (verdict == server::CallDetector::Verdict::kOpen) return;
  CHECK(detector.Look(std::string(text) + "}") == verdict);
}

std::string Split(std::string_view text, size_t step, server::ThinkSplitter::Start start) {
  server::ThinkSplitter splitter(start);
  std::string thoughts;
  std::string answer;
  const auto add = [&](const std::vector<server::ThinkSplitter::Piece>& pieces) {
    for (const auto& piece : pieces) (piece.thought ? thoughts : answer) += piece.text;
  };
  for (size_t at = 0; at < text.size(); at += step) add(splitter.Push(text.substr(at, step)));
  add(splitter.Finish());
  return thoughts + '\0' + answer;
}

// A tool with a parameter, both named by the input: its grammar accepts what is read as its call.
void CheckTagged(const std::string& name, const std::string& key) {
  if (name.empty() || bantam::ValidUtf8Prefix(name) != name.size()) return;
  if (bantam::ValidUtf8Prefix(key) != key.size()) return;
  if (name.find('>') != std::string::npos || key.find('>') != std::string::npos) return;
  const std::string body = R"({"tools": [{"function": {"name": )" + Json::String(name).Dump() +
                           R"(, "parameters": {"properties": {)" + Json::String(key).Dump() +
                           R"(: {"type": "integer"}}}}}]})";
  const server::Tools tools = ToolsOf(body);
  const auto shape = bantam::Shape::Compile(server::TaggedCallShape(tools));
  CHECK(shape);
  const std::string call =
      "<function=" + name + ">\n<parameter=" + key + ">\n-12\n</parameter>\n</function>";
  const auto reader = bantam::ShapeReader::Start(*shape);
  for (const char c : call) CHECK(reader->Push(static_cast<uint8_t>(c)));
  CHECK(reader->Accepting());
  const auto read = server::ParseTaggedCall(call, tools);
  CHECK(read && read->name == name);
  const auto arguments = Json::Parse(read->arguments);
  CHECK(arguments && arguments->Find(key)->Dump() == "-12");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 4> kTemplates = {"<tool_call>", "[TOOL_CALLS]",
                                                          "<|python_tag|>", "<function="};
  using Start = server::ThinkSplitter::Start;
  bantam::ByteInput input(data, size);
  const uint8_t form = input.Byte();
  if (form == 255) {  // a grammar takes a hundred times as long as all else
    const std::string name = input.Bytes(input.Byte() % 8);
    CheckTagged(name, input.Bytes(8));
    return 0;
  }
  const size_t step = input.Byte() % 16 + 1;
  const std::string_view text = input.rest();
  CheckCalls(text, step, kTemplates[form % kTemplates.size()]);
  for (const Start start : {Start::kOff, Start::kMaybe, Start::kInside}) {
    CHECK(Split(text, step, start) == Split(text, text.size() + 1, start));
  }
  return 0;
}
