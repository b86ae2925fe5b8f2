// ProgressBar: one line on the terminal while something long goes on.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "cli/output.h"

namespace bantam::cli {

// The line for `done` of `total` after `elapsed_s`, at most `columns` wide. With a `unit`
// ("tokens") the numbers and the time left are shown, without one a percentage only. "bytes" are
// shown as such, with their rate. `begun` of them had been done before.
std::string RenderProgress(std::string_view label, std::string_view unit, double done, double total,
                           double elapsed_s, int columns, double begun = 0);

// Draws nothing if the output is no terminal, nor in the first moments, so that short waits stay
// quiet. The destructor clears the line. Not thread-safe.
class ProgressBar {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  ProgressBar(Output& out, std::string label, std::string unit,
              Clock clock = std::chrono::steady_clock::now);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Update(double done, double total);
  void Clear();

 private:
  Output& out_;
  std::string label_;
  std::string unit_;
  Clock clock_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_;
  double begun_ = -1;  // done at the first update
  bool visible_ = false;
};

}  // namespace bantam::cli
