// Dialect: which keywords a schema resource understands: its draft and its vocabularies.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "base/json.h"
#include "grammar/schema/schema.h"

namespace bantam::grammar {

struct Dialect {
  Draft draft = Draft::k2020;
  // Vocabularies that a custom metaschema can leave out.
  bool applicator = true;
  bool unevaluated = true;
  bool validation = true;
  bool format_assertion = false;  // formats are asserted whatever the options say
};

// "http://json-schema.org/draft-07/schema#" → k7; the scheme may be https, the '#' missing.
std::optional<Draft> DraftOfUri(std::string_view uri);

// The dialect that a `$schema` names: a draft, or a metaschema of `registry` with its $vocabulary
// (2020-12, section 8.1). Fails with kUnsupported for a metaschema that is not there and for a
// required vocabulary that is not known.
Result<Dialect> DialectOfUri(std::string_view uri,
                             const std::map<std::string, Json, std::less<>>& registry);

}  // namespace bantam::grammar
