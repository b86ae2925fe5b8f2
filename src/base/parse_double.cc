// Decimal text to double: std::from_chars, or strtod where the library has none for doubles.
#include "base/parse_double.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace bantam {

std::optional<double> ParseDouble(std::string_view text) {
  // Both take more than decimal numbers ("inf", "0x1").
  if (text.empty() || text.find_first_not_of("0123456789+-.eE") != text.npos || text[0] == '+') {
    return std::nullopt;
  }
  double value = 0;
#ifdef __cpp_lib_to_chars
  const std::from_chars_result end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
#else
  // libc++ before 20 (WebAssembly, where the only locale is "C").
  const std::string terminated(text);
  char* end = nullptr;
  value = std::strtod(terminated.c_str(), &end);
  if (end != terminated.c_str() + terminated.size() || std::isinf(value)) return std::nullopt;
  if (value == 0 &&
      text.substr(0, text.find_first_of("eE")).find_first_of("123456789") != text.npos) {
    return std::nullopt;
  }
#endif
  return value;
}

}  // namespace bantam
