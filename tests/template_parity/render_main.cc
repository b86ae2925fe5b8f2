// Renders templates for the comparison with jinja2: reads {"templates": {name: source},
// "conversations": {name: input}} from a file, prints {template: {conversation: result}}.
//
// An input has messages, tools, add_generation_prompt, bos_token, eos_token, extra and now_s; a
// result has either "text" or "error" and "code". With --repeat=N it also measures: the time of
// one rendering, in microseconds, is then "us".
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "bantam/result.h"
#include "base/json.h"
#include "text/chat_template.h"

namespace bantam {
namespace {

Json Failure(const Error& error) {
  Json result = Json::MakeObject();
  result.Set("error", Json::String(error.message));
  result.Set("code", Json::String(ErrorName(error.code)));
  return result;
}

std::string TextOr(const Json& input, const char* key) {
  const Json* value = input.Find(key);
  return value != nullptr && value->is_string() ? value->AsString() : std::string();
}

Json ValueOr(const Json& input, const char* key) {
  const Json* value = input.Find(key);
  return value != nullptr ? *value : Json();
}

TemplateInput InputOf(const Json& json) {
  TemplateInput input;
  input.messages = ValueOr(json, "messages");
  input.tools = ValueOr(json, "tools");
  input.extra = ValueOr(json, "extra");
  const Json prompt = ValueOr(json, "add_generation_prompt");
  input.add_generation_prompt = !prompt.is_bool() || prompt.AsBool();
  input.bos_token = TextOr(json, "bos_token");
  input.eos_token = TextOr(json, "eos_token");
  input.now_s = ValueOr(json, "now_s").AsInt().value_or(0);
  return input;
}

Json RenderOne(const ChatTemplate& compiled, const Json& conversation, int repeat) {
  const TemplateInput input = InputOf(conversation);
  const auto start = std::chrono::steady_clock::now();
  Result<std::string> text = compiled.Render(input);
  for (int i = 1; i < repeat; ++i) text = compiled.Render(input);
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
  if (!text) return Failure(text.error());
  Json result = Json::MakeObject();
  result.Set("text", Json::String(*text));
  if (repeat > 1) result.Set("us", Json::Double(time.count() / repeat));
  return result;
}

int Main(int argc, char** argv) {
  const std::string option = argc > 2 ? argv[2] : "";
  const int repeat = option.starts_with("--repeat=") ? std::atoi(option.c_str() + 9) : 1;
  std::ifstream file(argc > 1 ? argv[1] : "/dev/stdin");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const Result<Json> jobs = Json::Parse(text);
  if (!jobs) {
    std::cerr << jobs.error().message << "\n";
    return 1;
  }
  Json results = Json::MakeObject();
  const Json templates = ValueOr(*jobs, "templates");
  const Json conversations = ValueOr(*jobs, "conversations");
  for (const auto& [name, source] : templates.members()) {
    const Result<ChatTemplate> compiled = ChatTemplate::Compile(source.AsString());
    Json rendered = Json::MakeObject();
    for (const auto& [conversation, input] : conversations.members()) {
      rendered.Set(conversation,
                   compiled ? RenderOne(*compiled, input, repeat) : Failure(compiled.error()));
    }
    results.Set(name, std::move(rendered));
  }
  std::cout << results.Dump(1) << "\n";
  return 0;
}

}  // namespace
}  // namespace bantam

int main(int argc, char** argv) {
  return bantam::Main(argc, argv);
}
