// ValueEdits: what a scalar may have been meant to be, the likeliest first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "grammar/repair/schema_hints.h"

namespace bantam::grammar {

struct ValueEdit {
  uint32_t cost;
  size_t order;      // among equal costs
  std::string text;  // JSON
};

// What a scalar of that kind (its JSON text; decoded, if it is a string) could become so that
// `value` may accept it: another spelling of a listed text, its content as another type, cut or
// lengthened. Ascending by cost. Time is linear in the text but for typing errors (WordList).
std::vector<ValueEdit> EditsOf(Json::Kind kind, std::string_view text, const std::string& decoded,
                               FormulaId value, SchemaHints& hints, SchemaMachine& machine);

}  // namespace bantam::grammar
