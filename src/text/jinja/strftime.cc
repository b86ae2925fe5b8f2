// The calendar (days to dates after Hinnant's "chrono-compatible low-level date algorithms") and
// the conversions of strftime.
#include "text/jinja/strftime.h"

#include <algorithm>

#include "text/jinja/text.h"

namespace bantam::jinja {
namespace {

constexpr const char* kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                 "Thursday", "Friday", "Saturday"};
constexpr const char* kMonths[] = {"January",   "February", "March",    "April",
                                   "May",       "June",     "July",     "August",
                                   "September", "October",  "November", "December"};

struct Time {
  int64_t year;
  int month;  // 1 … 12
  int day;    // 1 … 31
  int hour;
  int minute;
  int second;
  int weekday;   // 0: Sunday
  int year_day;  // 1 … 366
  int64_t seconds;
};

int64_t FloorDiv(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

bool IsLeap(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

Time TimeOf(int64_t seconds) {
  // Beyond these years (0 to 9999) a Python datetime does not go.
  seconds = std::clamp<int64_t>(seconds, -62167219200, 253402300799);
  const int64_t days = FloorDiv(seconds, 86400);
  const auto rest = static_cast<int>(seconds - days * 86400);
  const int64_t shifted = days + 719468;  // days since 0000-03-01
  const int64_t era = FloorDiv(shifted, 146097);
  const int64_t of_era = shifted - era * 146097;
  const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t day_of_year =
      of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);  // from March 1
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  Time time;
  time.month =
      static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  time.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  time.year = year_of_era + era * 400 + (time.month <= 2 ? 1 : 0);
  time.hour = rest / 3600;
  time.minute = rest / 60 % 60;
  time.second = rest % 60;
  time.weekday = static_cast<int>((days % 7 + 11) % 7);  // 1970-01-01 was a Thursday
  constexpr int kBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  time.year_day =
      kBefore[time.month - 1] + time.day + (time.month > 2 && IsLeap(time.year) ? 1 : 0);
  time.seconds = seconds;
  return time;
}

// ISO 8601 week and the year it belongs to.
void IsoWeek(const Time& t, int64_t* year, int* week) {
  const int from_monday = (t.weekday + 6) % 7;
  *year = t.year;
  *week = (t.year_day - 1 - from_monday + 10) / 7;
  const auto weeks_in = [](int64_t y) {
    const auto p = [](int64_t x) { return (x + x / 4 - x / 100 + x / 400) % 7; };
    return p(y) == 4 || p(y - 1) == 3 ? 53 : 52;
  };
  if (*week < 1) {
    --*year;
    *week = weeks_in(*year);
  } else if (*week > weeks_in(t.year)) {
    ++*year;
    *week = 1;
  }
}

class Formatter {
 public:
  explicit Formatter(int64_t seconds) : t_(TimeOf(seconds)) {}

  std::string Format(std::string_view format) const {
    std::string out;
    for (size_t at = 0; at < format.size(); ++at) {
      if (format[at] != '%') {
        out += format[at];
        continue;
      }
      const size_t begin = at++;
      char flag = '\0';
      bool upper = false;
      while (at < format.size() &&
             std::string_view("-_0^#").find(format[at]) != std::string::npos) {
        if (format[at] == '^') {
          upper = true;
        } else if (format[at] != '#') {
          flag = format[at];
        }
        ++at;
      }
      std::string piece;
      if (at < format.size() && Convert(format[at], flag, &piece)) {
        out += upper ? UpperText(piece) : piece;
      } else {
        out += format.substr(begin, at + 1 - begin);
      }
    }
    return out;
  }

 private:
  // A number in `width` digits, padded as the flag says.
  static std::string Number(int64_t value, size_t width, char flag, char pad = '0') {
    std::string digits = std::to_string(value);
    if (flag == '-' || digits.size() >= width) return digits;
    const char fill = flag == '_' ? ' ' : flag == '0' ? '0' : pad;
    return std::string(width - digits.size(), fill) + digits;
  }

  bool Convert(char c, char flag, std::string* out) const {
    return Date(c, flag, out) || Clock(c, flag, out) || Whole(c, out);
  }

  bool Date(char c, char flag, std::string* out) const {
    int64_t iso_year = 0;
    int iso_week = 0;
    IsoWeek(t_, &iso_year, &iso_week);
    switch (c) {
      case 'a': *out = std::string(kDays[t_.weekday]).substr(0, 3); return true;
      case 'A': *out = kDays[t_.weekday]; return true;
      case 'h':
      case 'b': *out = std::string(kMonths[t_.month - 1]).substr(0, 3); return true;
      case 'B': *out = kMonths[t_.month - 1]; return true;
      case 'C': *out = Number(t_.year / 100, 2, flag); return true;
      case 'd': *out = Number(t_.day, 2, flag); return true;
      case 'e': *out = Number(t_.day, 2, flag, ' '); return true;
      case 'g': *out = Number(iso_year % 100, 2, flag); return true;
      case 'G': *out = Number(iso_year, 4, flag); return true;
      case 'j': *out = Number(t_.year_day, 3, flag); return true;
      case 'm': *out = Number(t_.month, 2, flag); return true;
      case 'u': *out = Number(t_.weekday == 0 ? 7 : t_.weekday, 1, flag); return true;
      case 'U': *out = Number((t_.year_day + 6 - t_.weekday) / 7, 2, flag); return true;
      case 'V': *out = Number(iso_week, 2, flag); return true;
      case 'w': *out = Number(t_.weekday, 1, flag); return true;
      case 'W': *out = Number((t_.year_day + 6 - (t_.weekday + 6) % 7) / 7, 2, flag); return true;
      case 'y': *out = Number(t_.year % 100, 2, flag); return true;
      case 'Y': *out = Number(t_.year, flag == '\0' ? 1 : 4, flag); return true;
      default: return false;
    }
  }

  bool Clock(char c, char flag, std::string* out) const {
    const int twelve = t_.hour % 12 == 0 ? 12 : t_.hour % 12;
    switch (c) {
      case 'f': *out = "000000"; return true;
      case 'H': *out = Number(t_.hour, 2, flag); return true;
      case 'I': *out = Number(twelve, 2, flag); return true;
      case 'k': *out = Number(t_.hour, 2, flag, ' '); return true;
      case 'l': *out = Number(twelve, 2, flag, ' '); return true;
      case 'M': *out = Number(t_.minute, 2, flag); return true;
      case 'p': *out = t_.hour < 12 ? "AM" : "PM"; return true;
      case 'P': *out = t_.hour < 12 ? "am" : "pm"; return true;
      case 's': *out = std::to_string(t_.seconds); return true;
      case 'S': *out = Number(t_.second, 2, flag); return true;
      case 'z':
      case 'Z': out->clear(); return true;
      default: return false;
    }
  }

  bool Whole(char c, std::string* out) const {
    switch (c) {
      case 'c': *out = Format("%a %b %e %H:%M:%S %Y"); return true;
      case 'D':
      case 'x': *out = Format("%m/%d/%y"); return true;
      case 'F': *out = Format("%Y-%m-%d"); return true;
      case 'r': *out = Format("%I:%M:%S %p"); return true;
      case 'R': *out = Format("%H:%M"); return true;
      case 'T':
      case 'X': *out = Format("%H:%M:%S"); return true;
      case 'n': *out = "\n"; return true;
      case 't': *out = "\t"; return true;
      case '%': *out = "%"; return true;
      default: return false;
    }
  }

  Time t_;
};

}  // namespace

std::string FormatTime(std::string_view format, int64_t seconds) {
  return Formatter(seconds).Format(format);
}

}  // namespace bantam::jinja
