// The slash commands of the chat.
#include <utility>

#include "cli/format_text.h"
#include "cli/repl.h"
#include "cli/saved_chats.h"

namespace bantam::cli {
namespace {

constexpr const char* kTyping =
    "Several lines: end a line with \\, or put the text between \"\"\" and \"\"\".\n"
    "Ctrl-C stops an answer; at the prompt it leaves when pressed twice, as does Ctrl-D.\n";

std::string Plural(size_t count, const std::string& noun) {
  return FormatCount(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

std::span<const Repl::Command> Repl::Commands() {
  static constexpr Command kCommands[] = {
      {"help", "", "this list", &Repl::Help},
      {"system", "[TEXT]", "show or set the system message (\"\" for none)", &Repl::System},
      {"set", "NAME VALUE", "set a parameter, such as temperature 0.2; alone: list them",
       &Repl::Set},
      {"show", "[info|system|template|messages]", "show the model, or what it is told",
       &Repl::Show},
      {"save", "NAME", "save the chat under a name, or to a path", &Repl::Save},
      {"load", "NAME", "load a saved chat in place of this one", &Repl::Load},
      {"clear", "", "forget the chat, keep the system message", &Repl::Clear},
      {"stats", "", "speed and memory of the last answer and of all", &Repl::Stats},
      {"bye", "", "leave", &Repl::Bye},
  };
  return kCommands;
}

std::vector<std::string> ReplCommandNames() {
  std::vector<std::string> names;
  for (const Repl::Command& command : Repl::Commands()) {
    names.push_back("/" + std::string(command.name));
  }
  return names;
}

void Repl::Help(const std::string&) {
  std::string out;
  for (const Command& command : Commands()) {
    const std::string left = "/" + std::string(command.name) + " " + command.arguments;
    out += "  " + PadRight(left, 39) + command.help + "\n";
  }
  out += "  " + PadRight("/set verbose | quiet", 39) + "statistics after each answer, or none\n";
  out += "  " + PadRight("/set history | nohistory", 39) + "remember typed lines, or not\n";
  Note(out + kTyping);
}

void Repl::System(const std::string& rest) {
  if (session_.options().raw) return Complain("there is no system message without a chat");
  if (rest.empty()) {
    const std::string& system = session_.conversation().system;
    return Note(system.empty() ? "(no system message; the model's template may have its own)"
                               : system);
  }
  session_.set_system(Unquote(rest));
  Note(session_.conversation().system.empty() ? "no system message from now on"
                                              : "system message set");
}

bool Repl::SetSwitch(const std::string& word) {
  if (word == "verbose" || word == "quiet") {
    show_stats_ = word == "verbose";
    Note(show_stats_ ? "statistics after each answer" : "no statistics after answers");
    return true;
  }
  if (word == "history" || word == "nohistory") {
    reader_.set_history(word == "history");
    Note(word == "history" ? "typed lines are remembered" : "typed lines are not remembered");
    return true;
  }
  return false;
}

void Repl::Set(const std::string& rest) {
  if (rest.empty() || rest == "parameter") return Note(DescribeParameters(session_.settings));
  auto [name, value] = SplitFirstWord(rest);
  if (value.empty() && SetSwitch(name)) return;
  if (name == "system") return System(value);
  if (name == "parameter") {
    // SplitFirstWord gives strings of its own, so the pair can be replaced.
    std::pair<std::string, std::string> inner = SplitFirstWord(value);
    return SetParameter(inner.first, inner.second);
  }
  SetParameter(name, value);
}

void Repl::SetParameter(const std::string& name, const std::string& value) {
  if (name == "ctx" || name == "num_ctx" || name == "num-ctx" || name == "threads") {
    return Complain("'" + name + "' is fixed for the chat; start with --ctx or --threads");
  }
  const Parameter* parameter = FindParameter(name);
  if (parameter != nullptr && value.empty()) {
    return Note(std::string(parameter->name) + " is " + parameter->get(session_.settings));
  }
  auto changed = WithParameter(session_.settings, name, value, env_.backend.validate);
  if (!changed) return Complain(changed.error().message);
  session_.settings = std::move(*changed);
  Note(std::string(parameter->name) + " is now " + parameter->get(session_.settings));
}

void Repl::Show(const std::string& rest) {
  const ModelInfo& info = session_.model().info();
  const Conversation& chat = session_.conversation();
  if (rest == "system") return System("");
  if (rest == "parameters" || rest == "parameter") return Set("");
  if (rest == "template") {
    const std::string& own = session_.options().chat_template;
    const std::string& used = own.empty() ? info.chat_template : own;
    return Note(used.empty() ? "(the model has no chat template)" : used);
  }
  if (rest == "messages") {
    for (size_t i = 0; i < chat.messages.size(); ++i) {
      Note((i < session_.first_seen() ? "[left out] " : "") + chat.messages[i].role + ": " +
           chat.messages[i].content);
    }
    return;
  }
  if (!rest.empty() && rest != "info") {
    return Complain("/show knows info, system, parameters, template and messages");
  }
  Note("model         " + (info.name.empty() ? info.path : info.name) + "\n" + "file          " +
       info.path + "\n" + "architecture  " + info.architecture + "\n" + "parameters    " +
       FormatParameters(info.parameters) + "\n" + "quantisation  " +
       (info.quantisation.empty() ? "unknown" : info.quantisation) + "\n" + "context       " +
       FormatCount(static_cast<uint64_t>(session_.engine().context())) + " of " +
       FormatCount(static_cast<uint64_t>(info.context_length)) + " tokens\n" + "messages      " +
       FormatCount(chat.messages.size()));
}

void Repl::Save(const std::string& rest) {
  if (rest.empty()) return Complain("/save needs a name: /save NAME");
  const auto path =
      SaveChat(env_, Unquote(rest), session_.conversation(), session_.model().info().name);
  if (!path) return Complain(path.error().message);
  Note("saved " + Plural(session_.conversation().messages.size(), "message") + " to " + *path);
}

void Repl::Load(const std::string& rest) {
  if (rest.empty()) return Complain("/load needs a name: /load NAME");
  auto conversation = LoadChat(env_, Unquote(rest));
  if (!conversation) return Complain(conversation.error().message + " (the chat is unchanged)");
  const size_t count = conversation->messages.size();
  session_.Replace(std::move(*conversation));
  Note("loaded " + Plural(count, "message"));
}

void Repl::Clear(const std::string&) {
  session_.Clear();
  Note("the chat is forgotten");
}

void Repl::Stats(const std::string&) {
  if (!last_) return Note("no answers yet");
  Note("last answer\n" + DescribeReply(*last_, env_.backend.peak_memory()) + "all answers\n" +
       DescribeSession(session_.stats(), env_.backend.peak_memory()));
}

void Repl::Bye(const std::string&) {
  leaving_ = true;
}

}  // namespace bantam::cli
