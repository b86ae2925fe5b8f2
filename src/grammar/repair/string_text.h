// The inside of a string that was written by hand, as the inside of a JSON string.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "grammar/repair/edit_list.h"

namespace bantam::grammar {

// Appends text[begin, end), what stands between two quotes, as valid JSON to `out`. Valid escapes
// stay as they are, `\'` loses its backslash, escapes of Python and JavaScript (\xNN, \0, \v,
// \UNNNNNNNN, \u{N}, a continued line) become JSON's, and a backslash that begins none (in a path,
// a regular expression, LaTeX) is kept as a backslash. Control characters and quotes are escaped;
// bytes that are not UTF-8 and lone surrogates become U+FFFD. Each change is added to `edits`.
// `cut`: the end of the text cut the string off, maybe within an escape.
// `level`: 1 if the whole document had been escaped once as a string, so that its quotes are
// written \" and their escapes \\"; else 0.
void AppendStringText(std::string_view text, size_t begin, size_t end, int level, bool cut,
                      std::string* out, EditList* edits);

}  // namespace bantam::grammar
