// Two searches along the edges of the schema: what decides alone, and what applies beside others.
#include "grammar/schema/listed_members.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "grammar/schema/schema_edges.h"

namespace bantam::grammar {
namespace {

bool SaysNothingOfObjects(const SchemaNode& node) {
  return node.properties.empty() && node.pattern_properties.empty() && node.required.empty() &&
         node.additional_properties == kNoSchema && node.property_names == kNoSchema &&
         node.min_properties == 0 && !node.max_properties && node.dependent_required.empty() &&
         node.dependent_schemas.empty() && node.unevaluated_properties == kNoSchema;
}

// What it says of objects and arrays is what one reference, or any of several alternatives, says.
bool Forwards(const SchemaNode& node) {
  const size_t in_place = EdgesInPlace(node).size();
  const bool one = in_place == 1 && (node.ref != kNoSchema || node.all_of.size() == 1);
  const bool any = !node.any_of.empty() && in_place == node.any_of.size();
  return (one || any) && !node.values && EdgesInside(node).empty() && SaysNothingOfObjects(node);
}

// Each member, or item, obeys one schema of those inside.
bool DecidesAlone(const SchemaNode& node) {
  return EdgesInPlace(node).empty() && !node.values && node.pattern_properties.empty() &&
         node.contains == kNoSchema && node.property_names == kNoSchema;
}

bool CanKeepToListed(const SchemaNode& node) {
  if (node.properties.empty() || node.additional_properties != kNoSchema ||
      node.unevaluated_properties != kNoSchema || !node.dependent_required.empty() ||
      node.min_properties > node.required.size()) {
    return false;
  }
  return std::ranges::all_of(node.required, [&](const std::string& name) {
    return std::ranges::any_of(node.properties, [&](const auto& one) { return one.first == name; });
  });
}

class Search {
 public:
  explicit Search(const Schema& schema)
      : schema_(schema), alone_(schema.nodes.size()), beside_(schema.nodes.size()) {}

  void Run() {
    Meet(schema_.root, true);
    while (!open_.empty()) {
      const auto [id, alone] = open_.back();
      open_.pop_back();
      const SchemaNode& node = schema_.nodes[id];
      const bool rest = alone && (Forwards(node) || DecidesAlone(node));
      for (const SchemaId edge : EdgesInPlace(node)) Meet(edge, rest);
      for (const SchemaId edge : EdgesInside(node)) Meet(edge, rest);
    }
  }

  bool OnlyAlone(SchemaId id) const {
    return alone_[id] && !beside_[id] && DecidesAlone(schema_.nodes[id]);
  }

 private:
  void Meet(SchemaId id, bool alone) {
    std::vector<bool>& met = alone ? alone_ : beside_;
    if (met[id]) return;
    met[id] = true;
    open_.emplace_back(id, alone);
  }

  const Schema& schema_;
  std::vector<bool> alone_;   // met where it alone decides about a value
  std::vector<bool> beside_;  // met where others say something of the same value
  std::vector<std::pair<SchemaId, bool>> open_;
};

}  // namespace

void KeepToListedMembers(Schema& schema) {
  if (schema.has_dynamic_refs) return;
  Search search(schema);
  search.Run();
  SchemaId nothing = kNoSchema;
  const size_t n_nodes = schema.nodes.size();
  for (SchemaId id = 0; id < n_nodes; ++id) {
    if (!search.OnlyAlone(id) || !CanKeepToListed(schema.nodes[id])) continue;
    if (nothing == kNoSchema) {
      nothing = static_cast<SchemaId>(schema.nodes.size());
      SchemaNode& never = schema.nodes.emplace_back();
      never.path = schema.nodes[schema.root].path;
      never.boolean = false;
    }
    schema.nodes[id].additional_properties = nothing;
  }
}

}  // namespace bantam::grammar
