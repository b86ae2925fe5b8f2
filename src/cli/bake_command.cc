// bantam bake: the keys and values of a system message in a file, so that nobody waits for it
// again.
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "cli/commands.h"
#include "cli/conversation.h"
#include "cli/engine_setup.h"
#include "cli/format_text.h"
#include "cli/input.h"

namespace bantam::cli {
namespace {

struct BakeOptions {
  EngineSetup setup;
  std::string system;
  std::string system_path;
  std::string tools_path;
  std::string text_path;
  std::string out_path = "prefix.kv";
};

void Declare(ArgParser& parser, BakeOptions& options) {
  AddModelArgument(parser, options.setup.model_path);
  parser.AddOption("--system", "TEXT", "the system message", StoreString(options.system));
  parser.AddOption("--system-file", "FILE", "or a file with it; - is stdin",
                   StoreString(options.system_path));
  parser.AddOption("--tools", "FILE", "JSON array of the tools that chats will offer",
                   StoreString(options.tools_path));
  parser.AddOption("--text", "FILE", "a text without template instead; - is stdin",
                   StoreString(options.text_path));
  parser.AddOption("--output,-o", "FILE", "where to (prefix.kv)", StoreString(options.out_path));
  parser.AddSection("The machine");
  AddContextOption(parser, options.setup.engine.context);
  AddEngineOptions(parser, options.setup);
  parser.AddExample("bantam bake qwen2.5:0.5b --system-file assistant.txt -o assistant.kv");
  parser.AddExample(
      "bantam run qwen2.5:0.5b --system \"$(cat assistant.txt)\" --prefix assistant.kv");
}

Result<std::vector<TokenId>> TokensOf(const Environment& env, const Model& model,
                                      const BakeOptions& options) {
  if (!options.text_path.empty()) {
    return model.Tokenize(TRY(ReadTextFileOr(env.in, options.text_path)), {});
  }
  Conversation chat;
  chat.system = options.system_path.empty() ? options.system
                                            : TRY(ReadTextFileOr(env.in, options.system_path));
  ChatInput input;
  input.messages_json = chat.MessagesJson();
  if (!options.tools_path.empty()) input.tools_json = TRY(ReadTextFile(options.tools_path));
  return ChatPrefix(model, input);
}

}  // namespace

Result<int> BakeCommand(const Environment& env, std::span<const std::string> args) {
  BakeOptions options;
  ArgParser parser("bake", "keep the keys and values of a system message in a file");
  Declare(parser, options);
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const int sources = static_cast<int>(!options.system.empty()) +
                      static_cast<int>(!options.system_path.empty()) +
                      static_cast<int>(!options.text_path.empty());
  if (sources > 1 || (sources == 0 && options.tools_path.empty())) {
    return Fail(ErrorCode::kInvalidArgument,
                "give one of --system, --system-file and --text, or --tools");
  }
  const auto model = TRY(LoadModel(env, options.setup));
  TRY(RequireTokenizer(*model));
  const auto engine = TRY(env.backend.create_engine(model, options.setup.engine));
  GenerationRequest request;
  request.prompt = TRY(TokensOf(env, *model, options));
  request.max_tokens = 0;
  const std::vector<TokenId> tokens = request.prompt;
  (void)TRY(engine->Generate(std::move(request)));
  const int saved = TRY(engine->SavePrefix(tokens, options.out_path));
  env.err.Write("bantam: " + options.out_path + " holds " +
                FormatCount(static_cast<uint64_t>(saved)) + " of " + FormatCount(tokens.size()) +
                " tokens (whole blocks of 64)\n");
  return 0;
}

}  // namespace bantam::cli
