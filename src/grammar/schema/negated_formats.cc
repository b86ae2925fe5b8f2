// A walk through the schema, which remembers whether a negation lies behind it.
#include "grammar/schema/negated_formats.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "grammar/regex/formats.h"

namespace bantam::grammar {
namespace {

class Walk {
 public:
  explicit Walk(Schema& schema) : schema_(schema), met_(schema.nodes.size()) {}

  Result<void> Run() {
    Meet(schema_.root, {});
    while (!open_.empty()) {
      const auto [id, at] = open_.back();
      open_.pop_back();
      const SchemaNode& node = schema_.nodes[id];
      if (at.negated && node.format) TRY(Add(node, at.name));
      From(node, at);
    }
    return {};
  }

 private:
  struct Place {
    bool negated = false;  // behind a negation
    bool name = false;     // of names of members, which are all legal until they are judged
  };

  // With a negation behind it a schema is met once more; all ways lead on.
  void Meet(SchemaId id, Place at) {
    const size_t way = (at.negated ? 1U : 0U) + (at.name ? 2U : 0U);
    if (id == kNoSchema || std::exchange(met_[id][way], true)) return;
    open_.emplace_back(id, at);
  }

  Result<void> Add(const SchemaNode& node, bool name) {
    const std::string& format = *node.format;
    if (!IsPartFormat(format)) return {};
    if (name || format.starts_with("idn-")) {
      return Fail(ErrorCode::kUnsupported,
                  node.path + "/format: which texts are not \"" + format +
                      "\", as not, if, oneOf or maxContains around it ask, is not decided");
    }
    auto& formats = schema_.negated_formats;
    if (std::ranges::find(formats, format) == formats.end()) formats.push_back(format);
    return {};
  }

  void From(const SchemaNode& node, Place at) {
    const Place below = {true, at.name};
    Meet(node.negated, below);
    Meet(node.if_schema, below);
    for (SchemaId id : node.one_of) Meet(id, node.one_of.size() > 1 ? below : at);
    Meet(node.contains, node.max_contains ? below : at);
    Meet(node.property_names, {at.negated, true});
    for (const SchemaId id :
         {node.ref, node.then_schema, node.else_schema, node.items, node.unevaluated_items,
          node.additional_properties, node.unevaluated_properties}) {
      Meet(id, at);
    }
    for (const auto* list : {&node.all_of, &node.any_of, &node.prefix_items}) {
      for (SchemaId id : *list) Meet(id, at);
    }
    for (const auto* members :
         {&node.properties, &node.pattern_properties, &node.dependent_schemas}) {
      for (const auto& [name, id] : *members) Meet(id, at);
    }
    if (node.dynamic_ref == kNoSchema) return;
    Meet(node.dynamic_ref, at);  // and wherever else it may lead
    for (const SchemaResource& resource : schema_.resources) {
      const auto it = resource.dynamic_anchors.find(node.dynamic_anchor);
      if (it != resource.dynamic_anchors.end()) Meet(it->second, at);
    }
  }

  Schema& schema_;
  std::vector<std::array<bool, 4>> met_;
  std::vector<std::pair<SchemaId, Place>> open_;
};

}  // namespace

Result<void> FindNegatedFormats(Schema& schema) {
  return Walk(schema).Run();
}

}  // namespace bantam::grammar
