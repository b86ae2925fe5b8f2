// JSON checked, completed and repaired by a shape that is a schema.
#pragma once

#include <string_view>

#include "bantam/json_repair.h"
#include "bantam/shape.h"

namespace bantam {

// CheckJson, RepairJson and CompleteJson of bantam/json_repair.h.
Result<JsonCheck> CheckByShape(std::string_view text, const Shape& shape);
Result<JsonRepair> RepairByShape(std::string_view text, const Shape& shape,
                                 const JsonRepairOptions& options);
Result<JsonRepair> CompleteByShape(std::string_view text, const Shape& shape);

}  // namespace bantam
