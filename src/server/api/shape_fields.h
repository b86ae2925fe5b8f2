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
#include "server/api/reply.h"
#include "server/host/shape_cache.h"

namespace bantam::server {

// The member `name`, in the form of OpenAI's response_format; a schema may stand one level higher.
Result<std::optional<AskedShape>> ReadResponseFormat(const Fields& fields, const std::string& name);

// OpenAI's response_format; guided_json, guided_regex, guided_choice, guided_grammar and
// structured_outputs of vLLM; grammar and json_schema of llama-server. At most one may be given.
Result<std::optional<AskedShape>> ReadShapeFields(const Fields& fields);

// Ollama's `format`: "json", a schema, or "".
Result<std::optional<AskedShape>> ReadFormat(const Fields& fields);

// Whether replies of that shape are JSON.
bool IsJson(const std::optional<AskedShape>& shape);

// Whether it is a schema with x-copy: what is copied may be in any language.
bool CopiesText(const ShapeSpec& spec);

// Compiles it, with the prompt's texts if the schema copies from them. What is wrong with it is an
// error of the request's: kInvalidArgument, with the field's name.
Result<std::shared_ptr<const Shape>> CompileShape(ShapeCache& cache, AskedShape shape,
                                                  const std::vector<std::string>& texts);

}  // namespace bantam::server
