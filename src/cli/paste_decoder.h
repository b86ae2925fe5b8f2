// PasteDecoder: terminal input as characters, with text pasted in one piece kept in one line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bantam::cli {

// Terminals that were asked to (kPasteOn) put ESC [ 200 ~ and ESC [ 201 ~ around pasted text. A
// line editor would take each pasted newline for the end of the input, so newlines and tabs inside
// become marks that can be seen (⏎ ⇥) and that Restore turns back.
class PasteDecoder {
 public:
  static constexpr std::string_view kPasteOn = "\x1b[?2004h";
  static constexpr std::string_view kPasteOff = "\x1b[?2004l";

  // Takes bytes as read from the terminal.
  void Push(std::string_view bytes) { bytes_ += bytes; }

  // The next character, or nothing if more bytes are needed. `more_may_come` is false when the
  // terminal has been silent for a moment: a lone escape is then the escape key.
  std::optional<uint32_t> Next(bool more_may_come);

  // Whether an incomplete sequence or character is waiting.
  bool waiting() const { return !bytes_.empty(); }

  void Reset();

  // The line with its marks turned back into newlines and tabs.
  static std::string Restore(std::string_view line);

 private:
  std::string bytes_;
  bool pasting_ = false;
  bool after_return_ = false;  // the newline of a pasted \r\n is not a second one
};

}  // namespace bantam::cli
