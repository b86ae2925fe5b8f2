// The program `bantam`: the real world around RunApp.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/environment.h"
#include "cli/input.h"
#include "cli/output.h"

namespace {

std::optional<std::string> EnvironmentVariable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace bantam::cli;
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is a write error, handled as one
  FdInput in(STDIN_FILENO);
  FdOutput out(STDOUT_FILENO);
  FdOutput err(STDERR_FILENO);
  const Backend backend = RealBackend();
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return RunApp({in, out, err, backend, EnvironmentVariable}, args);
}
