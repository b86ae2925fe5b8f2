// Reading, appending and shortening the history file.
#include "cli/history_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "cli/input.h"

namespace bantam::cli {
namespace {

constexpr size_t kMaxBytes = size_t{16} << 20;

}  // namespace

std::vector<std::string> HistoryFile::Load() const {
  std::vector<std::string> lines;
  if (path_.empty()) return lines;
  const auto text = ReadTextFile(path_, kMaxBytes);
  if (!text) return lines;
  for (size_t at = 0; at < text->size();) {
    const size_t end = std::min(text->find('\n', at), text->size());
    if (end > at) lines.push_back(text->substr(at, end - at));
    at = end + 1;
  }
  if (lines.size() <= kMaxLines) return lines;
  const bool shorten = lines.size() >= 2 * kMaxLines;
  lines.erase(lines.begin(), lines.end() - kMaxLines);
  if (shorten) {
    std::string kept;
    for (const std::string& line : lines) kept += line + "\n";
    (void)WriteFileAtomically(path_, kept);
  }
  return lines;
}

void HistoryFile::Append(std::string_view line) const {
  if (path_.empty() || line.empty()) return;
  if (const size_t slash = path_.rfind('/'); slash != std::string::npos && slash > 0) {
    (void)MakeDirectories(path_.substr(0, slash));
  }
  const int fd = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return;
  std::string bytes(line);
  bytes += '\n';
  // One write, so that lines of two programs never mix.
  const ssize_t written = write(fd, bytes.data(), bytes.size());
  (void)written;
  close(fd);
}

}  // namespace bantam::cli
