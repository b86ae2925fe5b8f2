// The mini-language of format(): [[fill]align][sign][#][0][width][grouping][.precision][type].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

struct FormatSpec {
  std::string fill = " ";
  char align = '\0';  // '<', '>', '^', '=' (after the sign), or none given
  char sign = '-';    // '+' and ' ' mark positive numbers
  bool alternate = false;
  int64_t width = 0;
  char grouping = '\0';  // ',' or '_'
  int64_t precision = -1;
  char type = '\0';
};

Result<FormatSpec> ParseFormatSpec(std::string_view text);

// The number without padding. Types: d b o x X c for integers, e E f F g G % for floats.
Result<std::string> FormatNumber(const Value& number, const FormatSpec& spec);

// Pads to the width; `default_align` if the spec has none.
std::string PadTo(const FormatSpec& spec, std::string text, char default_align);

}  // namespace bantam::jinja
