// Random ids, times.
#include "server/api/ids.h"

#include <chrono>
#include <cstdio>
#include <string_view>

#include "base/random.h"

namespace bantam::server {

std::string RandomId(size_t length) {
  static constexpr std::string_view kDigits =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr size_t kDigitsPerSeed = 8;  // 62^8 is less than 2^53
  std::string id;
  uint64_t random = 0;
  for (size_t i = 0; i < length; ++i) {
    if (i % kDigitsPerSeed == 0) random = SystemSeed();
    id += kDigits[random % kDigits.size()];
    random /= kDigits.size();
  }
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
