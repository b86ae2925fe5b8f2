// Modelfile: recipes as Ollama's clients send and read them.
#pragma once

#include <string>
#include <string_view>

#include "bantam/result.h"
#include "server/api/fields.h"
#include "server/api/library.h"

namespace bantam::server {

// The fields of /api/create: from, system, template, parameters, messages, license; or the text of
// a Modelfile in `modelfile`, as older clients send it. Fails with kInvalidArgument.
Result<Recipe> ReadRecipe(const Fields& fields);

// FROM, PARAMETER, SYSTEM, TEMPLATE, MESSAGE and LICENSE, values in quotes of one or three, or the
// rest of the line. Fails with kInvalidArgument, naming the line.
Result<Recipe> ParseModelfile(std::string_view text);

// A recipe made from a model that has one itself.
Recipe OnTopOf(const Recipe& base, const Recipe& recipe);

std::string ModelfileText(const ModelEntry& entry);

// "temperature 0.5" and so on, one a line.
std::string ParametersText(const Json& parameters);

}  // namespace bantam::server
