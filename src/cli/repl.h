// Repl: the chat at the terminal: reads entries, obeys commands, asks the model.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "cli/chat_session.h"
#include "cli/environment.h"
#include "cli/line_reader.h"
#include "cli/repl_input.h"

namespace bantam::cli {

// The names of all commands, each with its slash, for completion.
std::vector<std::string> ReplCommandNames();

// Not thread-safe. Replies go to env.out; all the rest goes to env.err.
class Repl {
 public:
  Repl(ChatSession& session, LineReader& reader, const Environment& env, bool show_stats);

  // Runs until /bye, Ctrl-D or two Ctrl-C; gives the exit code. Failing replies are reported and
  // the chat goes on; only a failing standard output is an error.
  Result<int> Run();

  struct Command {
    const char* name;
    const char* arguments;
    const char* help;
    void (Repl::*run)(const std::string& rest);
  };

 private:
  void Greet();
  void HandleEntry(const std::string& entry, bool literal);
  void HandleCommand(const SlashCommand& command);
  void Answer(const std::string& text);

  // repl_commands.cc
  static std::span<const Command> Commands();
  friend std::vector<std::string> ReplCommandNames();
  void Help(const std::string& rest);
  void System(const std::string& rest);
  void Set(const std::string& rest);
  void Show(const std::string& rest);
  void Save(const std::string& rest);
  void Load(const std::string& rest);
  void Clear(const std::string& rest);
  void Stats(const std::string& rest);
  void Bye(const std::string& rest);
  void SetParameter(const std::string& name, const std::string& value);
  bool SetSwitch(const std::string& word);
  void Note(std::string_view text);
  void Complain(std::string_view text);

  ChatSession& session_;
  LineReader& reader_;
  const Environment& env_;
  bool show_stats_;
  bool leaving_ = false;
  LineAssembler assembler_;
  std::optional<GenerationResult> last_;
};

}  // namespace bantam::cli
