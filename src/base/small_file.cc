// Reading and taking apart one-page text files.
#include "base/small_file.h"

#include <charconv>
#include <cstdint>
#include <cstdio>

namespace bantam {

std::optional<std::string> ReadSmallFile(const std::string& path) {
  constexpr size_t kMaxBytes = size_t{64} << 10;
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return std::nullopt;
  std::string text(kMaxBytes, '\0');
  const size_t got = std::fread(text.data(), 1, kMaxBytes, file);
  const bool failed = std::ferror(file) != 0;  // a directory opens but does not read
  std::fclose(file);
  if (failed) return std::nullopt;
  text.resize(got);
  return text;
}

std::optional<uint64_t> ParseLeadingUint(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

std::string_view NextLine(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace bantam
