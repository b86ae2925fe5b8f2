// NodeBuilder: the keywords of one schema → one SchemaNode.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"
#include "grammar/schema/document_index.h"
#include "grammar/schema/keyword_reader.h"
#include "grammar/schema/schema.h"

namespace bantam::grammar {

// What a builder asks of those who hold all nodes.
class SchemaNodes {
 public:
  virtual ~SchemaNodes() = default;
  // The node of a place, to be built later. Fails with kResourceExhausted at the limit of nodes.
  virtual Result<SchemaId> Intern(PlaceId place) = 0;
  // A $dynamicRef looks for anchors of this name.
  virtual Result<void> WantDynamicAnchor(std::string_view name) = 0;
};

// Used once.
class NodeBuilder {
 public:
  NodeBuilder(DocumentIndex& index, SchemaNodes& nodes, const SchemaOptions& options,
              PlaceId place);
  Result<SchemaNode> Build();

 private:
  friend struct KeywordTable;
  using Reader = KeywordReader;

  Result<void> ReadKeyword(std::string_view name, const Json& value);
  Result<void> Finish();
  void NoteContent();
  void NoteNullable();

  // References
  Result<void> Ref(const Reader& reader);
  Result<void> DynamicRef(const Reader& reader);
  Result<void> RecursiveRef(const Reader& reader);
  Result<void> Name(const Reader& reader);  // $id, $anchor, …: the index has read it
  // In place
  Result<void> Type(const Reader& reader);
  Result<void> Enum(const Reader& reader);
  Result<void> Const(const Reader& reader);
  Result<void> AllOf(const Reader& reader);
  Result<void> AnyOf(const Reader& reader);
  Result<void> OneOf(const Reader& reader);
  Result<void> Not(const Reader& reader);
  Result<void> If(const Reader& reader);
  Result<void> Then(const Reader& reader);
  Result<void> Else(const Reader& reader);
  // Numbers
  Result<void> Minimum(const Reader& reader);
  Result<void> Maximum(const Reader& reader);
  Result<void> ExclusiveMinimum(const Reader& reader);
  Result<void> ExclusiveMaximum(const Reader& reader);
  Result<void> MultipleOf(const Reader& reader);
  // Strings
  Result<void> MinLength(const Reader& reader);
  Result<void> MaxLength(const Reader& reader);
  Result<void> Pattern(const Reader& reader);
  Result<void> Format(const Reader& reader);
  Result<void> Copy(const Reader& reader);
  // Arrays
  Result<void> PrefixItems(const Reader& reader);
  Result<void> Items(const Reader& reader);
  Result<void> AdditionalItems(const Reader& reader);
  Result<void> Contains(const Reader& reader);
  Result<void> MinContains(const Reader& reader);
  Result<void> MaxContains(const Reader& reader);
  Result<void> MinItems(const Reader& reader);
  Result<void> MaxItems(const Reader& reader);
  Result<void> UniqueItems(const Reader& reader);
  Result<void> UnevaluatedItems(const Reader& reader);
  // Objects
  Result<void> Properties(const Reader& reader);
  Result<void> PatternProperties(const Reader& reader);
  Result<void> AdditionalProperties(const Reader& reader);
  Result<void> PropertyNames(const Reader& reader);
  Result<void> Required(const Reader& reader);
  Result<void> MinProperties(const Reader& reader);
  Result<void> MaxProperties(const Reader& reader);
  Result<void> DependentRequired(const Reader& reader);
  Result<void> DependentSchemas(const Reader& reader);
  Result<void> Dependencies(const Reader& reader);
  Result<void> UnevaluatedProperties(const Reader& reader);

  Result<SchemaId> Child(const Reader& reader, const Json& value,
                         std::optional<std::string_view> key = {});
  Result<SchemaId> Intern(const Reader& reader, PlaceId place,
                          std::optional<std::string_view> key = {});
  Result<std::vector<SchemaId>> Children(const Reader& reader, bool may_be_empty);
  Result<void> AddNamed(const Reader& reader, std::vector<std::pair<std::string, SchemaId>>* named);

  DocumentIndex& index_;
  SchemaNodes& nodes_;
  const SchemaOptions& options_;
  const PlaceId place_;
  const Json& schema_;
  const Dialect& dialect_;
  SchemaNode node_;
  // What depends on other keywords, until Finish.
  const Json* enum_ = nullptr;
  const Json* const_ = nullptr;
  bool minimum_is_exclusive_ = false;
  bool maximum_is_exclusive_ = false;
  std::optional<Error> unknown_format_;
};

}  // namespace bantam::grammar
