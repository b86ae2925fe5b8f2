// From a shape to its schema; grammar/repair does the work.
#include "engine/schema_json.h"

#include "base/check.h"
#include "engine/compiled_shape.h"
#include "engine/json_place.h"
#include "grammar/repair/schema_repair.h"

namespace bantam {
namespace {

Result<const grammar::JsonSchema*> SchemaOf(const Shape& shape) {
  const grammar::JsonSchema* schema = Compiled(shape).schema();
  if (schema != nullptr) return schema;
  return Fail(ErrorCode::kInvalidArgument, "the shape is no JSON Schema");
}

// The value that is to blame for what was found at a byte: that before it, if it is a number that
// ends there.
std::string PlaceOf(std::string_view text, size_t byte) {
  const bool after_digit = byte > 0 && text[byte - 1] >= '0' && text[byte - 1] <= '9';
  return JsonPlace(text, after_digit ? byte - 1 : byte);
}

}  // namespace

Result<JsonCheck> CheckByShape(std::string_view text, const Shape& shape) {
  const grammar::JsonSchema& schema = *TRY(SchemaOf(shape));
  JsonCheck check = CheckJson(text);
  if (!check.valid) return check;
  check = grammar::CheckJson(text, schema);
  if (!check.valid) check.error.pointer = PlaceOf(text, check.error.offset);
  return check;
}

Result<JsonRepair> RepairByShape(std::string_view text, const Shape& shape,
                                 const JsonRepairOptions& options) {
  return grammar::RepairJson(text, *TRY(SchemaOf(shape)), options);
}

Result<JsonRepair> CompleteByShape(std::string_view text, const Shape& shape) {
  return grammar::CompleteJson(text, *TRY(SchemaOf(shape)));
}

}  // namespace bantam
