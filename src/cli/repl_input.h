// What is typed at the prompt: entries over several lines, and slash commands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bantam::cli {

// Puts lines together. A line that ends with a backslash goes on in the next. Three double quotes
// at the beginning of a line (or in a command) open a block that three more at the end of a line
// close; nothing inside it is a command.
class LineAssembler {
 public:
  // Takes a line without its newline; true when the entry is complete.
  bool Push(std::string_view line);
  // The complete entry; the assembler is empty afterwards.
  std::string Take();
  void Reset();

  bool pending() const { return pending_; }
  // Whether the entry is text even if it begins with a slash.
  bool literal() const { return literal_; }

 private:
  bool PushBlockLine(std::string_view line);

  std::string text_;
  bool pending_ = false;
  bool in_block_ = false;
  bool block_empty_ = true;
  bool literal_ = false;
};

struct SlashCommand {
  std::string name;  // "set"
  std::string rest;  // what follows, trimmed
};

// The command an entry is, if it is one: a slash and letters. "/usr/bin is full" is not.
std::optional<SlashCommand> ParseSlashCommand(std::string_view entry);

std::string_view Trim(std::string_view text);

// The first word and the trimmed rest.
std::pair<std::string, std::string> SplitFirstWord(std::string_view text);

// `text` without one pair of double quotes around it.
std::string Unquote(std::string_view text);

}  // namespace bantam::cli
