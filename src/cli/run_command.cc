// bantam run: one answer, or a chat at the terminal.
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "cli/chat_session.h"
#include "cli/commands.h"
#include "cli/engine_setup.h"
#include "cli/format_text.h"
#include "cli/input.h"
#include "cli/interrupt.h"
#include "cli/line_reader.h"
#include "cli/model_store.h"
#include "cli/parameters.h"
#include "cli/repl.h"
#include "cli/saved_chats.h"
#include "cli/shape_options.h"
#include "cli/utf8.h"
#include "cli/values.h"

namespace bantam::cli {
namespace {

struct RunOptions {
  EngineSetup setup;
  ReplySettings settings;
  ShapeOptions shape;
  std::vector<std::string> prompt_words;
  std::string system;
  std::string template_path;
  std::string prefix_path;
  bool chat = true;
  bool stats = false;
  bool suggested = true;  // what the model's makers say about sampling counts
};

void Declare(ArgParser& parser, RunOptions& options) {
  AddModelArgument(parser, options.setup.model_path);
  parser.AddRepeatedPositional("PROMPT", "what to ask; without it: a chat",
                               AppendString(options.prompt_words));
  parser.AddOption("--system", "TEXT", "system message: how the model should behave",
                   StoreString(options.system));
  parser.AddOption("--chat-template-file", "FILE", "Jinja template instead of the model's own",
                   StoreString(options.template_path));
  parser.AddFlag("--no-chat", "no template: complete the text as it is",
                 [&options] { options.chat = false; });
  parser.AddFlag("--stats,--verbose", "tokens, speed, time to first token and memory, to stderr",
                 [&options] { options.stats = true; });
  parser.AddSection("The reply");
  AddParameterOptions(parser, options.settings);
  AddGenerationConfigOption(parser, options.suggested);
  parser.AddSection("The reply's shape (one of them): always valid, always finished");
  AddShapeOptions(parser, options.shape);
  parser.AddFlag("--copies", "where each string of \"x-copy\" comes from, as JSON lines\nto stderr",
                 [&options] { options.settings.show_copies = true; });
  parser.AddSection("The machine");
  AddContextOption(parser, options.setup.engine.context);
  AddMemoryBudgetOption(parser, options.setup.memory_budget);
  AddEngineOptions(parser, options.setup);
  parser.AddOption("--prefix-cache", "on|off", "reuse what was computed for the turns before (on)",
                   [&options](std::string_view value) -> Result<void> {
                     options.setup.engine.prefix_cache = TRY(ParseOnOff(value));
                     return {};
                   });
  parser.AddOption("--prefix", "FILE", "keys and values of the system message, from `bantam bake`",
                   StoreString(options.prefix_path));
  parser.AddOption("--prefix-dir", "DIR",
                   "keep those of system messages there, and find them again",
                   StoreString(options.setup.engine.prefix_dir));
  parser.AddExample("bantam run qwen2.5:0.5b");
  parser.AddExample("bantam run model.gguf \"Why is the sky blue?\" --temperature 0");
  parser.AddExample("bantam run model.gguf \"Summarise this:\" < notes.txt > summary.txt");
  parser.AddExample(
      "bantam run model.gguf \"Extract names and dates:\" --json-schema s.json < a.txt");
  parser.AddExample("bantam run model.gguf \"Is this spam?\" --choice yes,no < mail.txt");
  parser.AddExample("bantam run model.gguf --no-chat -n 64 \"def fibonacci(n):\"");
}

void Note(const Environment& env, const std::string& text) {
  env.err.WriteUntrusted("bantam: " + text + "\n");
  env.err.Flush();
}

// The prompt: the words given, the text piped in, or the words as instruction for the text.
// Nothing if there is neither, and somebody to talk to.
Result<std::optional<std::string>> GatherPrompt(const Environment& env, const RunOptions& options) {
  std::string prompt;
  for (const std::string& word : options.prompt_words) prompt += (prompt.empty() ? "" : " ") + word;
  const bool given = !options.prompt_words.empty();
  if (env.in.is_terminal()) return given ? std::optional(prompt) : std::nullopt;
  std::string piped = TRY(env.in.ReadAll());
  // Nearly every tool ends its output with a newline that is not meant as part of the text.
  if (piped.ends_with('\n')) piped.pop_back();
  if (piped.ends_with('\r')) piped.pop_back();
  if (!given && piped.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "no prompt: none was given and standard input is empty");
  }
  if (given && !piped.empty()) prompt += "\n\n";
  prompt += piped;
  if (!IsValidUtf8(prompt)) {
    Note(env, "the prompt is not valid UTF-8; U+FFFD stands for the bad bytes");
    prompt = LossyUtf8(prompt);
  }
  return prompt;
}

Result<int> AnswerOnce(const Environment& env, ChatSession& session, const std::string& prompt,
                       bool stats) {
  const GenerationResult result = TRY(session.Ask(prompt));
  if (!result.text.ends_with('\n')) env.out.Write("\n");
  env.out.Flush();
  if (session.settings.show_copies) env.err.Write(CopiesAsJson(result));
  if (stats && env.out.ok()) env.err.Write(DescribeReply(result, env.backend.peak_memory()));
  return Interrupted() ? ExitCode(ErrorCode::kCancelled) : 0;
}

Result<int> Chat(const Environment& env, ChatSession& session, bool stats) {
  const auto reader = MakeLineReader({.history_path = HistoryPath(env),
                                      .commands = ReplCommandNames(),
                                      .prompt_to_stderr = !env.out.is_terminal()});
  return Repl(session, *reader, env, stats).Run();
}

}  // namespace

