// The functions of bantam/json_repair.h that take a schema; the others are the grammar room's.
#include "bantam/json_repair.h"

#include "engine/schema_json.h"

namespace bantam {

Result<JsonCheck> CheckJson(std::string_view text, const Shape& schema) {
  return CheckByShape(text, schema);
}

Result<JsonRepair> RepairJson(std::string_view text, const Shape& schema,
                              const JsonRepairOptions& options) {
  return RepairByShape(text, schema, options);
}

Result<JsonRepair> CompleteJson(std::string_view text, const Shape& schema) {
  return CompleteByShape(text, schema);
}

}  // namespace bantam
