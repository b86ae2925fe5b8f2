// The bantam program.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/environment.h"

int main(int argc, char** argv) {
  using namespace bantam::cli;
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is noticed by the write that meets it
  FdOutput out(STDOUT_FILENO);
  FdOutput err(STDERR_FILENO);
  FdInput in(STDIN_FILENO, [&err] {
    err.Write("bantam: waiting for text on standard input (Ctrl-D ends it)\n");
    err.Flush();
  });
  const Backend backend = RealBackend();
  const Environment env{.in = in,
                        .out = out,
                        .err = err,
                        .backend = backend,
                        .variable = [](const char* name) -> std::optional<std::string> {
                          const char* value = std::getenv(name);
                          if (value == nullptr) return std::nullopt;
                          return value;
                        }};
  const int code = RunApp(env, std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
  if (code == kReaderGone) {
    // Die as a program that never ignored the signal, which shells keep quiet about.
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  return code;
}
