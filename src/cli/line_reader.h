// LineReader: one line from the person at the terminal.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace bantam::cli {

enum class ReadEnd { kLine, kEndOfInput, kInterrupted };

// Not thread-safe.
class LineReader {
 public:
  virtual ~LineReader() = default;

  // Shows `prompt` and reads a line, without its newline. kInterrupted after Ctrl-C (the line is
  // what had been typed), kEndOfInput after Ctrl-D on an empty line.
  virtual ReadEnd Read(const std::string& prompt, std::string& line) = 0;

  // Whether lines are remembered from now on.
  virtual void set_history(bool on) = 0;
};

struct LineReaderOptions {
  std::string history_path;           // empty: keep none
  std::vector<std::string> commands;  // completed with Tab: "/help", …
  bool prompt_to_stderr = false;      // standard output goes elsewhere
};

// Line editing with libedit where it was built in, plain reading otherwise.
std::unique_ptr<LineReader> MakeLineReader(LineReaderOptions options);

}  // namespace bantam::cli
