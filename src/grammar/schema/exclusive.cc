// Each two alternatives are looked at as one formula.
#include "grammar/schema/exclusive.h"

#include <memory>
#include <utility>
#include <vector>

#include "grammar/schema/contradictions.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostPairs = 20'000;  // looked at in one schema document

class Alternatives {
 public:
  explicit Alternatives(const Schema& schema)
      : languages_(std::make_shared<const Schema>(schema)),
        steps_(languages_),
        contradictions_(steps_) {}

  // No value satisfies two of them.
  bool Exclude(const std::vector<SchemaId>& options) {
    for (size_t i = 0; i < options.size(); ++i) {
      for (size_t j = i + 1; j < options.size(); ++j) {
        if (++pairs_ > kMostPairs) return false;
        const FormulaId both = languages_.formulas().And(
            {languages_.Valid(options[i], 0), languages_.Valid(options[j], 0)});
        if (!contradictions_.Impossible(both)) return false;
      }
    }
    return !languages_.failure() && !languages_.regexes().exhausted() &&
           !languages_.formulas().full();
  }

 private:
  ValueLanguages languages_;
  ContainerSteps steps_;
  Contradictions contradictions_;
  size_t pairs_ = 0;
};

}  // namespace

void FindExclusive(Schema& schema) {
  std::vector<SchemaId> exclusive;
  if (schema.has_dynamic_refs) return;  // what a reference means depends on where it is met
  {
    std::vector<SchemaId> candidates;
    for (SchemaId id = 0; id < schema.nodes.size(); ++id) {
      if (schema.nodes[id].one_of.size() > 1) candidates.push_back(id);
    }
    if (candidates.empty()) return;
    Alternatives alternatives(schema);
    for (SchemaId id : candidates) {
      if (alternatives.Exclude(schema.nodes[id].one_of)) exclusive.push_back(id);
    }
  }
  for (SchemaId id : exclusive) {
    SchemaNode any;
    any.path = schema.nodes[id].path;
    any.resource = schema.nodes[id].resource;
    any.any_of = std::exchange(schema.nodes[id].one_of, {});
    const auto added = static_cast<SchemaId>(schema.nodes.size());
    schema.nodes[id].all_of.push_back(added);
    schema.nodes.push_back(std::move(any));
  }
}

}  // namespace bantam::grammar
