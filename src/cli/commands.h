// The commands of the program, one function each; each lives in its own file.
#pragma once

#include <span>
#include <string>

#include "bantam/result.h"
#include "cli/arg_parser.h"
#include "cli/environment.h"

namespace bantam::cli {

// Arguments after the command's name; the result is the exit code.
using CommandFunction = Result<int>(const Environment& env, std::span<const std::string> args);

CommandFunction RunCommand;
CommandFunction ServeCommand;
CommandFunction PullCommand;
CommandFunction ListCommand;
CommandFunction RemoveCommand;
CommandFunction CopyCommand;
CommandFunction ImportCommand;
CommandFunction PsCommand;
CommandFunction ShowCommand;
CommandFunction TokenizeCommand;
CommandFunction DetokenizeCommand;
CommandFunction TemplateCommand;
CommandFunction ScoreCommand;
CommandFunction EmbedCommand;
CommandFunction GrammarCommand;
CommandFunction JsonCommand;
CommandFunction CacheCommand;
CommandFunction BakeCommand;
CommandFunction BenchCommand;
CommandFunction DoctorCommand;
CommandFunction VersionCommand;

struct CommandEntry {
  const char* name;
  const char* summary;
  CommandFunction* run;
};

std::span<const CommandEntry> CommandTable();

// Parses; false if help was asked for, which is then printed.
Result<bool> ParseArguments(const Environment& env, ArgParser& parser,
                            std::span<const std::string> args);

}  // namespace bantam::cli
