// A depth-first search along the edges that stay at the same value.
#include "grammar/schema/ref_cycles.h"

#include <utility>
#include <vector>

namespace bantam::grammar {
namespace {

std::vector<SchemaId> InPlace(const SchemaNode& node) {
  std::vector<SchemaId> edges = node.all_of;
  edges.insert(edges.end(), node.any_of.begin(), node.any_of.end());
  edges.insert(edges.end(), node.one_of.begin(), node.one_of.end());
  for (const auto& [name, id] : node.dependent_schemas) edges.push_back(id);
  for (const SchemaId id :
       {node.ref, node.negated, node.if_schema, node.then_schema, node.else_schema}) {
    if (id != kNoSchema) edges.push_back(id);
  }
  if (node.dynamic_ref != kNoSchema && node.dynamic_anchor.empty()) {
    edges.push_back(node.dynamic_ref);
  }
  return edges;
}

enum class Mark : uint8_t { kNew, kOpen, kDone };

struct Visit {
  SchemaId id;
  std::vector<SchemaId> edges;  // still to follow
};

}  // namespace

Result<void> CheckRefCycles(const Schema& schema) {
  std::vector<Mark> marks(schema.nodes.size(), Mark::kNew);
  std::vector<Visit> visits;
  const auto open = [&](SchemaId id) {
    marks[id] = Mark::kOpen;
    visits.push_back({id, InPlace(schema.nodes[id])});
  };
  for (SchemaId start = 0; start < schema.nodes.size(); ++start) {
    if (marks[start] != Mark::kNew) continue;
    open(start);
    while (!visits.empty()) {
      Visit& visit = visits.back();
      if (visit.edges.empty()) {
        marks[visit.id] = Mark::kDone;
        visits.pop_back();
        continue;
      }
      const SchemaId next = visit.edges.back();
      visit.edges.pop_back();
      if (marks[next] == Mark::kOpen) {
        const SchemaNode& node = schema.nodes[visit.id];
        return Fail(ErrorCode::kInvalidArgument,
                    node.path + (node.ref == next ? "/$ref" : "") + ": leads back to " +
                        schema.nodes[next].path +
                        " without going into a property or an item: nothing could decide it");
      }
      if (marks[next] == Mark::kNew) open(next);
    }
  }
  return {};
}

}  // namespace bantam::grammar
