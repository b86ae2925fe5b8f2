// Fuzzes LoadSchema: any JSON text is a schema with every id in its place, or refused with a path.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/json.h"
#include "grammar/schema/schema.h"

namespace {

using bantam::Json;
using bantam::grammar::kNoSchema;
using bantam::grammar::Schema;
using bantam::grammar::SchemaId;
using bantam::grammar::SchemaNode;
using bantam::grammar::SchemaOptions;

void CheckNode(const Schema& schema, const SchemaNode& node) {
  const auto check = [&](SchemaId id) { CHECK(id < schema.nodes.size()); };
  for (const SchemaId id :
       {node.ref, node.dynamic_ref, node.negated, node.if_schema, node.then_schema,
        node.else_schema, node.items, node.contains, node.unevaluated_items,
        node.additional_properties, node.property_names, node.unevaluated_properties}) {
    if (id != kNoSchema) check(id);
  }
  for (const auto* list : {&node.all_of, &node.any_of, &node.one_of, &node.prefix_items}) {
    for (const SchemaId id : *list) check(id);
  }
  for (const auto* named : {&node.properties, &node.pattern_properties, &node.dependent_schemas}) {
    for (const auto& [name, id] : *named) check(id);
  }
  CHECK(node.resource < schema.resources.size());
  CHECK(node.path.find('#') != std::string::npos);
  if (!node.dynamic_anchor.empty()) {
    CHECK(schema.has_dynamic_refs && node.dynamic_ref != kNoSchema);
  }
  if (node.multiple_of) CHECK(!node.multiple_of->is_zero());
}

}  // namespace

// The first byte chooses the draft and whether formats are asserted; the rest is the document,
// which is in the registry as well.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto document = Json::Parse(text);
  if (!document) return 0;
  SchemaOptions options;
  options.draft = static_cast<bantam::grammar::Draft>(data[0] % 5);
  options.assert_formats = data[0] / 5 % 2 == 0;
  options.max_nodes = 5'000;
  options.registry["r"] = *document;
  const auto schema = bantam::grammar::LoadSchema(*document, options);
  if (!schema) {
    CHECK(schema.error().message.find('#') != std::string::npos);
    return 0;
  }
  CHECK(schema->root < schema->nodes.size());
  for (const SchemaNode& node : schema->nodes) CheckNode(*schema, node);
  for (const auto& resource : schema->resources) {
    for (const auto& [name, id] : resource.dynamic_anchors) CHECK(id < schema->nodes.size());
  }
  return 0;
}
