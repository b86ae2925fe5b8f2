// Walks documents from schema to schema along the keywords that hold schemas.
#include "grammar/schema/document_index.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/quote.h"
#include "grammar/schema/uri.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMaxPath = 300;  // bytes of a whole path
constexpr size_t kMaxUri = 4096;  // bytes; every reference is joined to its base

enum class Holds : uint8_t { kSchema, kSchemas, kNamedSchemas };

struct HoldingKeyword {
  std::string_view name;
  Holds holds;
};
// Of all drafts together, sorted: a keyword that its draft does not know may still hold schemas
// that references lead to.
constexpr std::array<HoldingKeyword, 22> kHoldingKeywords = {{
    {"$defs", Holds::kNamedSchemas},
    {"additionalItems", Holds::kSchema},
    {"additionalProperties", Holds::kSchema},
    {"allOf", Holds::kSchemas},
    {"anyOf", Holds::kSchemas},
    {"contains", Holds::kSchema},
    {"contentSchema", Holds::kSchema},
    {"definitions", Holds::kNamedSchemas},
    {"dependencies", Holds::kNamedSchemas},
    {"dependentSchemas", Holds::kNamedSchemas},
    {"else", Holds::kSchema},
    {"if", Holds::kSchema},
    {"items", Holds::kSchema},  // or kSchemas
    {"not", Holds::kSchema},
    {"oneOf", Holds::kSchemas},
    {"patternProperties", Holds::kNamedSchemas},
    {"prefixItems", Holds::kSchemas},
    {"properties", Holds::kNamedSchemas},
    {"propertyNames", Holds::kSchema},
    {"then", Holds::kSchema},
    {"unevaluatedItems", Holds::kSchema},
    {"unevaluatedProperties", Holds::kSchema},
}};

const HoldingKeyword* FindHolding(std::string_view name) {
  for (const HoldingKeyword& keyword : kHoldingKeywords) {
    if (keyword.name == name) return &keyword;
  }
  return nullptr;
}

bool IsSchema(const Json& value) {
  return value.is_object() || value.is_bool();
}

std::string Step(std::string_view keyword) {
  std::string step;
  AppendPointerStep(keyword, &step);
  return step;
}

std::string Step(std::string_view keyword, std::string_view key) {
  std::string step = Step(keyword);
  AppendPointerStep(key, &step);
  return step;
}

// A name in a map that remembers only names that are given once.
void AddName(std::map<std::string, PlaceId, std::less<>>* names, std::string_view name,
             PlaceId place) {
  const auto [entry, fresh] = names->try_emplace(std::string(name), place);
  if (!fresh && entry->second != place) entry->second = kNoPlace;
}

const std::string* StringMember(const Json& object, std::string_view name) {
  const Json* value = object.Find(name);
  return value != nullptr && value->is_string() ? &value->AsString() : nullptr;
}

}  // namespace

PlaceId DocumentIndex::PlaceOf(const Json* value) const {
  const auto found = by_value_.find(value);
  return found == by_value_.end() ? kNoPlace : found->second;
}

std::string DocumentIndex::PathOf(PlaceId id) const {
  std::vector<const std::string*> steps;
  size_t length = 0;
  while (places_[id].parent != kNoPlace && length < kMaxPath) {
    steps.push_back(&places_[id].step);
    length += steps.back()->size();
    id = places_[id].parent;
  }
  std::string path = length < kMaxPath ? resources_[places_[id].resource].uri : "…";
  if (length < kMaxPath && id == 0) path.clear();  // the main document
  if (path.size() > kMaxPath) path = path.substr(0, kMaxPath) + "…";
  path += '#';
  std::reverse(steps.begin(), steps.end());
  for (const std::string* step : steps) path += *step;
  return path;
}

PlaceId DocumentIndex::AddMain(const Json& document) {
  CHECK(places_.empty());
  const PlaceId root = AddDocument(document, "", Dialect{.draft = options_.draft});
  main_dialect_.draft = resource_of(root).dialect.draft;
  return root;
}

PlaceId DocumentIndex::AddDocument(const Json& document, std::string uri, const Dialect& dialect) {
  const PlaceId root = AddPlace(document, kNoPlace, 0, "");
  const uint32_t resource = AddResource(root, std::move(uri), dialect);
  places_[root].resource = resource;
  Walk(root);
  return root;
}

PlaceId DocumentIndex::AddPlace(const Json& value, PlaceId parent, uint32_t resource,
                                std::string step) {
  const auto id = static_cast<PlaceId>(places_.size());
  if (!by_value_.try_emplace(&value, id).second) return kNoPlace;  // seen before
  places_.push_back({&value, parent, resource, std::move(step)});
  return id;
}

uint32_t DocumentIndex::AddResource(PlaceId root, std::string uri, const Dialect& dialect) {
  const auto id = static_cast<uint32_t>(resources_.size());
  AddName(&by_uri_, uri, id);
  resources_.emplace_back();
  resources_.back().uri = std::move(uri);
  resources_.back().root = root;
  resources_.back().dialect = dialect;
  return id;
}

