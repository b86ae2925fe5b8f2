// Line reading without editing.
#include "cli/plain_line_reader.h"

#include <cerrno>
#include <utility>

#include "cli/interrupt.h"

namespace bantam::cli {

ReadEnd PlainLineReader::Read(const std::string& prompt, std::string& line) {
  out_.Write(prompt);
  out_.Flush();
  while (true) {
    if (const size_t end = buffer_.find('\n'); end != std::string::npos) {
      line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return ReadEnd::kLine;
    }
    char bytes[4096];
    const ssize_t n = ReadUnlessInterrupted(fd_, bytes, sizeof bytes);
    if (n > 0) {
      buffer_.append(bytes, static_cast<size_t>(n));
    } else if (n < 0 && errno == EINTR) {
      if (!Interrupted()) continue;
      line = std::exchange(buffer_, {});
      out_.Write("\n");
      return ReadEnd::kInterrupted;
    } else {
      if (buffer_.empty()) return ReadEnd::kEndOfInput;
      line = std::exchange(buffer_, {});  // a last line without newline
      return ReadEnd::kLine;
    }
  }
}

}  // namespace bantam::cli
