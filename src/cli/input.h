// Input: standard input and text files, read whole, with a limit.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "bantam/result.h"

namespace bantam::cli {

// More text than any context holds; refused rather than read into memory.
inline constexpr size_t kMaxInputBytes = size_t{256} << 20;

// Standard input, or a stand-in for it.
class Input {
 public:
  virtual ~Input() = default;
  virtual bool is_terminal() const = 0;
  // Everything up to the end. Fails with kIo or, over kMaxInputBytes, kResourceExhausted.
  virtual Result<std::string> ReadAll() = 0;
  // One line without its newline, for a question; empty at the end of input. Fails with kCancelled
  // after Ctrl-C.
  virtual Result<std::string> ReadLine() = 0;
};

// A file descriptor, which it does not own. A closed descriptor reads as empty.
class FdInput : public Input {
 public:
  // `on_waiting` is called once if nothing comes for a while, for a person who does not know that
  // the program is reading.
  explicit FdInput(int fd, std::function<void()> on_waiting = nullptr)
      : fd_(fd), on_waiting_(std::move(on_waiting)) {}
  bool is_terminal() const override;
  Result<std::string> ReadAll() override;
  Result<std::string> ReadLine() override;

 private:
  int fd_;
  std::function<void()> on_waiting_;
};

// A file as text; errors name it. Directories fail with kInvalidArgument.
Result<std::string> ReadTextFile(const std::string& path, size_t max_bytes = kMaxInputBytes);

// The same, but `-` is standard input.
Result<std::string> ReadTextFileOr(Input& in, const std::string& path);

}  // namespace bantam::cli
