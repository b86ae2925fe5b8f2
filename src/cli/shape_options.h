// ShapeOptions: the options that give a reply a shape, and the shape that comes of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "bantam/shape.h"
#include "cli/arg_parser.h"
#include "cli/environment.h"
#include "cli/parameters.h"

namespace bantam::cli {

struct ShapeOptions {
  std::vector<std::string> given;               // names of the options that were given; one may be
  ShapeSpec spec;                               // files not read yet
  std::string path;                             // of the schema or grammar
  std::string schema_option = "--json-schema";  // as messages name it
  std::vector<std::pair<std::string, std::string>> registries;  // URI, directory
  std::vector<std::string> copy_paths;                          // of texts that x-copy copies from
};

// --json, --json-schema, --grammar, --regex, --choice, --table, --no-format, --schema-registry.
void AddShapeOptions(ArgParser& parser, ShapeOptions& options);

// --copy-from, where there is no prompt to copy from.
void AddCopyFromOption(ArgParser& parser, ShapeOptions& options);
// --schema in place of --json-schema, --no-format, --schema-registry.
void AddSchemaOptions(ArgParser& parser, ShapeOptions& options);

// What the options describe, files read; nothing if none was given. Fails with kInvalidArgument if
// they exclude each other; errors of files name them.
Result<std::optional<ShapeSpec>> ReadShapeSpec(const ShapeOptions& options);

// The same compiled, null if none was given. Errors name the option.
Result<std::shared_ptr<const Shape>> ReadShape(const Environment& env, const ShapeOptions& options);

// The same for replies: `shape` or, for a schema with x-copy, `copying`. `env` must outlive it.
Result<void> ReadReplyShape(const Environment& env, const ShapeOptions& options,
                            ReplySettings& settings);

// Texts separated by commas; `\,` and `\\` stand for a comma and a backslash. None may be empty.
Result<std::vector<std::string>> SplitTexts(std::string_view text);

}  // namespace bantam::cli
