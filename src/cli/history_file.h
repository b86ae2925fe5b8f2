// HistoryFile: the lines typed in earlier sessions, one a line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bantam::cli {

// Failures are silent: history is a comfort, and a full disk must not stop a chat. Several
// programs may append at once. Readable by the owner alone.
class HistoryFile {
 public:
  static constexpr size_t kMaxLines = 1000;

  // An empty path: nothing is kept.
  explicit HistoryFile(std::string path) : path_(std::move(path)) {}

  // The last kMaxLines lines; shortens the file when it has grown to twice that.
  std::vector<std::string> Load() const;
  // `line` has no newline.
  void Append(std::string_view line) const;

 private:
  std::string path_;
};

}  // namespace bantam::cli
