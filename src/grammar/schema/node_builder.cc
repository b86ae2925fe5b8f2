// The table of keywords, by draft and vocabulary, and those that apply in place.
#include "grammar/schema/node_builder.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/quote.h"
#include "grammar/repair/spellings.h"
#include "grammar/schema/json_lookup.h"
#include "grammar/schema/value_limits.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostNotes = 20;  // of a schema
constexpr int kMostTypingErrors = 2;
constexpr size_t kShortWord = 5;         // one error at most
constexpr size_t kShortestMisspelt = 4;  // shorter ones come close to too many words

// Words that the drafts, OpenAPI and others have and that decide nothing here.
constexpr std::array<std::string_view, 28> kAnnotations = {"$comment",
                                                           "$defs",
                                                           "$recursiveAnchor",
                                                           "$schema",
                                                           "$vocabulary",
                                                           "base",
                                                           "collectionFormat",
                                                           "contentEncoding",
                                                           "contentMediaType",
                                                           "contentSchema",
                                                           "default",
                                                           "definitions",
                                                           "deprecated",
                                                           "description",
                                                           "discriminator",
                                                           "example",
                                                           "examples",
                                                           "externalDocs",
                                                           "id",
                                                           "links",
                                                           "name",
                                                           "nullable",
                                                           "options",
                                                           "readOnly",
                                                           "title",
                                                           "version",
                                                           "writeOnly",
                                                           "xml"};

// Which switch of the dialect turns a keyword off.
enum class Part : uint8_t { kCore, kApplicator, kUnevaluated, kValidation };

bool Has(const Dialect& dialect, Part part) {
  switch (part) {
    case Part::kCore: return true;
    case Part::kApplicator: return dialect.applicator;
    case Part::kUnevaluated: return dialect.unevaluated;
    case Part::kValidation: return dialect.validation;
  }
  return true;
}

}  // namespace

struct KeywordTable {
  struct Row {
    std::string_view name;
    Part part;
    Draft first;
    Draft last;
    Result<void> (NodeBuilder::*read)(const KeywordReader&);
  };
  static std::span<const Row> Rows();
  static const Row* Find(std::string_view name, Draft draft);
  static std::string Advice(std::string_view name, Draft draft);
};

// `dependencies`, and `items` and `additionalItems` in their older forms, are taken in every draft:
// where they are no longer defined, what they mean is not in doubt.
std::span<const KeywordTable::Row> KeywordTable::Rows() {
  using enum Draft;
  using enum Part;
  using B = NodeBuilder;
  static constexpr std::array<Row, 48> kRows = {{
      {"$anchor", kCore, k2019, k2020, &B::Name},
      {"$dynamicAnchor", kCore, k2020, k2020, &B::Name},
      {"$dynamicRef", kCore, k2020, k2020, &B::DynamicRef},
      {"$id", kCore, k6, k2020, &B::Name},
      {"$recursiveRef", kCore, k2019, k2019, &B::RecursiveRef},
      {"$ref", kCore, k4, k2020, &B::Ref},
      {"additionalItems", kApplicator, k4, k2020, &B::AdditionalItems},
      {"additionalProperties", kApplicator, k4, k2020, &B::AdditionalProperties},
      {"allOf", kApplicator, k4, k2020, &B::AllOf},
      {"anyOf", kApplicator, k4, k2020, &B::AnyOf},
      {"const", kValidation, k6, k2020, &B::Const},
      {"contains", kApplicator, k6, k2020, &B::Contains},
      {"dependencies", kApplicator, k4, k2020, &B::Dependencies},
      {"dependentRequired", kValidation, k2019, k2020, &B::DependentRequired},
      {"dependentSchemas", kApplicator, k2019, k2020, &B::DependentSchemas},
      {"else", kApplicator, k7, k2020, &B::Else},
      {"enum", kValidation, k4, k2020, &B::Enum},
      {"exclusiveMaximum", kValidation, k4, k2020, &B::ExclusiveMaximum},
      {"exclusiveMinimum", kValidation, k4, k2020, &B::ExclusiveMinimum},
      {"format", kCore, k4, k2020, &B::Format},
      {"id", kCore, k4, k4, &B::Name},
      {"if", kApplicator, k7, k2020, &B::If},
      {"items", kApplicator, k4, k2020, &B::Items},
      {"maxContains", kValidation, k2019, k2020, &B::MaxContains},
      {"maxItems", kValidation, k4, k2020, &B::MaxItems},
      {"maxLength", kValidation, k4, k2020, &B::MaxLength},
      {"maxProperties", kValidation, k4, k2020, &B::MaxProperties},
      {"maximum", kValidation, k4, k2020, &B::Maximum},
      {"minContains", kValidation, k2019, k2020, &B::MinContains},
      {"minItems", kValidation, k4, k2020, &B::MinItems},
      {"minLength", kValidation, k4, k2020, &B::MinLength},
      {"minProperties", kValidation, k4, k2020, &B::MinProperties},
      {"minimum", kValidation, k4, k2020, &B::Minimum},
      {"multipleOf", kValidation, k4, k2020, &B::MultipleOf},
      {"not", kApplicator, k4, k2020, &B::Not},
      {"oneOf", kApplicator, k4, k2020, &B::OneOf},
      {"pattern", kValidation, k4, k2020, &B::Pattern},
      {"patternProperties", kApplicator, k4, k2020, &B::PatternProperties},
      {"prefixItems", kApplicator, k2020, k2020, &B::PrefixItems},
      {"properties", kApplicator, k4, k2020, &B::Properties},
      {"propertyNames", kApplicator, k6, k2020, &B::PropertyNames},
      {"required", kValidation, k4, k2020, &B::Required},
      {"then", kApplicator, k7, k2020, &B::Then},
      {"type", kValidation, k4, k2020, &B::Type},
      {"unevaluatedItems", kUnevaluated, k2019, k2020, &B::UnevaluatedItems},
      {"unevaluatedProperties", kUnevaluated, k2019, k2020, &B::UnevaluatedProperties},
      {"uniqueItems", kValidation, k4, k2020, &B::UniqueItems},
      {"x-copy", kCore, k4, k2020, &B::Copy},
  }};
  return kRows;
}

