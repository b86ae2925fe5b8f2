// Random ids, times.
#include "server/api/ids.h"

#include <chrono>
#include <cstdio>
#include <random>

namespace bantam::server {

std::string RandomId(size_t length) {
  static constexpr char kDigits[] =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::uniform_int_distribution<size_t> digit(0, sizeof kDigits - 2);
  std::string id;
  for (size_t i = 0; i < length; ++i) id += kDigits[digit(random)];
  return id;
}

double UnixNow() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

std::string IsoTime(double unix_seconds) {
  using std::chrono::floor;
  const auto since = std::chrono::milliseconds(static_cast<int64_t>(unix_seconds * 1000));
  const std::chrono::sys_time<std::chrono::milliseconds> time(since);
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[40];
  std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

}  // namespace bantam::server
