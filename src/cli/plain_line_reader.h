// PlainLineReader: lines as the terminal's own line discipline gives them.
#pragma once

#include "cli/line_reader.h"
#include "cli/output.h"

namespace bantam::cli {

class PlainLineReader : public LineReader {
 public:
  // Reads descriptor `fd`, prompts on `out`; owns neither.
  PlainLineReader(int fd, Output& out) : fd_(fd), out_(out) {}

  ReadEnd Read(const std::string& prompt, std::string& line) override;
  void set_history(bool) override {}

 private:
  int fd_;
  Output& out_;
  std::string buffer_;  // read, but not yet given out
};

}  // namespace bantam::cli