const KeywordTable::Row* KeywordTable::Find(std::string_view name, Draft draft) {
  const std::span<const Row> rows = Rows();
  const auto row =
      std::lower_bound(rows.begin(), rows.end(), name,
                       [](const Row& r, std::string_view wanted) { return r.name < wanted; });
  if (row == rows.end() || row->name != name) return nullptr;
  return draft >= row->first && draft <= row->last ? &*row : nullptr;
}

// What a word that is no keyword may have been meant to be; empty: an annotation, as it seems.
std::string KeywordTable::Advice(std::string_view name, Draft draft) {
  if (std::ranges::find(kAnnotations, name) != kAnnotations.end()) return "";
  if (name.starts_with("x-") || name.starts_with("X-")) {
    // Names of others, but what ignores x-copy invents instead of copying.
    if (name == "x-copy" || !EditDistance(LowerCase(name), "x-copy", 1)) return "";
    return "is no keyword, so it has no effect; did you mean \"x-copy\"?";
  }
  std::string_view closest;
  int least = kMostTypingErrors + 1;
  const auto compare = [&](std::string_view word) {
    const int most = word.size() <= kShortWord ? 1 : kMostTypingErrors;
    const auto errors = EditDistance(name, word, std::min(most, least - 1));
    if (!errors) return;
    least = *errors;
    closest = word;
  };
  for (const std::string_view definitions : {"$defs", "definitions"}) compare(definitions);
  for (const Row& row : Rows()) {
    if (row.name == name) return "is no keyword of this draft, so it has no effect";
    if (draft < row.first || draft > row.last || row.name.size() < kShortestMisspelt) continue;
    compare(row.name);
  }
  return closest.empty()
             ? ""
             : "is no keyword, so it has no effect; did you mean " + Quote(closest) + "?";
}

NodeBuilder::NodeBuilder(DocumentIndex& index, SchemaNodes& nodes, const SchemaOptions& options,
                         PlaceId place)
    : index_(index),
      nodes_(nodes),
      options_(options),
      place_(place),
      schema_(*index.place(place).value),
      dialect_(index.resource_of(place).dialect) {
  node_.path = index.PathOf(place);
}

Result<SchemaNode> NodeBuilder::Build() {
  if (const std::optional<Error>& error = index_.resource_of(place_).error) {
    return std::unexpected(*error);
  }
  if (schema_.is_bool()) {
    node_.boolean = schema_.AsBool();
    return std::move(node_);
  }
  if (const Json* value = schema_.Find("default")) node_.default_value = *value;
  const Json* ref = schema_.Find("$ref");
  if (ref != nullptr && dialect_.draft <= Draft::k7) {  // hides everything beside it
    TRY(ReadKeyword("$ref", *ref));
    NoteNullable();
    return std::move(node_);
  }
  for (const auto& [name, value] : schema_.members()) TRY(ReadKeyword(name, value));
  TRY(Finish());
  return std::move(node_);
}

