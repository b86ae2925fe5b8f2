// References: URI → resource → fragment → schema.
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "grammar/schema/document_index.h"
#include "grammar/schema/metaschemas.h"
#include "grammar/schema/registry.h"
#include "grammar/schema/uri.h"

namespace bantam::grammar {
namespace {

bool IsSchema(const Json& value) {
  return value.is_object() || value.is_bool();
}

}  // namespace

std::optional<uint32_t> DocumentIndex::FindNamed(std::string_view uri) const {
  const auto found = by_uri_.find(uri);
  if (found == by_uri_.end()) return std::nullopt;
  return found->second;
}

// True if a document of that name has been loaded now.
bool DocumentIndex::LoadFromRegistry(std::string_view uri) {
  const Json* document = FindInRegistry(options_.registry, uri);
  if (document == nullptr) {
    std::optional<Json> metaschema = Metaschema(uri);
    if (!metaschema) return false;
    document = &metaschemas_.try_emplace(std::string(uri), *std::move(metaschema)).first->second;
  }
  if (PlaceOf(document) != kNoPlace) return false;
  AddDocument(*document, std::string(uri), main_dialect_);
  return true;
}

Result<uint32_t> DocumentIndex::FindResource(std::string_view uri) {
  std::optional<uint32_t> found = FindNamed(uri);
  if (!found && LoadFromRegistry(uri)) found = FindNamed(uri);
  if (!found && !all_loaded_) {
    // A document may call itself, or a part of itself, what nothing in the registry is called.
    all_loaded_ = true;
    for (const auto& [name, document] : options_.registry) {
      std::string_view plain = name;
      if (plain.ends_with('#')) plain.remove_suffix(1);
      if (!FindNamed(plain)) LoadFromRegistry(plain);
    }
    found = FindNamed(uri);
  }
  if (!found) {
    return Fail(ErrorCode::kInvalidArgument,
                "no schema is called " + Quote(uri) + " in the document or the registry");
  }
  if (*found == kNoPlace) {
    return Fail(ErrorCode::kInvalidArgument, "more than one schema is called " + Quote(uri));
  }
  return *found;
}

Result<PlaceId> DocumentIndex::FollowPointer(PlaceId root, std::string_view pointer) {
  const Json* value = places_[root].value;
  PlaceId around = root;
  size_t around_end = 0;
  for (size_t at = 0; at < pointer.size();) {
    const size_t slash = pointer.find('/', at + 1);
    const size_t end = slash == std::string_view::npos ? pointer.size() : slash;
    const std::string token = DecodePointerToken(pointer.substr(at + 1, end - at - 1));
    const Json* next = nullptr;
    if (value->is_object()) {
      next = members_.Find(*value, token);
    } else if (value->is_array()) {
      const size_t index = ArrayIndex(token, value->items().size());
      if (index < value->items().size()) next = &value->items()[index];
    }
    if (next == nullptr) {
      return Fail(ErrorCode::kInvalidArgument,
                  "there is no " + Quote(pointer.substr(0, end)) + " in the schema");
    }
    value = next;
    at = end;
    if (const PlaceId place = PlaceOf(value); place != kNoPlace) {
      around = place;
      around_end = end;
    }
  }
  if (PlaceOf(value) == around) return around;
  if (!IsSchema(*value)) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected a schema (an object or a boolean), got " + std::string(KindName(*value)));
  }
  // A schema in a place that no keyword makes one: it counts as one from now on.
  const PlaceId id = AddPlace(*value, around, places_[around].resource,
                              std::string(pointer.substr(around_end, 200)));
  Walk(id);
  return id;
}

Result<DocumentIndex::Target> DocumentIndex::Resolve(PlaceId from, std::string_view reference) {
  uint32_t resource = places_[from].resource;
  if (!reference.starts_with('#')) {
    resource = TRY(FindResource(ResolveUri(resources_[resource].uri, reference)));
  }
  const std::string_view escaped = SplitUri(reference).fragment.value_or("");
  const std::optional<std::string> fragment = PercentDecode(escaped);
  if (!fragment) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected two hexadecimal digits after each '%' of " + Quote(reference));
  }
  const PlaceId root = resources_[resource].root;
  if (fragment->empty()) return Target{root, ""};
  if (fragment->starts_with('/')) return Target{TRY(FollowPointer(root, *fragment)), ""};
  const Resource& where = resources_[resource];
  const auto found = where.anchors.find(*fragment);
  if (found == where.anchors.end()) {
    return Fail(ErrorCode::kInvalidArgument,
                "no schema of the resource has the anchor " + Quote(*fragment));
  }
  if (found->second == kNoPlace) {
    return Fail(ErrorCode::kInvalidArgument,
                "more than one schema of the resource has the anchor " + Quote(*fragment));
  }
  return Target{found->second, *fragment};
}

}  // namespace bantam::grammar
