// A depth-first search along the edges that stay at the same value.
#include "grammar/schema/ref_cycles.h"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "grammar/schema/schema_edges.h"
#include "grammar/schema/value_languages.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostMet = 200'000;  // schemas in scopes other than the first

class CycleSearch {
 public:
  // `schema` must outlive this.
  explicit CycleSearch(const Schema& schema)
      : schema_(schema),
        languages_(std::shared_ptr<const Schema>(std::shared_ptr<void>(), &schema)) {}

  Result<void> Run() {
    starts_.push_back({schema_.root, languages_.Enter(schema_.root, 0)});
    while (!starts_.empty()) {
      const Met start = starts_.back();
      starts_.pop_back();
      if (marks_.contains(Key(start))) continue;
      TRY(From(start));
    }
    return {};
  }

 private:
  struct Met {
    SchemaId id;
    ScopeId scope;  // inside it
  };
  enum class Mark : uint8_t { kOpen, kDone };
  struct Step {
    Met met;
    std::vector<SchemaId> edges;  // still to follow
  };

  static uint64_t Key(const Met& met) { return uint64_t{met.scope} << 32 | met.id; }

  Result<void> From(const Met& start) {
    Open(start);
    while (!steps_.empty()) {
      Step& step = steps_.back();
      if (step.edges.empty()) {
        marks_[Key(step.met)] = Mark::kDone;
        steps_.pop_back();
        continue;
      }
      const SchemaId id = step.edges.back();
      step.edges.pop_back();
      const Met next{id, languages_.Enter(id, step.met.scope)};
      const auto known = marks_.find(Key(next));
      if (known == marks_.end()) {
        Open(next);
      } else if (known->second == Mark::kOpen) {
        return LeadsBack(step.met, id);
      }
      if (marks_.size() > schema_.nodes.size() + kMostMet) {
        return Fail(ErrorCode::kResourceExhausted,
                    schema_.nodes[schema_.root].path + ": $dynamicRef is met in too many scopes");
      }
    }
    return {};
  }

  void Open(const Met& met) {
    marks_.emplace(Key(met), Mark::kOpen);
    const SchemaNode& node = schema_.nodes[met.id];
    std::vector<SchemaId> edges = EdgesInPlace(node);
    if (node.dynamic_ref != kNoSchema) edges.push_back(languages_.DynamicTarget(node, met.scope));
    steps_.push_back({met, std::move(edges)});
    for (const SchemaId id : EdgesInside(node)) {
      const Met start{id, languages_.Enter(id, met.scope)};
      if (!marks_.contains(Key(start))) starts_.push_back(start);
    }
  }

  std::unexpected<Error> LeadsBack(const Met& from, SchemaId to) const {
    const SchemaNode& node = schema_.nodes[from.id];
    std::string keyword;
    if (node.ref == to) {
      keyword = "/$ref";
    } else if (node.dynamic_ref != kNoSchema && languages_.DynamicTarget(node, from.scope) == to) {
      keyword = "/$dynamicRef";
    }
    return Fail(ErrorCode::kInvalidArgument,
                node.path + keyword + ": leads back to " + schema_.nodes[to].path +
                    " without going into a property or an item: nothing could decide it");
  }

  const Schema& schema_;
  ValueLanguages languages_;
  std::unordered_map<uint64_t, Mark> marks_;
  std::vector<Met> starts_;
  std::vector<Step> steps_;
};

}  // namespace

Result<void> CheckRefCycles(const Schema& schema) {
  return CycleSearch(schema).Run();
}

}  // namespace bantam::grammar
