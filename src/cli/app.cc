// Dispatch, help and error messages.
#include "cli/app.h"

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/check.h"
#include "cli/commands.h"
#include "cli/format_text.h"
#include "cli/suggest.h"

namespace bantam::cli {
namespace {

constexpr CommandEntry kCommands[] = {
    {"run", "chat with a model, or ask it one question", RunCommand},
    {"serve", "answer the clients of OpenAI and Ollama over HTTP", ServeCommand},
    {"pull", "fetch a model and keep it", PullCommand},
    {"list", "the models that are kept", ListCommand},
    {"rm", "remove models from the store", RemoveCommand},
    {"cp", "give a model a second name", CopyCommand},
    {"import", "keep a model that is already on this machine", ImportCommand},
    {"ps", "the programs that use a model now", PsCommand},
    {"show", "what a model file is and what it needs", ShowCommand},
    {"tokenize", "text to token ids", TokenizeCommand},
    {"detokenize", "token ids to text", DetokenizeCommand},
    {"template", "the prompt a chat becomes", TemplateCommand},
    {"score", "log-probabilities of a text, token by token", ScoreCommand},
    {"embed", "texts to vectors, with an encoder", EmbedCommand},
    {"grammar", "check texts against a grammar or schema, or make up some", GrammarCommand},
    {"json", "check, repair or complete JSON", JsonCommand},
    {"cache", "the file of a response cache: import an FAQ, look, clear", CacheCommand},
    {"bake", "keep the keys and values of a system message in a file", BakeCommand},
    {"bench", "speed of prefill and decode, memory", BenchCommand},
    {"doctor", "what this machine can do, and what to change", DoctorCommand},
    {"version", "version and instruction set", VersionCommand},
};

std::string GeneralHelp() {
  std::string out =
      "Bantam runs small language models on the machine you have.\n\n"
      "Usage: bantam COMMAND [arguments]\n\nCommands:\n";
  for (const CommandEntry& command : kCommands) {
    out += "  " + PadRight(command.name, 12) + command.summary + "\n";
  }
  out +=
      "\nExamples:\n"
      "  bantam run qwen2.5:0.5b                        fetch a small model and chat\n"
      "  bantam run model.gguf                          chat\n"
      "  bantam run model.gguf \"Why is the sky blue?\"   one answer\n"
      "  bantam run model.gguf \"Summarise:\" < notes.txt\n"
      "  bantam show model.gguf --ctx 8192\n\n"
      "'bantam COMMAND --help' explains a command.\n";
  return out;
}

int Report(const Environment& env, const Error& error) {
  env.out.Flush();
  env.err.WriteUntrusted("bantam: " + error.message + "\n");
  env.err.Flush();
  return ExitCode(error.code);
}

Result<int> Dispatch(const Environment& env, std::span<const std::string> args) {
  if (args.empty()) {
    env.err.Write(GeneralHelp());
    return 2;
  }
  const std::string& name = args[0];
  if (name == "--help" || name == "-h" || name == "help") {
    if (name == "help" && args.size() > 1) {
      const std::vector<std::string> forwarded{args[1], "--help"};
      return Dispatch(env, forwarded);
    }
    env.out.Write(GeneralHelp());
    return 0;
  }
  if (name == "--version" || name == "-V") return VersionCommand(env, args.subspan(1));
  std::vector<std::string> names;
  for (const CommandEntry& command : kCommands) {
    if (name == command.name) return command.run(env, args.subspan(1));
    names.emplace_back(command.name);
  }
  const std::string closest = Closest(name, names);
  std::string message = "unknown command '" + name + "'";
  if (!closest.empty()) message += "; did you mean '" + closest + "'?";
  if (name.ends_with(".gguf")) message += "; did you mean 'bantam run " + name + "'?";
  return Fail(ErrorCode::kInvalidArgument, message + "\nTry 'bantam --help'.");
}

}  // namespace

std::span<const CommandEntry> CommandTable() {
  return kCommands;
}

Result<bool> ParseArguments(const Environment& env, ArgParser& parser,
                            std::span<const std::string> args) {
  TRY(parser.Parse(args));
  if (parser.help_requested()) env.out.Write(parser.Help());
  return !parser.help_requested();
}

int RunApp(const Environment& env, std::span<const std::string> args) {
  const Result<int> result = Dispatch(env, args);
  const bool reader_gone = env.out.error() == EPIPE;
  int code = 0;
  if (result) {
    code = *result;
    env.out.Flush();
  } else if (!reader_gone) {
    code = Report(env, result.error());
  }
  if (env.out.error() == EPIPE) return kReaderGone;
  if (!env.out.ok()) {
    return Report(env, {ErrorCode::kIo, std::string("cannot write to standard output: ") +
                                            std::strerror(env.out.error())});
  }
  env.err.Flush();
  return code;
}

}  // namespace bantam::cli
