// Line editing, history and completion with libedit; without it, plain lines.
#include "cli/line_reader.h"
#include "cli/output.h"
#include "cli/plain_line_reader.h"

#ifdef BANTAM_LIBEDIT

#include <histedit.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <utility>

#include "cli/history_file.h"
#include "cli/interrupt.h"
#include "cli/paste_decoder.h"

namespace bantam::cli {
namespace {

volatile std::sig_atomic_t window_changed = 0;
volatile std::sig_atomic_t continued = 0;

termios terminal_before;  // as it was before any editing

void HandleSignal(int signal) {
  if (signal == SIGWINCH) window_changed = 1;
  if (signal == SIGCONT) continued = 1;
  if (signal == SIGTERM) {  // the shell wants its terminal back as it was
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
    std::signal(SIGTERM, SIG_DFL);
    std::raise(SIGTERM);
  }
}

// A short pause tells the escape key from the beginning of a sequence.
constexpr int kEscapePauseMs = 50;

class EditLineReader : public LineReader {
 public:
  EditLineReader(LineReaderOptions options, FILE* screen)
      : options_(std::move(options)), file_(options_.history_path), screen_(screen) {
    edit_ = el_init("bantam", stdin, screen, stderr);
    history_ = history_init();
    if (edit_ == nullptr || history_ == nullptr) return;
    HistEvent event;
    history(history_, &event, H_SETSIZE, static_cast<int>(HistoryFile::kMaxLines));
    history(history_, &event, H_SETUNIQUE, 1);
    for (const std::string& line : file_.Load()) history(history_, &event, H_ENTER, line.c_str());
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &Prompt);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_SIGNAL, 0);
    el_set(edit_, EL_GETCFN, &GetCharacter);
    // A pasted \r\n must not arrive as two returns.
    el_set(edit_, EL_SETTY, "-d", "-inlcr", "-icrnl", nullptr);
    el_set(edit_, EL_ADDFN, "bantam-complete", "complete a command", &Complete);
    el_set(edit_, EL_BIND, "^I", "bantam-complete", nullptr);
    el_set(edit_, EL_BIND, "^W", "ed-delete-prev-word", nullptr);
    el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    el_set(edit_, EL_BIND, "\\e[3~", "ed-delete-next-char", nullptr);
    el_set(edit_, EL_BIND, "\\e[1;5D", "ed-prev-word", nullptr);
    el_set(edit_, EL_BIND, "\\e[1;5C", "em-next-word", nullptr);
    el_source(edit_, nullptr);  // the user's ~/.editrc
    struct sigaction action{};
    action.sa_handler = HandleSignal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGWINCH, &action, nullptr);
    sigaction(SIGCONT, &action, nullptr);
    if (tcgetattr(STDIN_FILENO, &terminal_before) == 0) sigaction(SIGTERM, &action, nullptr);
    const char* terminal = std::getenv("TERM");
    bracketed_paste_ = terminal != nullptr && std::string_view(terminal) != "dumb";
  }

  ~EditLineReader() override {
    if (history_ != nullptr) history_end(history_);
    if (edit_ != nullptr) el_end(edit_);
  }

  bool usable() const { return edit_ != nullptr && history_ != nullptr; }
  void set_history(bool on) override { remember_ = on; }

  ReadEnd Read(const std::string& prompt, std::string& line) override {
    prompt_ = prompt;
    el_set(edit_, EL_PREP_TERM, 1);  // before the prompt is there for anything to answer it
    if (bracketed_paste_) Screen(PasteDecoder::kPasteOn);
    int count = 0;
    const char* text = el_gets(edit_, &count);
    if (bracketed_paste_) Screen(PasteDecoder::kPasteOff);
    if (text == nullptr || count <= 0) {
      decoder_.Reset();
      Screen("\n");
      if (!Interrupted()) return ReadEnd::kEndOfInput;
      const LineInfo* info = el_line(edit_);
      line.assign(info->buffer, info->lastchar);
      el_reset(edit_);
      return ReadEnd::kInterrupted;
    }
    std::string typed(text, static_cast<size_t>(count));
    while (!typed.empty() && (typed.back() == '\n' || typed.back() == '\r')) typed.pop_back();
    if (remember_ && typed.find_first_not_of(" \t") != std::string::npos) Remember(typed);
    line = PasteDecoder::Restore(typed);
    return ReadEnd::kLine;
  }

 private:
  static EditLineReader* Self(EditLine* edit) {
    void* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return static_cast<EditLineReader*>(self);
  }

  static char* Prompt(EditLine* edit) { return Self(edit)->prompt_.data(); }

  void Screen(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), screen_);
    std::fflush(screen_);
  }

  void Remember(const std::string& line) {
    if (line == last_) return;
    last_ = line;
    HistEvent event;
    history(history_, &event, H_ENTER, line.c_str());
    file_.Append(line);
  }

  // Reads one character; -1 after Ctrl-C, 0 at the end of input (libedit's convention).
  static int GetCharacter(EditLine* edit, wchar_t* character) {
    EditLineReader* self = Self(edit);
    while (true) {
      auto code = self->decoder_.Next(true);
      if (!code && self->decoder_.waiting()) {
        pollfd ready{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
        if (poll(&ready, 1, kEscapePauseMs) == 0) code = self->decoder_.Next(false);
      }
      if (code) {
        *character = static_cast<wchar_t>(*code);
        return 1;
      }
      char bytes[1024];
      const ssize_t n = ReadUnlessInterrupted(STDIN_FILENO, bytes, sizeof bytes);
      if (n > 0) {
        self->decoder_.Push({bytes, static_cast<size_t>(n)});
      } else if (n < 0 && errno == EINTR) {
        if (Interrupted()) return -1;
        if (std::exchange(window_changed, 0) != 0) el_resize(edit);
        if (std::exchange(continued, 0) != 0) el_set(edit, EL_REFRESH);
      } else {
        return 0;
      }
    }
  }

  // Completes a slash command up to where the known ones differ.
  static unsigned char Complete(EditLine* edit, int) {
    const LineInfo* info = el_line(edit);
    const std::string_view typed(info->buffer, static_cast<size_t>(info->cursor - info->buffer));
    if (!typed.starts_with('/') || info->cursor != info->lastchar) {
      return el_insertstr(edit, "  ") == 0 ? CC_REFRESH : CC_ERROR;
    }
    std::string common;
    int matches = 0;
    for (const std::string& command : Self(edit)->options_.commands) {
      if (!command.starts_with(typed)) continue;
      if (++matches == 1) common = command;
      size_t equal = 0;
      while (equal < common.size() && equal < command.size() && common[equal] == command[equal]) {
        ++equal;
      }
      common.resize(equal);
    }
    if (matches == 1) common += ' ';
    if (matches == 0 || common.size() == typed.size()) return CC_REFRESH_BEEP;
    const std::string rest = common.substr(typed.size());
    return el_insertstr(edit, rest.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
  }

  LineReaderOptions options_;
  HistoryFile file_;
  FILE* screen_;
  EditLine* edit_ = nullptr;
  History* history_ = nullptr;
  PasteDecoder decoder_;
  std::string prompt_;
  std::string last_;  // remembered last
  bool remember_ = true;
  bool bracketed_paste_ = false;
};

// libedit decodes with the locale; without a UTF-8 one, umlauts could not be typed.
void ChooseLocale() {
  std::setlocale(LC_CTYPE, "");
  wchar_t wide = 0;
  std::mbstate_t state{};
  if (std::mbrtowc(&wide, "\xC3\xA9", 2, &state) != 2) std::setlocale(LC_CTYPE, "C.UTF-8");
}

}  // namespace

std::unique_ptr<LineReader> MakeLineReader(LineReaderOptions options) {
  static FdOutput screen(options.prompt_to_stderr ? STDERR_FILENO : STDOUT_FILENO);
  ChooseLocale();
  FILE* file = options.prompt_to_stderr ? stderr : stdout;
  auto reader = std::make_unique<EditLineReader>(std::move(options), file);
  if (reader->usable()) return reader;
  return std::make_unique<PlainLineReader>(STDIN_FILENO, screen);
}

}  // namespace bantam::cli

#else

#include <unistd.h>

namespace bantam::cli {

std::unique_ptr<LineReader> MakeLineReader(LineReaderOptions options) {
  static FdOutput screen(options.prompt_to_stderr ? STDERR_FILENO : STDOUT_FILENO);
  return std::make_unique<PlainLineReader>(STDIN_FILENO, screen);
}

}  // namespace bantam::cli

#endif
