// Options to ShapeSpec; schemas of a registry are read from its directory.
#include "cli/shape_options.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/check.h"
#include "cli/input.h"

namespace bantam::cli {
namespace {

using Kind = ShapeSpec::Kind;

constexpr size_t kMaxShapeBytes = size_t{64} << 20;
constexpr size_t kMaxRegistryFiles = 10'000;

// URI=DIR. The URI may hold `=`, so the last one divides.
Result<void> AddRegistry(ShapeOptions& options, std::string_view value) {
  const size_t equals = value.rfind('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == value.size()) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected URI=DIR (https://example.com/schemas/=./schemas), got '" +
                    std::string(value) + "'");
  }
  options.registries.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  return {};
}

void Choose(ShapeOptions& options, Kind kind, const char* name) {
  options.spec.kind = kind;
  if (std::ranges::find(options.given, name) == options.given.end())
    options.given.emplace_back(name);
}

ArgParser::Setter TakeText(ShapeOptions& options, Kind kind, const char* name,
                           std::string& target) {
  return [&options, kind, name, &target](std::string_view value) -> Result<void> {
    Choose(options, kind, name);
    target = value;
    return {};
  };
}

ArgParser::Setter TakeTexts(ShapeOptions& options, Kind kind, const char* name) {
  return [&options, kind, name](std::string_view value) -> Result<void> {
    Choose(options, kind, name);
    options.spec.items.clear();
    if (!value.empty()) options.spec.items = TRY(SplitTexts(value));
    return {};
  };
}

// Every *.json of a directory and those below it, under the URI and its path from there.
Result<void> ReadRegistry(const std::string& uri, const std::string& directory, ShapeSpec& spec) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::recursive_directory_iterator entries(directory, error);
  if (error) {
    return Fail(ErrorCode::kNotFound,
                "--schema-registry: cannot read '" + directory + "': " + error.message());
  }
  const std::string separator = uri.ends_with('/') ? "" : "/";
  while (entries != fs::recursive_directory_iterator()) {
    const fs::path path = entries->path();
    if (path.extension() == ".json" && entries->is_regular_file(error)) {
      if (spec.registry.size() >= kMaxRegistryFiles) {
        return Fail(ErrorCode::kResourceExhausted, "--schema-registry: more than " +
                                                       std::to_string(kMaxRegistryFiles) +
                                                       " schemas, at '" + directory + "'");
      }
      const std::string name = path.lexically_relative(directory).generic_string();
      spec.registry[uri + separator + name] = TRY(ReadTextFile(path.string(), kMaxShapeBytes));
    }
    entries.increment(error);
    if (error) {
      return Fail(ErrorCode::kIo,
                  "--schema-registry: cannot read '" + directory + "': " + error.message());
    }
  }
  return {};
}

// Errors name the option and its file.
Result<std::shared_ptr<const Shape>> CompileNamed(const Environment& env,
                                                  const ShapeOptions& options,
                                                  const ShapeSpec& spec) {
  auto shape = env.backend.compile_shape(spec);
  if (shape) return shape;
  const std::string file = options.path.empty() ? "" : " '" + options.path + "'";
  return Fail(shape.error().code, options.given[0] + file + ": " + shape.error().message);
}

void TellNotes(const Environment& env, const Shape& shape) {
  for (const std::string& note : shape.notes()) {
    env.err.WriteUntrusted("bantam: note: " + note + "\n");
  }
  env.err.Flush();
}

void AddSchemaDetails(ArgParser& parser, ShapeOptions& options) {
  parser.AddFlag("--no-format", "a schema's \"format\" says nothing",
                 [&options] { options.spec.assert_formats = false; });
  parser.AddOption("--schema-registry", "URI=DIR",
                   "schemas in DIR for references to URI/… (repeatable)",
                   [&options](std::string_view value) { return AddRegistry(options, value); });
}

}  // namespace

Result<std::vector<std::string>> SplitTexts(std::string_view text) {
  std::vector<std::string> texts(1);
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escaped =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == ',' || text[i + 1] == '\\');
    if (escaped) {
      texts.back() += text[++i];
    } else if (text[i] == ',') {
      texts.emplace_back();
    } else {
      texts.back() += text[i];
    }
  }
  for (const std::string& item : texts) {
    if (item.empty()) {
      return Fail(ErrorCode::kInvalidArgument,
                  "expected texts separated by commas, none of them "
                  "empty, got '" +
                      std::string(text) + "'");
    }
  }
  return texts;
}

