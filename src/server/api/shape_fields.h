// ShapeFields: the fields of a request that give its reply a shape.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "bantam/shape.h"
#include "base/json.h"
#include "server/api/fields.h"
#include "server/host/shape_cache.h"

namespace bantam::server {

// OpenAI's response_format; guided_json, guided_regex, guided_choice, guided_grammar and
// structured_outputs of vLLM; grammar and json_schema of llama-server. At most one may be given.
Result<std::optional<ShapeSpec>> ReadShapeFields(const Fields& fields);

// Ollama's `format`: "json", a schema, or "".
Result<std::optional<ShapeSpec>> ReadFormat(const Fields& fields);

// Whether replies of that shape are JSON.
bool IsJson(const std::optional<ShapeSpec>& shape);

// Whether it is a schema with x-copy: what is copied may be in any language.
bool CopiesText(const ShapeSpec& spec);

// Compiles it, with the prompt's texts if the schema copies from them. What is wrong with it is an
// error of the request's: kInvalidArgument.
Result<std::shared_ptr<const Shape>> CompileShape(ShapeCache& cache, ShapeSpec spec,
                                                  const std::vector<std::string>& texts);

}  // namespace bantam::server
