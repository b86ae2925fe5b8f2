// Reading of arguments and printing of help.
#include "cli/arg_parser.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "cli/format_text.h"
#include "cli/suggest.h"
#include "cli/values.h"

namespace bantam::cli {
namespace {

std::vector<std::string> SplitNames(std::string_view names) {
  std::vector<std::string> result;
  while (true) {
    const size_t comma = std::min(names.find(','), names.size());
    result.emplace_back(names.substr(0, comma));
    if (comma == names.size()) return result;
    names.remove_prefix(comma + 1);
  }
}

bool IsList(std::string_view arg) {
  return !arg.starts_with('-') && arg.find(',') != std::string_view::npos &&
         arg.find_first_of(" \t\n") == std::string_view::npos;
}

// The column in which help texts start.
constexpr size_t kHelpColumn = 32;

void AppendEntry(const std::string& left, std::string_view help, std::string& out) {
  out += "  " + PadRight(left, kHelpColumn - 3);
  if (left.size() > kHelpColumn - 3) out += "\n" + std::string(kHelpColumn - 1, ' ');
  out += " ";
  while (!help.empty()) {
    const size_t end = std::min(help.find('\n'), help.size());
    out += std::string(help.substr(0, end)) + "\n";
    help.remove_prefix(std::min(end + 1, help.size()));
    if (!help.empty()) out.append(kHelpColumn, ' ');
  }
}

}  // namespace

ArgParser::ArgParser(std::string command, std::string summary)
    : command_(std::move(command)), summary_(std::move(summary)) {
  sections_.emplace_back("Options");
}

void ArgParser::AddSection(std::string title) {
  sections_.push_back(std::move(title));
}

void ArgParser::AddOption(std::string_view names, std::string value_name, std::string help,
                          Setter setter) {
  options_.push_back({SplitNames(names), std::move(value_name), std::move(help),
                      sections_.size() - 1, std::move(setter), false});
}

void ArgParser::AddOptionalOption(std::string_view names, std::string value_name, std::string help,
                                  Setter setter) {
  AddOption(names, std::move(value_name), std::move(help), std::move(setter));
  options_.back().value_optional = true;
}

void ArgParser::AddFlag(std::string_view names, std::string help, std::function<void()> set) {
  AddOption(names, "", std::move(help), [set = std::move(set)](std::string_view) -> Result<void> {
    set();
    return {};
  });
}

void ArgParser::AddPositional(std::string name, std::string help, bool required, Setter setter) {
  positionals_.push_back({std::move(name), std::move(help), required, false, std::move(setter)});
}

void ArgParser::AddRepeatedPositional(std::string name, std::string help, Setter setter) {
  positionals_.push_back({std::move(name), std::move(help), false, true, std::move(setter)});
}

void ArgParser::AddExample(std::string command_line) {
  examples_.push_back(std::move(command_line));
}

std::unexpected<Error> ArgParser::Usage(std::string message) const {
  return Fail(ErrorCode::kInvalidArgument,
              std::move(message) + "\nTry 'bantam " + command_ + " --help'.");
}

std::unexpected<Error> ArgParser::Unknown(const std::string& name) const {
  std::vector<std::string> candidates;
  for (const Option& option : options_) {
    for (const std::string& known : option.names) {
      // One-letter names are all alike: no help to anybody.
      if (known.size() > 2) candidates.push_back(known);
    }
  }
  const std::string closest = Closest(name, candidates);
  return Usage("unknown option '" + name + "'" +
               (closest.empty() ? "" : "; did you mean '" + closest + "'?"));
}

const ArgParser::Option* ArgParser::Find(std::string_view name) const {
  for (const Option& option : options_) {
    for (const std::string& known : option.names) {
      if (known == name) return &option;
    }
  }
  return nullptr;
}

Result<void> ArgParser::Apply(const Option& option, const std::string& name,
                              std::string_view value) {
  auto applied = option.setter(value);
  if (!applied) return Usage(name + ": " + applied.error().message);
  given_.push_back(option.names.front());
  return {};
}

// A text such as "- milk and eggs" or "-5 + 3" is a prompt: names of options hold no blanks.
bool ArgParser::IsOption(const std::string& arg) const {
  if (arg.size() < 2 || arg[0] != '-') return false;
  const size_t end = arg.find_first_of(" \t\r\n=");
  return end == std::string::npos || arg[end] == '=' || Find(arg.substr(0, end)) != nullptr;
}

Result<void> ArgParser::ParseLong(std::span<const std::string> args, size_t& at) {
  const std::string& arg = args[at];
  const size_t equals = std::min(arg.find('='), arg.size());
  std::string name = arg.substr(0, equals);
  std::ranges::replace(name, '_', '-');
  const Option* option = Find(name);
  if (option == nullptr) return Unknown(name);
  if (option->value_name.empty()) {
    if (equals != arg.size()) return Usage("option '" + name + "' takes no value");
    return Apply(*option, name, "");
  }
  if (equals != arg.size()) return Apply(*option, name, std::string_view(arg).substr(equals + 1));
  if (option->value_optional && (at + 1 == args.size() || !IsList(args[at + 1]))) {
    return Apply(*option, name, "");
  }
  if (at + 1 == args.size()) {
    return Usage("option '" + name + "' needs a value: " + name + " " + option->value_name);
  }
  return Apply(*option, name, args[++at]);
}

Result<void> ArgParser::ParseShort(std::span<const std::string> args, size_t& at) {
  const std::string& arg = args[at];
  const std::string name = arg.substr(0, 2);
  if (arg.size() > 2 && Find("-" + arg.substr(0, arg.find('='))) != nullptr) {
    return Usage("unknown option '" + arg + "'; did you mean '-" + arg + "'?");
  }
  const Option* option = Find(name);
  if (option == nullptr) return Unknown(arg);
  if (option->value_name.empty()) {
    if (arg.size() > 2) return Unknown(arg);
    return Apply(*option, name, "");
  }
  if (arg.size() > 2) {
    std::string_view value = std::string_view(arg).substr(2);
    if (value.starts_with('=')) value.remove_prefix(1);
    return Apply(*option, name, value);
  }
  if (at + 1 == args.size()) {
    return Usage("option '" + name + "' needs a value: " + name + " " + option->value_name);
  }
  return Apply(*option, name, args[++at]);
}

Result<void> ArgParser::TakePositional(const std::string& value) {
  const size_t index = taken_++;
  const bool beyond = index >= positionals_.size();
  if (beyond && (positionals_.empty() || !positionals_.back().repeated)) {
    return Usage("unexpected argument '" + value + "'");
  }
  const Positional& positional = beyond ? positionals_.back() : positionals_[index];
  auto applied = positional.setter(value);
  if (!applied) return Usage(positional.name + ": " + applied.error().message);
  return {};
}

Result<void> ArgParser::Parse(std::span<const std::string> args) {
  for (const std::string& arg : args) {
    if (arg == "--") break;
    if (arg == "--help" || arg == "-h") {
      help_requested_ = true;
      return {};
    }
  }
  bool options_ended = false;
  for (size_t at = 0; at < args.size(); ++at) {
    const std::string& arg = args[at];
    if (options_ended || !IsOption(arg)) {
      TRY(TakePositional(arg));
    } else if (arg == "--") {
      options_ended = true;
    } else if (arg[1] == '-') {
      TRY(ParseLong(args, at));
    } else {
      TRY(ParseShort(args, at));
    }
  }
  if (taken_ < positionals_.size() && positionals_[taken_].required) {
    return Usage("missing " + positionals_[taken_].name + ": " + positionals_[taken_].help);
  }
  return {};
}

std::string ArgParser::Help() const {
  std::string out = "bantam " + command_ + ": " + summary_ + "\n\nUsage: bantam " + command_;
  for (const Positional& positional : positionals_) {
    const std::string name = positional.name + (positional.repeated ? "…" : "");
    out += positional.required ? " " + name : " [" + name + "]";
  }
  out += positionals_.empty() ? " [options]\n" : " [options]\n\n";
  for (const Positional& positional : positionals_) {
    AppendEntry(positional.name, positional.help, out);
  }
  for (size_t section = 0; section < sections_.size(); ++section) {
    bool first = true;
    for (const Option& option : options_) {
      if (option.section != section) continue;
      if (std::exchange(first, false)) out += "\n" + sections_[section] + ":\n";
      std::string names;
      for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + name;
      const bool optional = option.value_optional;
      if (!option.value_name.empty()) {
        names += optional ? " [" + option.value_name + "]" : " " + option.value_name;
      }
      AppendEntry(names, option.help, out);
    }
  }
  if (!examples_.empty()) {
    out += "\nExamples:\n";
    for (const std::string& example : examples_) out += "  " + example + "\n";
  }
  return out;
}

ArgParser::Setter StoreString(std::string& target) {
  return [&target](std::string_view value) -> Result<void> {
    target = value;
    return {};
  };
}

ArgParser::Setter StoreInt(int& target, int min) {
  return [&target, min](std::string_view value) -> Result<void> {
    target = TRY(ParseInt(value, min));
    return {};
  };
}

ArgParser::Setter AppendString(std::vector<std::string>& target) {
  return [&target](std::string_view value) -> Result<void> {
    target.emplace_back(value);
    return {};
  };
}

}  // namespace bantam::cli
