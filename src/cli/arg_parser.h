// ArgParser: the options of one command: reading them, and the help text about them.
//
// Written here because a prompt is an argument too: argument libraries rewrite values that look
// like their own notation ("[1,2,3]", "{}"); here a value is taken exactly as it was given.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam::cli {

class ArgParser {
 public:
  // Takes a value; its error is reported with the option's name before it.
  using Setter = std::function<Result<void>(std::string_view)>;

  // `command` is "run"; `summary` one line.
  ArgParser(std::string command, std::string summary);

  // Options of the help text come under the last section before them.
  void AddSection(std::string title);
  // `names` separated by commas, the one to show first in full: "--max-tokens,-n,--n-predict".
  void AddOption(std::string_view names, std::string value_name, std::string help, Setter setter);
  // An option that may stand alone (its setter then gets ""): its value follows `=`, or is the next
  // argument if that is a list (it has a comma and no blanks).
  void AddOptionalOption(std::string_view names, std::string value_name, std::string help,
                         Setter setter);
  void AddFlag(std::string_view names, std::string help, std::function<void()> set);
  // Positional arguments in order. Only the last may repeat.
  void AddPositional(std::string name, std::string help, bool required, Setter setter);
  void AddRepeatedPositional(std::string name, std::string help, Setter setter);
  void AddExample(std::string command_line);

  // Reads the arguments after the command's name. `--name value`, `--name=value`, `-n value`,
  // `-nvalue`; `--` ends the options; a lone `-` and texts with blanks
  // that do not begin with an option's name are positional; `_` in an option's name counts as
  // `-`. The last of repeated options wins, unless its setter collects. Fails with
  // kInvalidArgument, naming the argument and, for a misspelt option, a suggestion.
  Result<void> Parse(std::span<const std::string> args);

  // Whether --help or -h was among the arguments; nothing else was checked then.
  bool help_requested() const { return help_requested_; }
  // The options that were given, by the first of their names.
  const std::vector<std::string>& given() const { return given_; }
  std::string Help() const;

 private:
  struct Option {
    std::vector<std::string> names;
    std::string value_name;  // empty: a flag
    std::string help;
    size_t section;
    Setter setter;
    bool value_optional = false;
  };
  struct Positional {
    std::string name;
    std::string help;
    bool required;
    bool repeated;
    Setter setter;
  };

  const Option* Find(std::string_view name) const;
  bool IsOption(const std::string& arg) const;
  Result<void> ParseLong(std::span<const std::string> args, size_t& at);
  Result<void> ParseShort(std::span<const std::string> args, size_t& at);
  Result<void> TakePositional(const std::string& value);
  Result<void> Apply(const Option& option, const std::string& name, std::string_view value);
  std::unexpected<Error> Usage(std::string message) const;
  std::unexpected<Error> Unknown(const std::string& name) const;

  std::string command_;
  std::string summary_;
  std::vector<std::string> sections_;
  std::vector<Option> options_;
  std::vector<Positional> positionals_;
  std::vector<std::string> examples_;
  std::vector<std::string> given_;
  size_t taken_ = 0;  // positional arguments seen
  bool help_requested_ = false;
};

// Setters for the common kinds of value.
ArgParser::Setter StoreString(std::string& target);
ArgParser::Setter StoreInt(int& target, int min);
ArgParser::Setter AppendString(std::vector<std::string>& target);

}  // namespace bantam::cli
