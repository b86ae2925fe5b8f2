// The values of JSON Schema's `format` keyword as expressions.
#pragma once

#include <optional>
#include <string_view>

#include "grammar/regex/regex_pool.h"

namespace bantam::grammar {

// The texts of a format (draft 7 to 2020-12: date, date-time, time, duration, email, idn-email,
// hostname, idn-hostname, ipv4, ipv6, uri, uri-reference, iri, iri-reference, uri-template, uuid,
// json-pointer, relative-json-pointer, regex); nothing for a name that no draft defines. Each names
// its RFC where it is defined. Where a language is not regular (host names and what holds one,
// regex), or its drafts differ (relative-json-pointer), the expression is a part of it: what it
// matches is always valid, but that Punycode labels of hostname that stand for no ASCII letters are
// taken for valid if they look so. Building one takes at most some milliseconds (time and
// date-time: their leap seconds).
std::optional<RegexId> FormatRegex(RegexPool& pool, std::string_view format);

// FormatRegex matches a part of the format only.
bool IsPartFormat(std::string_view format);

// Texts that FormatRegex does not match and that may be of the format all the same; what neither
// matches is not of it. kNothing unless IsPartFormat.
RegexId UndecidedTexts(RegexPool& pool, std::string_view format);

}  // namespace bantam::grammar
