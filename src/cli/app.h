// The application: finds the command, runs it, reports what went wrong.
#pragma once

#include <span>
#include <string>

#include "cli/environment.h"

namespace bantam::cli {

// The exit code when whoever read standard output has gone (128 + SIGPIPE).
inline constexpr int kReaderGone = 141;

// `args` without the program's name. Errors go to env.err as "bantam: …"; the exit code is 0,
// ExitCode() of the error, or kReaderGone.
int RunApp(const Environment& env, std::span<const std::string> args);

}  // namespace bantam::cli
