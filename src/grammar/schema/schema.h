// Schema: a JSON Schema as nodes with every reference resolved.
//
// JSON Schema drafts 4, 6, 7, 2019-09 and 2020-12 (json-schema.org), brought to one form: that of
// 2020-12. Older spellings (items as an array, additionalItems, dependencies, definitions,
// exclusiveMinimum as a boolean, $recursiveRef) become what they mean today.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"
#include "grammar/fuel.h"
#include "grammar/number/decimal.h"
#include "grammar/regex/span_automaton.h"

namespace bantam::grammar {

using SchemaId = uint32_t;
inline constexpr SchemaId kNoSchema = ~SchemaId{0};

// Sets of JSON types.
enum TypeBit : uint8_t {
  kNullBit = 1,
  kBoolBit = 2,
  kNumberBit = 4,   // every number
  kIntegerBit = 8,  // numbers without a fraction; implied by kNumberBit
  kStringBit = 16,
  kArrayBit = 32,
  kObjectBit = 64,
  kAllTypes = 127,
};

// One schema (an object or a boolean in the document). Absent keywords hold what changes nothing.
struct SchemaNode {
  std::string path;  // for messages, long ones shortened: "#/properties/a"; in documents of the
                     // registry "uri#/…"
  uint32_t resource = 0;           // index into Schema::resources: where $dynamicRef looks
  std::vector<std::string> notes;  // what of it has no effect, and why; what may be misspelt
  std::optional<bool> boolean;     // true or false instead of keywords

  // in place
  uint8_t types = kAllTypes;
  bool plain_integers = false;              // 1.0 is none: draft 4
  std::optional<std::vector<Json>> values;  // enum, or const as an enum of one (both: intersected)
  SchemaId ref = kNoSchema;
  SchemaId dynamic_ref = kNoSchema;  // the statically found target …
  std::string dynamic_anchor;        // … to be replaced by the outermost resource's anchor of that
                                     // name; empty: dynamic_ref behaves as ref
  std::vector<SchemaId> all_of;
  std::vector<SchemaId> any_of;  // empty: absent
  std::vector<SchemaId> one_of;
  SchemaId negated = kNoSchema;  // not
  SchemaId if_schema = kNoSchema;
  SchemaId then_schema = kNoSchema;
  SchemaId else_schema = kNoSchema;

  // numbers
  std::optional<Decimal> minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of;

  // strings
  uint64_t min_length = 0;
  std::optional<uint64_t> max_length;
  std::optional<std::string> pattern;
  std::optional<std::string> format;  // only where formats are asserted
  bool copy = false;                  // "x-copy": true

  // What repair writes where a value is missing; no say in what is valid.
  std::optional<Json> default_value;

  // arrays
  std::vector<SchemaId> prefix_items;
  SchemaId items = kNoSchema;  // for all items after the prefix
  SchemaId contains = kNoSchema;
  uint64_t min_contains = 1;
  std::optional<uint64_t> max_contains;
  uint64_t min_items = 0;
  std::optional<uint64_t> max_items;
  bool unique_items = false;
  SchemaId unevaluated_items = kNoSchema;
  bool contains_evaluates = true;  // 2020-12: an item that contains accepts counts as evaluated

  // objects
  std::vector<std::pair<std::string, SchemaId>> properties;  // in the order of the document
  std::vector<std::pair<std::string, SchemaId>> pattern_properties;
  SchemaId additional_properties = kNoSchema;
  SchemaId property_names = kNoSchema;
  std::vector<std::string> required;
  uint64_t min_properties = 0;
  std::optional<uint64_t> max_properties;
  std::vector<std::pair<std::string, std::vector<std::string>>> dependent_required;
  std::vector<std::pair<std::string, SchemaId>> dependent_schemas;
  SchemaId unevaluated_properties = kNoSchema;
};

// A schema resource: what a base URI names.
struct SchemaResource {
  std::string uri;
  std::map<std::string, SchemaId, std::less<>> dynamic_anchors;
};

struct Schema {
  std::vector<SchemaNode> nodes;
  std::vector<SchemaResource> resources;
  SchemaId root = 0;
  bool has_dynamic_refs = false;
  std::shared_ptr<const SpanAutomaton> copy_source = {};  // set where a node copies
  uint64_t search_work = 0;                               // of SchemaOptions
  bool plain_numbers = false;                             // of SchemaOptions
  // What all questions about patterns, formats and lists of texts together may take while it is
  // compiled (RegexPool::work; rough: 0.7 s). What real schemas take is below 100,000.
  Fuel text_fuel = Fuel(10'000'000);
  std::vector<std::string> negated_formats = {};  // see negated_formats.h
  // A format stands for its undecided texts, too: to prove that schemas exclude each other.
  bool widest_formats = false;
};

enum class Draft : uint8_t { k4, k6, k7, k2019, k2020 };

struct SchemaOptions {
  Draft draft = Draft::k2020;  // of a document without $schema; the registry's without one have
                               // that of the document
  bool assert_formats = true;  // `format` is checked, but for those that no draft defines, which
                               // get a note where types has strings; false: it says nothing, as
                               // the drafts' core has it
  // URI → document, for references beyond the document. Nothing else is ever fetched. The
  // metaschemas of the drafts are always there.
  std::map<std::string, Json, std::less<>> registry;
  uint32_t max_nodes = 200'000;
  uint64_t search_work = 3'000'000;  // conditions looked at for one question, the most there may be
  std::vector<std::string> copy_from;  // the texts that x-copy copies from
  // Numbers that a schema limits are written as people and programs write them: whole ones with
  // digits alone, others without an exponent and with digits that float64 holds, but for sets that
  // have no such number. (A model that wants 0 where 1 is the least would otherwise go on with
  // 0.000…e60.) Numbers without limits are free. For generation; false: as JSON has them.
  bool plain_numbers = false;
  // Objects whose schema lists members and says nothing of others have those it lists alone
  // (KeepToListedMembers). For generation; false: any others, as the drafts have it.
  bool listed_members = false;
};

// Reads a schema document. Only what is reachable from the root becomes nodes. Fails with
// kInvalidArgument (a keyword with a value of the wrong kind, a reference to nothing, …) or
// kUnsupported (an unknown draft, a required vocabulary that is not known, a
// number beyond Decimal) or kResourceExhausted (max_nodes), with the location of the keyword
// ("#/properties/a/minimum: …"). A schema that leads back to itself without going into a property
// or an item is an error, where no $dynamicRef is on the way. Unknown keywords are annotations, as
// the drafts say; nothing else is passed over. Safe for any document: time and memory are linear in
// it, but for sorting the members of large objects.
Result<Schema> LoadSchema(const Json& document, const SchemaOptions& options);

}  // namespace bantam::grammar
