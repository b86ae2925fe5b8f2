// The loop of the chat.
#include "cli/repl.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <utility>

#include "cli/format_text.h"
#include "cli/interrupt.h"
#include "cli/suggest.h"
#include "cli/utf8.h"

namespace bantam::cli {
namespace {

// Commands of other programs that mean the same.
constexpr std::pair<const char*, const char*> kAliases[] = {
    {"?", "help"}, {"exit", "bye"}, {"quit", "bye"}, {"q", "bye"}, {"reset", "clear"}};

}  // namespace

Repl::Repl(ChatSession& session, LineReader& reader, const Environment& env, bool show_stats)
    : session_(session), reader_(reader), env_(env), show_stats_(show_stats) {}

void Repl::Note(std::string_view text) {
  env_.err.WriteUntrusted(text);
  env_.err.Write("\n");
  env_.err.Flush();
}

void Repl::Complain(std::string_view text) {
  Note("bantam: " + std::string(text));
}

void Repl::Greet() {
  const ModelInfo& info = session_.model().info();
  std::string name = info.name.empty() ? info.path : info.name;
  if (!info.quantisation.empty()) name += ", " + info.quantisation;
  Note(name + ", context of " + FormatCount(static_cast<uint64_t>(session_.engine().context())) +
       " tokens. /help lists the commands, /bye leaves.");
}

Result<int> Repl::Run() {
  Greet();
  bool warned = false;  // one Ctrl-C was pressed at the prompt, the next one leaves
  while (!leaving_ && env_.out.ok()) {
    std::string line;
    switch (reader_.Read(assembler_.pending() ? "... " : ">>> ", line)) {
      case ReadEnd::kEndOfInput: return 0;
      case ReadEnd::kInterrupted:
        ClearInterrupt();
        assembler_.Reset();
        if (warned) return 0;
        warned = true;
        Note("(Ctrl-C again, Ctrl-D or /bye leaves)");
        continue;
      case ReadEnd::kLine: break;
    }
    warned = false;
    if (!assembler_.Push(line)) continue;
    const bool literal = assembler_.literal();
    HandleEntry(assembler_.Take(), literal);
  }
  return 0;
}

void Repl::HandleEntry(const std::string& entry, bool literal) {
  if (Trim(entry).empty()) return;
  const auto command = literal ? std::nullopt : ParseSlashCommand(entry);
  if (command) {
    HandleCommand(*command);
  } else {
    Answer(entry);
  }
}

void Repl::HandleCommand(const SlashCommand& command) {
  std::string name = command.name;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto& [alias, meaning] : kAliases) {
    if (name == alias) name = meaning;
  }
  for (const Command& known : Commands()) {
    if (name == known.name) return (this->*known.run)(command.rest);
  }
  const std::string closest = Closest("/" + name, ReplCommandNames());
  Complain("there is no command /" + command.name +
           (closest.empty() ? "; /help lists them" : "; did you mean " + closest + "?"));
}

void Repl::Answer(const std::string& text) {
  ClearInterrupt();
  auto result = session_.Ask(text);
  const bool stopped = Interrupted();
  ClearInterrupt();
  env_.out.Write("\n");
  env_.out.Flush();
  if (!result) return Complain(result.error().message);
  if (stopped) {
    Note(result->text.empty() ? "(stopped; nothing was said, your message is not kept)"
                              : "(stopped)");
  }
  last_ = std::move(*result);
  if (session_.settings.show_copies) env_.err.Write(CopiesAsJson(*last_));
  if (show_stats_) Note("\n" + DescribeReply(*last_, env_.backend.peak_memory()));
  if (env_.out.is_terminal() && !show_stats_) env_.out.Write("\n");
  env_.out.Flush();
}

}  // namespace bantam::cli
