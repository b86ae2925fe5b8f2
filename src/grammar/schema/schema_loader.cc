// LoadSchema: from the root along keywords and references, one schema at a time.
#include <map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "grammar/schema/document_index.h"
#include "grammar/schema/node_builder.h"
#include "grammar/schema/ref_cycles.h"
#include "grammar/schema/schema.h"

namespace bantam::grammar {
namespace {

class Loader : public SchemaNodes {
 public:
  explicit Loader(const SchemaOptions& options) : options_(options), index_(options) {}

  Result<Schema> Load(const Json& document) {
    if (!document.is_object() && !document.is_bool()) {
      return Fail(
          ErrorCode::kInvalidArgument,
          "#: expected a schema (an object or a boolean), got " + std::string(KindName(document)));
    }
    schema_.search_work = options_.search_work;
    schema_.plain_numbers = options_.plain_numbers;
    schema_.root = TRY(Intern(index_.AddMain(document)));
    for (size_t next = 0; next < places_.size(); ++next) {  // Intern adds to places_
      NodeBuilder builder(index_, *this, options_, places_[next]);
      SchemaNode node = TRY(builder.Build());
      node.resource = TRY(EnterResource(index_.place(places_[next]).resource));
      schema_.nodes.push_back(std::move(node));
    }
    CHECK(schema_.nodes.size() == places_.size());
    TRY(CheckRefCycles(schema_));
    return std::move(schema_);
  }

  Result<SchemaId> Intern(PlaceId place) override {
    const auto next = static_cast<SchemaId>(places_.size());
    const auto [entry, fresh] = ids_.try_emplace(place, next);
    if (!fresh) return entry->second;
    if (next >= options_.max_nodes) {
      return Fail(ErrorCode::kResourceExhausted,
                  "the schema has more than " + std::to_string(options_.max_nodes) + " parts");
    }
    places_.push_back(place);
    return next;
  }

  Result<void> WantDynamicAnchor(std::string_view name) override {
    schema_.has_dynamic_refs = true;
    Anchors& anchors = dynamic_anchors_[std::string(name)];
    if (std::exchange(anchors.wanted, true)) return {};
    for (const uint32_t resource : std::exchange(anchors.waiting, {})) {
      TRY(AddDynamicAnchor(name, resource));
    }
    return {};
  }

 private:
  // Resources reached so far that have a dynamic anchor of some name nobody has asked for.
  struct Anchors {
    bool wanted = false;
    std::vector<uint32_t> waiting;  // of the index
  };

  // Where dynamic scope may go, so may its dynamic anchors. Gives the number among the schema's.
  Result<uint32_t> EnterResource(uint32_t resource) {
    const auto next = static_cast<uint32_t>(schema_.resources.size());
    const auto [entry, fresh] = resources_.try_emplace(resource, next);
    if (!fresh) return entry->second;
    schema_.resources.push_back({index_.resource(resource).uri, {}});
    for (const auto& [name, place] : index_.resource(resource).dynamic_anchors) {
      Anchors& anchors = dynamic_anchors_[name];
      if (anchors.wanted) {
        TRY(AddDynamicAnchor(name, resource));
      } else {
        anchors.waiting.push_back(resource);
      }
    }
    return next;
  }

  Result<void> AddDynamicAnchor(std::string_view name, uint32_t resource) {
    const Resource& where = index_.resource(resource);
    const auto found = where.dynamic_anchors.find(name);
    CHECK(found != where.dynamic_anchors.end());
    if (found->second == kNoPlace) {
      return Fail(ErrorCode::kInvalidArgument,
                  index_.PathOf(where.root) + ": more than one schema has the $dynamicAnchor \"" +
                      std::string(name) + "\"");
    }
    const Result<SchemaId> id = Intern(found->second);
    if (!id) return Fail(id.error().code, index_.PathOf(found->second) + ": " + id.error().message);
    schema_.resources[resources_.at(resource)].dynamic_anchors.emplace(name, *id);
    return {};
  }

  const SchemaOptions& options_;
  DocumentIndex index_;
  Schema schema_;
  std::vector<PlaceId> places_;  // of the nodes
  std::unordered_map<PlaceId, SchemaId> ids_;
  std::unordered_map<uint32_t, uint32_t> resources_;  // of the index → of the schema
  std::map<std::string, Anchors, std::less<>> dynamic_anchors_;
};

}  // namespace

Result<Schema> LoadSchema(const Json& document, const SchemaOptions& options) {
  return Loader(options).Load(document);
}

}  // namespace bantam::grammar
