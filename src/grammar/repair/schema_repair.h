// JSON towards a schema: check, complete, repair.
#pragma once

#include <string>
#include <string_view>

#include "bantam/json_repair.h"
#include "grammar/schema/json_schema.h"

namespace bantam::grammar {

// As the functions of bantam/json_repair.h that take a Shape.
JsonCheck CheckJson(std::string_view text, const JsonSchema& schema);
Result<JsonRepair> CompleteJson(std::string_view text, const JsonSchema& schema);
Result<JsonRepair> RepairJson(std::string_view text, const JsonSchema& schema,
                              const JsonRepairOptions& options);

}  // namespace bantam::grammar
