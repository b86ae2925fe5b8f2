// Formatting of numbers.
#include "cli/format_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace bantam::cli {
namespace {

template <typename T>
std::string Shortest(T value) {
  if (!std::isfinite(value)) return "null";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end.ptr};
}

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

std::string FormatFixed(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

std::string FormatBytes(uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1023.95 && unit < std::size(kUnits) - 1) {
    value /= 1024;
    ++unit;
  }
  return FormatFixed(value, 1) + " " + kUnits[unit];
}

std::string FormatCount(uint64_t count) {
  std::string digits = std::to_string(count);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string FormatParameters(uint64_t count) {
  if (count < 1'000'000) return FormatCount(count);
  if (count < 1'000'000'000) return FormatFixed(static_cast<double>(count) / 1e6, 1) + " million";
  return FormatFixed(static_cast<double>(count) / 1e9, 2) + " billion";
}

std::string FormatSeconds(double seconds) {
  if (seconds < 59.995) return FormatFixed(seconds, 2) + " s";
  const int64_t whole = std::llround(seconds);
  const std::string rest = std::to_string(whole % 60);
  return std::to_string(whole / 60) + " min " + (rest.size() == 1 ? "0" : "") + rest + " s";
}

std::string FormatRate(double count, double seconds) {
  if (count <= 0 || seconds <= 0) return "-";
  const double rate = count / seconds;
  return FormatFixed(rate, rate < 100 ? 1 : 0) + " tok/s";
}

std::string FormatFloat(float value) {
  return Shortest(value);
}
std::string FormatDouble(double value) {
  return Shortest(value);
}

std::string PadRight(std::string_view text, size_t width) {
  std::string out(text);
  const size_t length = CodePoints(text);
  if (length < width) out.append(width - length, ' ');
  return out;
}

std::string PadLeft(std::string_view text, size_t width) {
  const size_t length = CodePoints(text);
  return std::string(length < width ? width - length : 0, ' ').append(text);
}

}  // namespace bantam::cli
