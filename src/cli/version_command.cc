// bantam version
#include "base/check.h"
#include "cli/arg_parser.h"
#include "cli/commands.h"

namespace bantam::cli {

Result<int> VersionCommand(const Environment& env, std::span<const std::string> args) {
  ArgParser parser("version", "version and instruction set");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
#ifdef __clang__
  const std::string compiler = "clang " __clang_version__;
#else
  const std::string compiler = "gcc " __VERSION__;
#endif
  env.out.Write("bantam " BANTAM_VERSION " (" + env.backend.isa() + ", " + compiler + ")\n");
  return 0;
}

}  // namespace bantam::cli