Result<int> RunCommand(const Environment& env, std::span<const std::string> args) {
  RunOptions options;
  ArgParser parser("run", "chat with a model, or ask it one question");
  Declare(parser, options);
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  TRY(env.backend.validate(options.settings.sampling));
  TRY(ReadReplyShape(env, options.shape, options.settings));
  const bool copies = options.settings.copying != nullptr;
  if (options.settings.show_copies && !copies) {
    return Fail(ErrorCode::kInvalidArgument,
                "--copies goes with a --json-schema that has \"x-copy\"");
  }
  if ((options.settings.shape || copies) && options.settings.ignore_end) {
    return Fail(ErrorCode::kInvalidArgument, options.shape.given[0] +
                                                 " and --ignore-end exclude each other: "
                                                 "a reply with a shape ends");
  }
  ChatOptions chat;
  if (!options.template_path.empty()) chat.chat_template = TRY(ReadTextFile(options.template_path));
  options.setup.model_path = TRY(ResolveOrPull(env, options.setup.model_path));
  MemoryWish wish;
  wish.context = options.setup.engine.context;
  wish.shapes = options.settings.shape != nullptr || copies;
  const auto model = TRY(LoadFitting(env, options.setup, wish));
  TRY(RequireTokenizer(*model));
  const auto engine = TRY(env.backend.create_engine(model, options.setup.engine));
  if (engine->context() > model->info().context_length && model->info().context_length > 0) {
    Note(env, "the model was made for " +
                  FormatCount(static_cast<uint64_t>(model->info().context_length)) +
                  " tokens; beyond that it may lose the thread");
  }
  if (!options.prefix_path.empty()) (void)TRY(engine->LoadPrefix(options.prefix_path));
  const bool has_template = !chat.chat_template.empty() || !model->info().chat_template.empty();
  if (options.chat && !has_template) {
    Note(env, "the model has no chat template; completing the text as it is (as --no-chat)");
  }
  chat.raw = !options.chat || !has_template;
  ChatSession session(model, *engine, env, std::move(chat));
  session.settings = options.settings;
  if (options.suggested) {
    const SuggestedSampling& suggested = model->info().sampling;
    if (!suggested.note.empty()) Note(env, "the model's suggestions: " + suggested.note);
    ApplySuggested(suggested, session.settings);
  }
  session.set_system(options.system);
  if (!options.setup.engine.prefix_dir.empty() && !session.options().raw) {
    ChatInput input;
    input.messages_json = session.conversation().MessagesJson();
    input.chat_template = session.options().chat_template;
    session.settings.keep_tokens = static_cast<int>(TRY(ChatPrefix(*model, input)).size());
  }
  const std::optional<std::string> prompt = TRY(GatherPrompt(env, options));
  InstallInterruptHandler();
  if (prompt) return AnswerOnce(env, session, *prompt, options.stats);
  return Chat(env, session, options.stats);
}

}  // namespace bantam::cli
