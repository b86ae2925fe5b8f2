// StatusOf: the one place where errors become HTTP statuses.
#pragma once

#include <string>
#include <string_view>

#include "bantam/result.h"

namespace bantam::server {

int StatusOf(ErrorCode code);

// The field that a message begins with ("max_tokens: must be …"), or empty.
std::string_view FieldOf(std::string_view message);

}  // namespace bantam::server
