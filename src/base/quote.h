// Quote: untrusted bytes made fit for an error message.
#pragma once

#include <string>
#include <string_view>

namespace bantam {

// `text` in double quotes. Bytes outside printable ASCII, quotes and backslashes are escaped
// (\xNN, \", \\), and only the first `max_bytes` are shown, followed by "…".
std::string Quote(std::string_view text, size_t max_bytes = 80);

}  // namespace bantam
