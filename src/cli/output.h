// Output: where a command writes. Remembers the first error instead of losing it.
#pragma once

#include <string>
#include <string_view>

namespace bantam::cli {

// Not thread-safe. After an error every further write does nothing.
class Output {
 public:
  virtual ~Output() = default;

  // Queues text; Flush sends it. Long texts are sent at once.
  virtual void Write(std::string_view text) = 0;
  virtual void Flush() = 0;

  virtual bool is_terminal() const { return false; }
  virtual int columns() const { return 80; }  // width of the terminal
  // The errno of the first failed write, or 0. EPIPE: the reader has gone away.
  virtual int error() const { return 0; }

  bool ok() const { return error() == 0; }

  // Writes text that came from a model or a file: on a terminal, control characters that could
  // drive it are shown instead (^[ for escape).
  void WriteUntrusted(std::string_view text);
};

// A file descriptor, which it does not own.
class FdOutput : public Output {
 public:
  explicit FdOutput(int fd);
  void Write(std::string_view text) override;
  void Flush() override;
  bool is_terminal() const override { return is_terminal_; }
  int columns() const override;
  int error() const override { return error_; }

 private:
  void Send(std::string_view text);

  int fd_;
  bool is_terminal_;
  int error_ = 0;
  std::string buffer_;
};

}  // namespace bantam::cli