void AddShapeOptions(ArgParser& parser, ShapeOptions& options) {
  parser.AddFlag("--json", "a JSON object", [&options] { Choose(options, Kind::kJson, "--json"); });
  parser.AddOption("--json-schema", "FILE", "JSON that this JSON Schema accepts",
                   TakeText(options, Kind::kJsonSchema, "--json-schema", options.path));
  parser.AddOption("--grammar", "FILE", "a text of this GBNF grammar",
                   TakeText(options, Kind::kGrammar, "--grammar", options.path));
  parser.AddOption("--regex", "R", "a text that this regular expression matches as a whole",
                   TakeText(options, Kind::kRegex, "--regex", options.spec.text));
  parser.AddOption("--choice", "A,B,C", "one of these texts; \\, stands for a comma in one",
                   TakeTexts(options, Kind::kChoice, "--choice"));
  parser.AddOptionalOption("--table", "A,B,C",
                           "a Markdown table, with these columns if they are given\n"
                           "(one column, or blanks in a name: --table=…)",
                           TakeTexts(options, Kind::kTable, "--table"));
  AddSchemaDetails(parser, options);
}

void AddSchemaOptions(ArgParser& parser, ShapeOptions& options) {
  options.schema_option = "--schema";
  options.spec.plain_numbers = false;
  options.spec.listed_members = false;
  parser.AddOption("--schema", "FILE", "the JSON Schema that is to accept the text",
                   TakeText(options, Kind::kJsonSchema, "--schema", options.path));
  AddSchemaDetails(parser, options);
}

void AddCopyFromOption(ArgParser& parser, ShapeOptions& options) {
  parser.AddOption("--copy-from", "FILE",
                   "a text that a schema's \"x-copy\" copies from\n(repeatable)",
                   AppendString(options.copy_paths));
}

Result<std::optional<ShapeSpec>> ReadShapeSpec(const ShapeOptions& options) {
  if (options.given.size() > 1) {
    return Fail(ErrorCode::kInvalidArgument, "a reply has one shape: " + options.given[0] +
                                                 " and " + options.given[1] +
                                                 " exclude each other");
  }
  const bool schema = !options.given.empty() && options.spec.kind == Kind::kJsonSchema;
  const char* of_schemas = !options.registries.empty()    ? "--schema-registry"
                           : !options.spec.assert_formats ? "--no-format"
                           : !options.copy_paths.empty()  ? "--copy-from"
                                                          : nullptr;
  if (!schema && of_schemas != nullptr) {
    return Fail(ErrorCode::kInvalidArgument,
                std::string(of_schemas) + " goes with " + options.schema_option);
  }
  if (options.given.empty()) return std::optional<ShapeSpec>();
  ShapeSpec spec = options.spec;
  if (!options.path.empty()) spec.text = TRY(ReadTextFile(options.path, kMaxShapeBytes));
  for (const auto& [uri, directory] : options.registries) {
    TRY(ReadRegistry(uri, directory, spec));
  }
  for (const std::string& path : options.copy_paths) {
    spec.copy_from.push_back(TRY(ReadTextFile(path, kMaxShapeBytes)));
  }
  return std::optional<ShapeSpec>(std::move(spec));
}

Result<std::shared_ptr<const Shape>> ReadShape(const Environment& env,
                                               const ShapeOptions& options) {
  const std::optional<ShapeSpec> spec = TRY(ReadShapeSpec(options));
  if (!spec) return std::shared_ptr<const Shape>();
  auto shape = CompileNamed(env, options, *spec);
  if (!shape) return shape;
  TellNotes(env, **shape);
  return shape;
}

Result<void> ReadReplyShape(const Environment& env, const ShapeOptions& options,
                            ReplySettings& settings) {
  const std::optional<ShapeSpec> read = TRY(ReadShapeSpec(options));
  if (!read) return {};
  const Result<bool> copies = env.backend.needs_copy_source(*read);
  if (!copies || !*copies) {  // what is wrong is said where it is compiled
    settings.shape = TRY(ReadShape(env, options));
    return {};
  }
  settings.copying =
      [&env, options, spec = *read, told = false](
          std::vector<std::string> texts) mutable -> Result<std::shared_ptr<const Shape>> {
    spec.copy_from = std::move(texts);
    auto shape = CompileNamed(env, options, spec);
    if (shape && !std::exchange(told, true)) TellNotes(env, **shape);
    return shape;
  };
  return {};
}

}  // namespace bantam::cli
