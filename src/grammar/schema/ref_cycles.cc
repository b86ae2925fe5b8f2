// A depth-first search along the edges that stay at the same value.
#include "grammar/schema/ref_cycles.h"

#include <map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "grammar/schema/value_languages.h"

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

std::vector<SchemaId> Inside(const SchemaNode& node) {
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

constexpr size_t kMostMet = 200'000;  // schemas in scopes

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

namespace {

using Met = std::pair<SchemaId, ScopeId>;  // a schema in the scope inside it

class DynamicSearch {
 public:
  explicit DynamicSearch(const std::shared_ptr<const Schema>& schema)
      : schema_(*schema), languages_(schema) {}

  Result<void> Run() {
    Reach(schema_.root, 0);
    while (!starts_.empty()) {
      const Met start = starts_.back();
      starts_.pop_back();
      TRY(From(start));
    }
    return {};
  }

 private:
  struct Step {
    Met met;
    std::vector<SchemaId> edges;  // still to follow
  };

  Met Entered(SchemaId id, ScopeId scope) { return {id, languages_.Enter(id, scope)}; }
  void Reach(SchemaId id, ScopeId scope) {
    const Met met = Entered(id, scope);
    if (!marks_.contains(met)) starts_.push_back(met);
  }

  Result<void> From(Met start) {
    if (!Open(start)) return {};
    while (!steps_.empty()) {
      Step& step = steps_.back();
      if (step.edges.empty()) {
        marks_[step.met] = Mark::kDone;
        steps_.pop_back();
        continue;
      }
      const SchemaId id = step.edges.back();
      step.edges.pop_back();
      const Met next = Entered(id, step.met.second);
      const auto known = marks_.find(next);
      if (known != marks_.end() && known->second == Mark::kOpen) {
        return Fail(ErrorCode::kInvalidArgument,
                    schema_.nodes[step.met.first].path + ": leads back to " +
                        schema_.nodes[id].path +
                        " by $dynamicRef without going into a property "
                        "or an item: nothing could decide it");
      }
      if (known == marks_.end()) Open(next);
      if (marks_.size() > kMostMet) {
        return Fail(ErrorCode::kResourceExhausted,
                    schema_.nodes[schema_.root].path + ": $dynamicRef is met in too many scopes");
      }
    }
    return {};
  }

  bool Open(const Met& met) {
    if (!marks_.emplace(met, Mark::kOpen).second) return false;
    const SchemaNode& node = schema_.nodes[met.first];
    std::vector<SchemaId> edges = InPlace(node);
    if (!node.dynamic_anchor.empty()) {
      edges.push_back(languages_.DynamicTarget(node, met.second));
    }
    steps_.push_back({met, std::move(edges)});
    for (const SchemaId id : Inside(node)) Reach(id, met.second);
    return true;
  }

  const Schema& schema_;
  ValueLanguages languages_;
  std::map<Met, Mark> marks_;
  std::vector<Met> starts_;
  std::vector<Step> steps_;
};

}  // namespace

Result<void> CheckDynamicRefCycles(const std::shared_ptr<const Schema>& schema) {
  if (!schema->has_dynamic_refs) return {};
  return DynamicSearch(schema).Run();
}

}  // namespace bantam::grammar
