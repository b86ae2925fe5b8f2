// Internationalised host names. Only for formats.cc.
#pragma once

#include "grammar/regex/regex_pool.h"

namespace bantam::grammar {

// A part of the names that RFC 5890 to 5893 allow, with the dots of RFC 3490, 3.1: see idn.cc.
RegexId IdnHostname(RegexPool& pool);

}  // namespace bantam::grammar
