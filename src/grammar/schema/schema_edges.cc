// Keywords that hold schemas.
#include "grammar/schema/schema_edges.h"

#include <string>
#include <utility>

namespace bantam::grammar {

std::vector<SchemaId> EdgesInPlace(const SchemaNode& node) {
  std::vector<SchemaId> edges = node.all_of;
  edges.insert(edges.end(), node.any_of.begin(), node.any_of.end());
  edges.insert(edges.end(), node.one_of.begin(), node.one_of.end());
  for (const auto& [name, id] : node.dependent_schemas) edges.push_back(id);
  for (const SchemaId id :
       {node.ref, node.negated, node.if_schema, node.then_schema, node.else_schema}) {
    if (id != kNoSchema) edges.push_back(id);
  }
  return edges;
}

std::vector<SchemaId> EdgesInside(const SchemaNode& node) {
  std::vector<SchemaId> edges = node.prefix_items;
  for (const auto* members : {&node.properties, &node.pattern_properties}) {
    for (const auto& [name, id] : *members) edges.push_back(id);
  }
  for (const SchemaId id :
       {node.items, node.contains, node.unevaluated_items, node.additional_properties,
        node.property_names, node.unevaluated_properties}) {
    if (id != kNoSchema) edges.push_back(id);
  }
  return edges;
}

}  // namespace bantam::grammar
