// The metaschemas of the drafts, for schemas that refer to them.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"

namespace bantam::grammar {

// The metaschema (or vocabulary's metaschema) of that URI without a fragment; nothing if there is
// none: drafts 4, 6, 7, 2019-09 and 2020-12. They say what the drafts' own say about which
// documents are schemas, without titles, comments and defaults.
std::optional<Json> Metaschema(std::string_view uri);

}  // namespace bantam::grammar
