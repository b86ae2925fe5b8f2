// Modelfile: recipes as Ollama's clients send and read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "server/api/fields.h"
#include "server/api/library.h"
#include "store/assemble.h"

namespace bantam::server {

// The fields of /api/create: from, system, template, parameters, messages, license; or the text of
// a Modelfile in `modelfile`, as older clients send it. `may_lack_from`: there may be no `from`,
// because there are files. Fails with kInvalidArgument.
Result<Recipe> ReadRecipe(const Fields& fields, bool may_lack_from = false);

// `files` or `adapters` of /api/create: {"NAME": "sha256:…"}. Fails with kInvalidArgument.
Result<std::vector<store::GivenFile>> ReadGivenFiles(const Fields& fields, const char* name);

// Whether it is in Ollama's own notation (Go's) rather than Jinja.
bool IsGoTemplate(std::string_view text);

// FROM, PARAMETER, SYSTEM, TEMPLATE, MESSAGE and LICENSE, values in quotes of one or three, or the
// rest of the line. Fails with kInvalidArgument, naming the line.
Result<Recipe> ParseModelfile(std::string_view text);

std::string ModelfileText(const ModelEntry& entry);

// "temperature 0.5" and so on, one a line.
std::string ParametersText(const Json& parameters);

}  // namespace bantam::server
