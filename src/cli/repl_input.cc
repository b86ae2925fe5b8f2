// Line assembly and command splitting.
#include "cli/repl_input.h"

#include <algorithm>
#include <utility>

namespace bantam::cli {
namespace {

constexpr std::string_view kFence = "\"\"\"";
constexpr std::string_view kSpaces = " \t\r\n";

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// `\\` at the end is an escaped backslash, not a continuation.
bool Continues(std::string_view line) {
  const size_t last = line.find_last_not_of('\\');
  const size_t backslashes = line.size() - (last == std::string_view::npos ? 0 : last + 1);
  return backslashes % 2 == 1;
}

}  // namespace

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

bool LineAssembler::PushBlockLine(std::string_view line) {
  const std::string_view trimmed = line.substr(0, line.find_last_not_of(kSpaces) + 1);
  const bool closes = trimmed.ends_with(kFence);
  if (closes) line = trimmed.substr(0, trimmed.size() - kFence.size());
  // Fences on lines of their own add no empty lines.
  if (!(closes && line.empty())) {
    if (!std::exchange(block_empty_, false)) text_ += '\n';
    text_ += line;
  }
  in_block_ = pending_ = !closes;
  return closes;
}

bool LineAssembler::Push(std::string_view line) {
  if (in_block_) return PushBlockLine(line);
  const std::string_view start = Trim(line);
  const bool command = text_.empty() && start.starts_with('/');
  const size_t fence = start.starts_with(kFence) || command ? line.find(kFence) : line.npos;
  if (fence != line.npos) {
    literal_ = !command;
    text_ += line.substr(0, fence);
    in_block_ = pending_ = true;
    block_empty_ = true;
    const std::string_view rest = line.substr(fence + kFence.size());
    return Trim(rest).empty() ? false : PushBlockLine(rest);
  }
  pending_ = Continues(line);
  if (pending_) line.remove_suffix(1);
  text_ += line;
  if (pending_) text_ += '\n';
  return !pending_;
}

std::string LineAssembler::Take() {
  std::string text = std::move(text_);
  Reset();
  return text;
}

void LineAssembler::Reset() {
  *this = LineAssembler();
}

std::optional<SlashCommand> ParseSlashCommand(std::string_view entry) {
  if (!entry.starts_with('/')) return std::nullopt;
  auto [word, rest] = SplitFirstWord(entry);
  const std::string_view name = std::string_view(word).substr(1);
  if (name != "?" && (name.empty() || !std::ranges::all_of(name, IsLetter))) return std::nullopt;
  return SlashCommand{std::string(name), std::move(rest)};
}

std::pair<std::string, std::string> SplitFirstWord(std::string_view text) {
  text = Trim(text);
  const size_t end = std::min(text.find_first_of(kSpaces), text.size());
  return {std::string(text.substr(0, end)), std::string(Trim(text.substr(end)))};
}

std::string Unquote(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  return std::string(text);
}

}  // namespace bantam::cli
