// DocumentIndex: where the schemas of all loaded documents are, and what URIs and anchors name
// them.
//
// JSON Schema 2020-12 core, sections 8.2 and 9, and the rules of the older drafts.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"
#include "grammar/schema/dialect.h"
#include "grammar/schema/json_lookup.h"
#include "grammar/schema/schema.h"

namespace bantam::grammar {

using PlaceId = uint32_t;
inline constexpr PlaceId kNoPlace = ~PlaceId{0};

// A schema where it stands in its document.
struct Place {
  const Json* value = nullptr;
  PlaceId parent = kNoPlace;  // the schema around it
  uint32_t resource = 0;      // whose URI is its base
  std::string step;           // from the parent: "/properties/a", shortened if long
};

struct Resource {
  std::string uri;  // without a fragment; empty: the main document, which has no $id
  PlaceId root = kNoPlace;
  Dialect dialect;
  std::optional<Error> error;  // with its path: no schema of the resource can be used
  // kNoPlace: more than one place has the name
  std::map<std::string, PlaceId, std::less<>> anchors;  // the dynamic ones are among them
  std::map<std::string, PlaceId, std::less<>> dynamic_anchors;
};

// The name that $recursiveAnchor has among the dynamic anchors; no $anchor can be called that.
inline constexpr std::string_view kRecursiveAnchor = "$recursiveAnchor";

// Documents must stay where they are while this is used. No recursion; time and memory are linear
// in the documents but for sorting. Not thread-safe.
class DocumentIndex {
 public:
  // `options` must outlive this.
  explicit DocumentIndex(const SchemaOptions& options) : options_(options) {}

  // Reads the main document; first of all calls.
  PlaceId AddMain(const Json& document);

  const Place& place(PlaceId id) const { return places_[id]; }
  const Resource& resource(uint32_t id) const { return resources_[id]; }
  const Resource& resource_of(PlaceId id) const { return resources_[places_[id].resource]; }
  size_t resource_count() const { return resources_.size(); }
  // The schema that `value`, part of a loaded document, is; kNoPlace: not (yet) known to be one.
  PlaceId PlaceOf(const Json* value) const;
  // "#/properties/a", or "uri#/…" in other documents; the middle of a long one is left out.
  std::string PathOf(PlaceId id) const;

  struct Target {
    PlaceId place = kNoPlace;
    std::string anchor;  // the plain name that it was found by
  };
  // What `reference`, a URI reference in the schema `from`, leads to. Loads documents from the
  // registry as needed. Fails with kInvalidArgument if it leads to nothing or to no schema.
  Result<Target> Resolve(PlaceId from, std::string_view reference);

 private:
  struct Pending;

  PlaceId AddDocument(const Json& document, std::string uri, const Dialect& dialect);
  PlaceId AddPlace(const Json& value, PlaceId parent, uint32_t resource, std::string step);
  void Walk(PlaceId top);
  void EnterResource(PlaceId id);
  void ReadAnchors(PlaceId id);
  void AddChildren(PlaceId id, std::vector<PlaceId>* todo);
  uint32_t AddResource(PlaceId root, std::string uri, const Dialect& dialect);
  void ReadDialect(const Json& schema, const std::string& path, Resource* resource);

  Result<uint32_t> FindResource(std::string_view uri);
  std::optional<uint32_t> FindNamed(std::string_view uri) const;
  bool LoadFromRegistry(std::string_view uri);
  Result<PlaceId> FollowPointer(PlaceId root, std::string_view pointer);

  const SchemaOptions& options_;
  Dialect main_dialect_;  // of the documents that name none
  std::vector<Place> places_;
  std::deque<Resource> resources_;
  std::unordered_map<const Json*, PlaceId> by_value_;
  // URI → resource; kNoResource: more than one has it
  std::map<std::string, uint32_t, std::less<>> by_uri_;
  std::map<std::string, Json, std::less<>> metaschemas_;          // those in use
  std::map<std::string, Result<Dialect>, std::less<>> dialects_;  // by $schema
  MemberIndex members_;
  bool all_loaded_ = false;
};

}  // namespace bantam::grammar
