// Rendering and pacing of the progress line.
#include "cli/progress_bar.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/format_text.h"

namespace bantam::cli {
namespace {

constexpr std::chrono::milliseconds kQuiet{300};  // before the first drawing
constexpr std::chrono::milliseconds kPace{80};    // between two drawings
constexpr int kBarWidth = 24;

double Seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::string RenderProgress(std::string_view label, std::string_view unit, double done, double total,
                           double elapsed_s, int columns, double begun) {
  const double fraction = total > 0 ? std::clamp(done / total, 0.0, 1.0) : 0.0;
  const int percent = static_cast<int>(fraction * 100);
  std::string figures = PadLeft(std::to_string(percent), 3) + " %";
  if (!unit.empty()) {
    const auto amount = [&](double value) {
      const auto whole = static_cast<uint64_t>(value);
      return unit == "bytes" ? FormatBytes(whole) : FormatCount(whole);
    };
    figures += "  " + amount(done) + "/" + amount(total);
    if (unit != "bytes") figures += " " + std::string(unit);
    if (done > begun && elapsed_s > 0) {
      const double rate = (done - begun) / elapsed_s;
      if (unit == "bytes") figures += ", " + amount(rate) + "/s";
      const double left_s = std::max(total - done, 0.0) / rate;
      figures += ", " + FormatSeconds(std::ceil(left_s)) + " left";
      // Whole seconds are all an estimate is worth.
      if (const size_t dot = figures.find(".00 s left"); dot != std::string::npos) {
        figures.erase(dot, 3);
      }
    }
  }
  // A line that wraps cannot be cleared: the bar goes first, then the label.
  const int room = columns - 1 - static_cast<int>(figures.size());
  const int label_width = static_cast<int>(label.size()) + 1;
  std::string line;
  if (room >= label_width) line = std::string(label) + " ";
  if (room >= label_width + kBarWidth + 3) {
    const int filled = static_cast<int>(fraction * kBarWidth);
    line += "[" + std::string(static_cast<size_t>(filled), '#') +
            std::string(static_cast<size_t>(kBarWidth - filled), '.') + "] ";
  }
  line += figures;
  return line.substr(0, static_cast<size_t>(std::max(columns - 1, 0)));
}

ProgressBar::ProgressBar(Output& out, std::string label, std::string unit, Clock clock)
    : out_(out), label_(std::move(label)), unit_(std::move(unit)), clock_(std::move(clock)) {
  start_ = drawn_ = clock_();
}

ProgressBar::~ProgressBar() {
  Clear();
}

void ProgressBar::Update(double done, double total) {
  if (!out_.is_terminal()) return;
  if (begun_ < 0) begun_ = done;
  const auto now = clock_();
  if (now - start_ < kQuiet || (visible_ && now - drawn_ < kPace)) return;
  drawn_ = now;
  visible_ = true;
  // Carriage return, the line, erase to its end.
  out_.Write(
      "\r" +
      RenderProgress(label_, unit_, done, total, Seconds(now - start_), out_.columns(), begun_) +
      "\x1b[K");
  out_.Flush();
}

void ProgressBar::Clear() {
  if (!std::exchange(visible_, false)) return;
  out_.Write("\r\x1b[K");
  out_.Flush();
}

}  // namespace bantam::cli