Result<void> NodeBuilder::ReadKeyword(std::string_view name, const Json& value) {
  const KeywordTable::Row* row = KeywordTable::Find(name, dialect_.draft);
  if (row == nullptr) {
    const std::string advice = KeywordTable::Advice(name, dialect_.draft);
    if (!advice.empty() && node_.notes.size() < kMostNotes) {
      std::string note = node_.path;
      AppendPointerStep(name, &note);
      node_.notes.push_back(note + ": " + Quote(name) + " " + advice);
    }
  }
  if (row == nullptr || !Has(dialect_, row->part)) return {};
  return (this->*row->read)(KeywordReader(node_.path, name, value));
}

// What keywords mean to each other.
Result<void> NodeBuilder::Finish() {
  if (node_.if_schema == kNoSchema) node_.then_schema = node_.else_schema = kNoSchema;
  if (node_.contains == kNoSchema) {
    node_.min_contains = 1;
    node_.max_contains.reset();
  }
  if (minimum_is_exclusive_ && node_.minimum) {
    node_.exclusive_minimum = std::exchange(node_.minimum, std::nullopt);
  }
  if (maximum_is_exclusive_ && node_.maximum) {
    node_.exclusive_maximum = std::exchange(node_.maximum, std::nullopt);
  }
  if (unknown_format_ && (node_.types & kStringBit) != 0) {
    node_.notes.push_back(unknown_format_->message);
  }
  if (enum_ != nullptr) {
    node_.values.emplace();
    for (const Json& value : enum_->items()) {
      if (const_ == nullptr || JsonEqual(value, *const_)) node_.values->push_back(value);
    }
  } else if (const_ != nullptr) {
    node_.values.emplace({*const_});
  }
  NoteContent();
  NoteNullable();
  return {};
}

// Some validators check these; the drafts call them annotations.
void NodeBuilder::NoteContent() {
  if ((node_.types & kStringBit) == 0) return;
  for (const char* keyword : {"contentEncoding", "contentMediaType"}) {
    if (schema_.Find(keyword) == nullptr) continue;
    node_.notes.push_back(node_.path + "/" + keyword +
                          ": it describes texts and has no effect; a pattern has one");
  }
}

// OpenAPI 3.0 has `nullable: true` where JSON Schema lists null among the types: who writes it
// expects null to be valid. Said where the keywords beside it do not allow null anyway.
void NodeBuilder::NoteNullable() {
  const Json* nullable = schema_.Find("nullable");
  if (nullable == nullptr || !nullable->is_bool() || !nullable->AsBool()) return;
  for (const char* keyword : {"anyOf", "oneOf"}) {
    const Json* options = schema_.Find(keyword);
    if (options == nullptr || !options->is_array()) continue;  // beside $ref it is not read
    for (const Json& option : options->items()) {
      const Json* type = option.is_object() ? option.Find("type") : nullptr;
      if (type != nullptr && type->is_string() && type->AsString() == "null") return;
    }
  }
  const auto is_null = [](const Json& value) { return value.is_null(); };
  const bool listed = !node_.values || std::ranges::any_of(*node_.values, is_null);
  const bool applied = node_.ref != kNoSchema || node_.dynamic_ref != kNoSchema ||
                       !node_.all_of.empty() || !node_.any_of.empty() || !node_.one_of.empty();
  std::string advice;
  if (applied) {
    advice = R"(write "anyOf": [{"type": "null"}, …])";
  } else if ((node_.types & kNullBit) == 0) {
    const Json* type = schema_.Find("type");
    advice = type->is_string() ? "write \"type\": [" + Quote(type->AsString()) + R"(, "null"])"
                               : R"(add "null" to "type")";
    if (!listed) advice += R"(, and null to "enum")";
  } else if (!listed) {
    advice = R"(add null to "enum")";
  }
  if (advice.empty()) return;
  node_.notes.push_back(node_.path +
                        R"(/nullable: "nullable" is OpenAPI's, so it has no effect; )" +
                        "to allow null, " + advice);
}

Result<SchemaId> NodeBuilder::Child(const Reader& reader, const Json& value,
                                    std::optional<std::string_view> key) {
  if (!value.is_object() && !value.is_bool()) {
    return reader.Expected("a schema (an object or a boolean)", value, key);
  }
  const PlaceId place = index_.PlaceOf(&value);
  CHECK(place != kNoPlace);  // the index walks along every keyword of the table
  return Intern(reader, place, key);
}

