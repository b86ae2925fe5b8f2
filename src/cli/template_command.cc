// bantam template: the prompt that a chat becomes.
#include <string>

#include "base/check.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/engine_setup.h"
#include "cli/input.h"

namespace bantam::cli {
namespace {

Result<Json> ReadJson(const Environment& env, const std::string& path) {
  const std::string text = TRY(ReadTextFileOr(env.in, path));
  auto json = Json::Parse(text);
  if (!json) {
    const std::string name = path == "-" ? "standard input" : "'" + path + "'";
    return Fail(json.error().code, name + ": " + json.error().message);
  }
  return json;
}

// The array itself, or the member of that name that holds it; null if there is neither.
const Json* ArrayOrMember(const Json& document, const char* key) {
  const Json* list = document.is_object() ? document.Find(key) : &document;
  return list != nullptr && list->is_array() ? list : nullptr;
}

}  // namespace

Result<int> TemplateCommand(const Environment& env, std::span<const std::string> args) {
  std::string path;
  std::string messages_path;
  std::string tools_path;
  std::string template_path;
  ChatInput input;
  ArgParser parser("template", "the prompt a chat becomes");
  AddModelArgument(parser, path);
  parser.AddOption("--messages", "FILE",
                   "JSON: an array of messages, or {\"messages\": […], \"tools\": […]};\n"
                   "- is standard input",
                   StoreString(messages_path));
  parser.AddOption("--tools", "FILE", "JSON: an array of tools, or {\"tools\": […]}",
                   StoreString(tools_path));
  parser.AddOption("--chat-template-file", "FILE", "Jinja template instead of the model's own",
                   StoreString(template_path));
  parser.AddFlag("--no-generation-prompt", "do not open the assistant's turn",
                 [&] { input.add_generation_prompt = false; });
  parser.AddExample("bantam template model.gguf --messages chat.json");
  parser.AddExample(
      "echo '[{\"role\":\"user\",\"content\":\"Hi\"}]' |"
      " bantam template model.gguf --messages -");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  if (messages_path.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "missing --messages FILE\nTry 'bantam template --help'.");
  }
  const auto model = TRY(LoadVocabulary(env, path));
  if (!template_path.empty()) input.chat_template = TRY(ReadTextFile(template_path));
  const Json document = TRY(ReadJson(env, messages_path));
  const Json* messages = ArrayOrMember(document, "messages");
  if (messages == nullptr) {
    return Fail(ErrorCode::kInvalidArgument, "'" + messages_path +
                                                 "' holds neither an array of messages nor an "
                                                 "object with one under \"messages\"");
  }
  input.messages_json = messages->Dump();
  if (const Json* tools = document.Find("tools"); tools != nullptr && tools->is_array()) {
    input.tools_json = tools->Dump();
  }
  if (!tools_path.empty()) {
    const Json file = TRY(ReadJson(env, tools_path));
    const Json* tools = ArrayOrMember(file, "tools");
    if (tools == nullptr) {
      return Fail(ErrorCode::kInvalidArgument, "'" + tools_path + "' holds no array of tools");
    }
    input.tools_json = tools->Dump();
  }
  const std::string text = TRY(model->RenderChat(input));
  env.out.WriteUntrusted(text);
  if (env.out.is_terminal() && !text.ends_with('\n')) env.out.Write("\n");
  return 0;
}

}  // namespace bantam::cli
