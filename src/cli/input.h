// Input: standard input and text files, read whole, with a limit.
#pragma once

#include <cstddef>
#include <string>

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
};

// A file descriptor, which it does not own. A closed descriptor reads as empty.
class FdInput : public Input {
 public:
  explicit FdInput(int fd) : fd_(fd) {}
  bool is_terminal() const override;
  Result<std::string> ReadAll() override;

 private:
  int fd_;
};

// A file as text; errors name it. Directories fail with kInvalidArgument.
Result<std::string> ReadTextFile(const std::string& path, size_t max_bytes = kMaxInputBytes);

// The same, but `-` is standard input.
Result<std::string> ReadTextFileOr(Input& in, const std::string& path);

}  // namespace bantam::cli