Result<SchemaId> NodeBuilder::Intern(const Reader& reader, PlaceId place,
                                     std::optional<std::string_view> key) {
  Result<SchemaId> id = nodes_.Intern(place);
  if (!id) return reader.Failure(id.error().code, id.error().message, key);
  return id;
}

Result<std::vector<SchemaId>> NodeBuilder::Children(const Reader& reader, bool may_be_empty) {
  const Json::Array& items = *TRY(reader.Array());
  if (items.empty() && !may_be_empty) {
    return reader.Failure(ErrorCode::kInvalidArgument, "expected at least one schema");
  }
  std::vector<SchemaId> children;
  children.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    children.push_back(TRY(Child(reader, items[i], std::to_string(i))));
  }
  return children;
}

Result<void> NodeBuilder::AddNamed(const Reader& reader,
                                   std::vector<std::pair<std::string, SchemaId>>* named) {
  const Json::Object& members = *TRY(reader.Object());
  for (const auto& [name, value] : members) {
    named->emplace_back(name, TRY(Child(reader, value, name)));
  }
  return {};
}

Result<void> NodeBuilder::Name(const Reader& reader) {
  static_cast<void>(TRY(reader.String()));
  return {};
}

Result<void> NodeBuilder::Ref(const Reader& reader) {
  const std::string reference = TRY(reader.String());
  const Result<DocumentIndex::Target> target = index_.Resolve(place_, reference);
  if (!target) return reader.Failure(target.error().code, target.error().message);
  node_.ref = TRY(Intern(reader, target->place));
  return {};
}

// 2020-12 core, section 8.2.3.2: dynamic only if the name leads to a $dynamicAnchor at first.
Result<void> NodeBuilder::DynamicRef(const Reader& reader) {
  const std::string reference = TRY(reader.String());
  const Result<DocumentIndex::Target> target = index_.Resolve(place_, reference);
  if (!target) return reader.Failure(target.error().code, target.error().message);
  node_.dynamic_ref = TRY(Intern(reader, target->place));
  const auto& anchors = index_.resource_of(target->place).dynamic_anchors;
  const auto found = anchors.find(target->anchor);
  if (!target->anchor.empty() && found != anchors.end() && found->second == target->place) {
    node_.dynamic_anchor = target->anchor;
    TRY(nodes_.WantDynamicAnchor(target->anchor));
  }
  return {};
}

// 2019-09 core, section 8.2.4.2: the same for roots of resources.
Result<void> NodeBuilder::RecursiveRef(const Reader& reader) {
  if (TRY(reader.String()) != "#") return reader.Expected("\"#\"", reader.value());
  const PlaceId root = index_.resource_of(place_).root;
  node_.dynamic_ref = TRY(Intern(reader, root));
  if (index_.resource_of(place_).dynamic_anchors.contains(kRecursiveAnchor)) {
    node_.dynamic_anchor = kRecursiveAnchor;
    TRY(nodes_.WantDynamicAnchor(kRecursiveAnchor));
  }
  return {};
}

Result<void> NodeBuilder::Type(const Reader& reader) {
  node_.types = TRY(reader.Types());
  node_.plain_integers = dialect_.draft == Draft::k4 && (node_.types & kNumberBit) == 0;
  return {};
}

Result<void> NodeBuilder::Enum(const Reader& reader) {
  const std::string excess = TooManyValues(*TRY(reader.Array()));
  if (!excess.empty()) return reader.Failure(ErrorCode::kResourceExhausted, excess);
  enum_ = &reader.value();
  return {};
}

Result<void> NodeBuilder::Const(const Reader& reader) {
  const_ = &reader.value();
  return {};
}

Result<void> NodeBuilder::AllOf(const Reader& reader) {
  node_.all_of = TRY(Children(reader, false));
  return {};
}

Result<void> NodeBuilder::AnyOf(const Reader& reader) {
  node_.any_of = TRY(Children(reader, false));
  return {};
}

Result<void> NodeBuilder::OneOf(const Reader& reader) {
  node_.one_of = TRY(Children(reader, false));
  return {};
}

Result<void> NodeBuilder::Not(const Reader& reader) {
  node_.negated = TRY(Child(reader, reader.value()));
  return {};
}

Result<void> NodeBuilder::If(const Reader& reader) {
  node_.if_schema = TRY(Child(reader, reader.value()));
  return {};
}

Result<void> NodeBuilder::Then(const Reader& reader) {
  node_.then_schema = TRY(Child(reader, reader.value()));
  return {};
}

Result<void> NodeBuilder::Else(const Reader& reader) {
  node_.else_schema = TRY(Child(reader, reader.value()));
  return {};
}

}  // namespace bantam::grammar
