// JsonPlace: which value of a JSON document a byte belongs to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bantam {

// The JSON Pointer (RFC 6901) of the innermost value that contains the byte or, between values,
// whose beginning or end is being written there: the container. `text` may be cut anywhere; it is
// taken to be JSON as far as it goes. Linear time.
std::string JsonPlace(std::string_view text, size_t byte);

}  // namespace bantam
