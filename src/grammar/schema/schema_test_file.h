// Helpers of the tests of schemas.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "grammar/schema/json_schema.h"
#include "grammar/schema/schema.h"
#include "grammar/schema/schema_machine.h"

namespace bantam::grammar {

inline Result<Schema> Load(std::string_view text, const SchemaOptions& options = {}) {
  const Result<Json> document = Json::Parse(text);
  if (!document) return std::unexpected(document.error());
  return LoadSchema(*document, options);
}

// The message of the failure; "loaded" if there is none.
inline std::string ErrorOf(std::string_view text, const SchemaOptions& options = {}) {
  const Result<Schema> schema = Load(text, options);
  return schema ? "loaded" : schema.error().message;
}

// A schema that must load.
inline Schema Loaded(std::string_view text, const SchemaOptions& options = {}) {
  Result<Schema> schema = Load(text, options);
  EXPECT_TRUE(schema.has_value()) << text << "\n" << (schema ? "" : schema.error().message);
  if (!schema) return Schema{.nodes = {SchemaNode{}}, .resources = {SchemaResource{}}};
  return *std::move(schema);
}

// The machine of a schema that must load.
inline std::unique_ptr<SchemaMachine> MachineOf(std::string_view schema) {
  return std::make_unique<SchemaMachine>(std::make_shared<const Schema>(Loaded(schema)));
}

// Whether the text is a whole document.
inline bool Accepts(Matcher& matcher, std::string_view text) {
  for (const char c : text) {
    if (!matcher.Push(static_cast<uint8_t>(c))) return false;
  }
  return matcher.Accepting();
}

inline bool Accepts(const JsonSchema& schema, std::string_view text) {
  return Accepts(*schema.NewMatcher(), text);
}

inline SchemaOptions With(Draft draft) {
  SchemaOptions options;
  options.draft = draft;
  return options;
}

inline const SchemaNode& Root(const Schema& schema) {
  return schema.nodes[schema.root];
}

// Where the $ref of the root leads.
inline std::string TargetOf(std::string_view text, const SchemaOptions& options = {}) {
  const Result<Schema> schema = Load(text, options);
  if (!schema) return schema.error().message;
  const SchemaNode& root = Root(*schema);
  return root.ref == kNoSchema ? "no $ref" : schema->nodes[root.ref].path;
}

}  // namespace bantam::grammar