void DocumentIndex::Walk(PlaceId top) {
  std::vector<PlaceId> todo = {top};
  while (!todo.empty()) {
    const PlaceId id = todo.back();
    todo.pop_back();
    if (!places_[id].value->is_object()) continue;
    EnterResource(id);
    ReadAnchors(id);
    AddChildren(id, &todo);
  }
}

void DocumentIndex::ReadDialect(const Json& schema, const std::string& path, Resource* resource) {
  const std::string* name = StringMember(schema, "$schema");
  // "http://json-schema.org/schema" has always meant the newest draft: as if nothing was said.
  if (name == nullptr || *name == "http://json-schema.org/schema#" ||
      *name == "http://json-schema.org/schema") {
    return;
  }
  const auto [known, fresh] = dialects_.try_emplace(*name, Dialect{});
  if (fresh) known->second = DialectOfUri(*name, options_.registry);
  if (known->second) {
    resource->dialect = *known->second;
  } else {
    resource->error = known->second.error();
    resource->error->message = path + "/$schema: " + resource->error->message;
  }
}

// $id (id in draft 4) makes a schema the root of a resource; in the older drafts $ref hides it.
void DocumentIndex::EnterResource(PlaceId id) {
  const Json& schema = *places_[id].value;
  Resource found;
  found.dialect = resource_of(id).dialect;
  if (schema.Find("$schema") != nullptr) ReadDialect(schema, PathOf(id), &found);
  const bool is_document = places_[id].parent == kNoPlace;
  if (is_document) {
    Resource& resource = resources_[places_[id].resource];
    resource.dialect = found.dialect;
    resource.error = found.error;
  }
  const Draft draft = found.dialect.draft;
  if (draft <= Draft::k7 && schema.Find("$ref") != nullptr) return;
  const std::string* name = StringMember(schema, draft == Draft::k4 ? "id" : "$id");
  if (name == nullptr || name->starts_with('#')) return;
  const std::string& base = resource_of(id).uri;
  std::string uri = base;
  if (name->size() <= kMaxUri) uri = ResolveUri(base, *name);
  if (name->size() > kMaxUri || uri.size() > kMaxUri) {
    resources_[places_[id].resource].error =
        Error{ErrorCode::kInvalidArgument,
              PathOf(id) + "/$id: expected a URI of at most " + std::to_string(kMaxUri) + " bytes"};
    return;
  }
  if (uri == base) return;
  if (is_document) {  // known by both names: where it was found and what it calls itself
    AddName(&by_uri_, uri, places_[id].resource);
    resources_[places_[id].resource].uri = std::move(uri);
    return;
  }
  if (!found.error) found.error = resource_of(id).error;
  const uint32_t resource = AddResource(id, std::move(uri), found.dialect);
  resources_[resource].error = std::move(found.error);
  places_[id].resource = resource;
}

void DocumentIndex::ReadAnchors(PlaceId id) {
  const Json& schema = *places_[id].value;
  Resource& resource = resources_[places_[id].resource];
  const Draft draft = resource.dialect.draft;
  if (draft <= Draft::k7 && schema.Find("$ref") != nullptr) return;
  if (const std::string* name = StringMember(schema, draft == Draft::k4 ? "id" : "$id")) {
    // "#name" is the older drafts' $anchor; "#/definitions/a" is what a generator writes
    // everywhere.
    const std::optional<std::string_view> fragment = SplitUri(*name).fragment;
    if (fragment && !fragment->empty() && !fragment->starts_with('/')) {
      AddName(&resource.anchors, *fragment, id);
    }
  }
  if (draft >= Draft::k2019) {
    if (const std::string* name = StringMember(schema, "$anchor")) {
      AddName(&resource.anchors, *name, id);
    }
  }
  if (draft == Draft::k2020) {
    if (const std::string* name = StringMember(schema, "$dynamicAnchor")) {
      AddName(&resource.anchors, *name, id);
      AddName(&resource.dynamic_anchors, *name, id);
    }
  }
  const Json* recursive = schema.Find("$recursiveAnchor");
  if (draft == Draft::k2019 && id == resource.root && recursive != nullptr &&
      recursive->is_bool() && recursive->AsBool()) {
    AddName(&resource.dynamic_anchors, kRecursiveAnchor, id);
  }
}

void DocumentIndex::AddChildren(PlaceId id, std::vector<PlaceId>* todo) {
  const uint32_t resource = places_[id].resource;
  const auto add = [&](const Json& value, std::string step) {
    if (!IsSchema(value)) return;  // told when it is used
    const PlaceId child = AddPlace(value, id, resource, std::move(step));
    if (child != kNoPlace) todo->push_back(child);
  };
  for (const auto& [name, value] : places_[id].value->members()) {
    const HoldingKeyword* keyword = FindHolding(name);
    if (keyword == nullptr) continue;
    if (keyword->holds == Holds::kNamedSchemas) {
      if (!value.is_object()) continue;
      for (const auto& [key, schema] : value.members()) add(schema, Step(name, key));
    } else if (value.is_array()) {
      for (size_t i = 0; i < value.items().size(); ++i) {
        add(value.items()[i], Step(name, std::to_string(i)));
      }
    } else if (keyword->holds == Holds::kSchema) {
      add(value, Step(name));
    }
  }
}

}  // namespace bantam::grammar
