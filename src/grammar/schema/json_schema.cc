// Compiling looks for the shortest document: a schema for which there is none is refused.
#include "grammar/schema/json_schema.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "grammar/number/number_syntax.h"
#include "grammar/renewed_matcher.h"
#include "grammar/schema/conflict.h"
#include "grammar/schema/exclusive.h"
#include "grammar/schema/json_matcher.h"
#include "grammar/schema/json_reader.h"
#include "grammar/schema/listed_members.h"
#include "grammar/schema/merge_schemas.h"
#include "grammar/schema/negated_formats.h"

namespace bantam::grammar {
namespace {

constexpr uint64_t kMostCounted = 1'000;  // items or members that have to be there
constexpr size_t kMostAlike = 1'000;  // alternatives of oneOf of which a value may satisfy several
constexpr size_t kMostOptions = 5'000;  // of one anyOf or oneOf, lists of values aside
constexpr uint64_t kMostMinLength = 1'000'000;

const SchemaNode* FirstCopy(const Schema& schema) {
  const auto it = std::ranges::find_if(schema.nodes, &SchemaNode::copy);
  return it == schema.nodes.end() ? nullptr : &*it;
}

Result<void> AddSource(const std::vector<std::string>& texts, Schema& schema) {
  const SchemaNode* copy = FirstCopy(schema);
  if (copy == nullptr) return {};
  if (texts.empty()) {
    return Fail(ErrorCode::kInvalidArgument, copy->path + "/x-copy: no text to copy from is given");
  }
  auto source = SpanAutomaton::Build(texts);
  if (!source) return Fail(source.error().code, copy->path + "/x-copy: " + source.error().message);
  schema.copy_source = *std::move(source);
  return {};
}

// Also those that the shortest document does not meet: what is wrong with them is said at once.
void ReadPatterns(ValueLanguages& languages) {
  const std::vector<SchemaNode>& nodes = languages.schema().nodes;
  for (SchemaId id = 0; id < nodes.size(); ++id) {
    const SchemaNode& node = nodes[id];
    if (node.pattern) languages.Pattern(*node.pattern, id);
    for (const auto& pattern : node.pattern_properties) languages.Pattern(pattern.first, id);
  }
}

// Where no span may be copied, that is likely why no document is valid.
std::string CopyHint(ValueLanguages& languages) {
  for (SchemaId id = 0; id < languages.schema().nodes.size(); ++id) {
    if (!languages.node(id).copy) continue;
    const RegexId texts = languages.Texts(languages.Valid(id, 0));
    if (languages.regexes().Alive(texts)) continue;
    return "; " + languages.node(id).path + ": it allows no span of the text to copy from";
  }
  return "";
}

// What has numbers, but none within the limits of those that are written: then it is not known
// whether that is why no document is valid.
Result<void> CheckNumbers(ValueLanguages& languages) {
  for (SchemaId id = 0; id < languages.schema().nodes.size(); ++id) {
    if ((languages.node(id).types & (kNumberBit | kIntegerBit)) == 0) continue;
    if (!languages.OnlyUnwritten(languages.Valid(id, 0))) continue;
    return Fail(ErrorCode::kResourceExhausted,
                languages.node(id).path +
                    ": it allows only numbers that float64 does not hold or of more than " +
                    std::to_string(kMostNumberBytes) + " characters, which is beyond the limits");
  }
  return {};
}

// After FindExclusive: alternatives of oneOf that are told apart are those of anyOf.
Result<void> CheckOptions(const Schema& schema) {
  for (const SchemaNode& node : schema.nodes) {
    if (node.any_of.size() > kMostOptions || node.one_of.size() > kMostOptions) {
      return Fail(ErrorCode::kResourceExhausted,
                  node.path + (node.any_of.size() > kMostOptions ? "/anyOf" : "/oneOf") +
                      ": more than " + std::to_string(kMostOptions) + " alternatives");
    }
    if (node.one_of.size() <= kMostAlike) continue;
    return Fail(ErrorCode::kResourceExhausted,
                node.path + "/oneOf: more than " + std::to_string(kMostAlike) +
                    " alternatives, and neither types nor a member with one value tell them apart");
  }
  return {};
}

// What no text of a sensible size has, where all that is found wanting is its length.
Result<void> CheckSizes(const Schema& schema) {
  for (const SchemaNode& node : schema.nodes) {
    const auto check = [&](const char* keyword, uint64_t count,
                           uint64_t most = kMostCounted) -> Result<void> {
      if (count <= most) return {};
      return Fail(ErrorCode::kResourceExhausted,
                  node.path + "/" + keyword + ": " + std::to_string(count) +
                      " makes even the shortest text too long; at most " + std::to_string(most) +
                      " can be asked for");
    };
    if ((node.types & kStringBit) != 0) {
      TRY(check("minLength", node.min_length, kMostMinLength));
    }
    if ((node.types & kArrayBit) != 0) {
      TRY(check("minItems", node.min_items));
      if (node.contains != kNoSchema) TRY(check("minContains", node.min_contains));
    }
    if ((node.types & kObjectBit) != 0) TRY(check("minProperties", node.min_properties));
  }
  return {};
}

// Says why, of the schema as it was written.
std::string NothingValid(SchemaMachine& machine, const Json& schema, const SchemaOptions& options) {
  const std::string hint = CopyHint(machine.languages());
  const Schema& compiled = machine.languages().schema();
  std::string reason;
  if (hint.empty()) {
    Result<Schema> loaded = LoadSchema(schema, options);
    if (loaded && AddSource(options.copy_from, *loaded)) {
      loaded->text_fuel = compiled.text_fuel.After(machine.languages().regexes().work());
      reason = FindConflict(*std::move(loaded));
    }
  }
  if (reason.empty())
    reason = compiled.nodes[compiled.root].path + ":";
  else
    reason += ";";
  return reason + " no document satisfies this schema" + hint;
}

}  // namespace

Result<bool> JsonSchema::Copies(const Json& schema, const SchemaOptions& options) {
  const Schema loaded = TRY(LoadSchema(schema, options));
  return FirstCopy(loaded) != nullptr;
}

Result<std::shared_ptr<const JsonSchema>> JsonSchema::Compile(const Json& schema,
                                                              const SchemaOptions& options) {
  Schema loaded = TRY(LoadSchema(schema, options));
  TRY(AddSource(options.copy_from, loaded));
  auto compiled = std::make_shared<JsonSchema>();
  for (const SchemaNode& node : loaded.nodes) {
    for (const std::string& note : node.notes) {
      if (compiled->notes_.size() < kMostNotes) compiled->notes_.push_back(note);
    }
  }
  TRY(ListValues(loaded));
  MergeSchemas(loaded);
  FindExclusive(loaded);
  if (options.listed_members) KeepToListedMembers(loaded);
  TRY(FindNegatedFormats(loaded));
  TRY(CheckOptions(loaded));
  TRY(CheckSizes(loaded));
  const std::string root = loaded.nodes[loaded.root].path;
  compiled->schema_ = std::make_shared<const Schema>(std::move(loaded));
  compiled->machine_ = std::make_shared<SchemaMachine>(compiled->schema_);
  SchemaMachine& machine = *compiled->machine_;
  ReadPatterns(machine.languages());
  if (const auto& failure = machine.languages().failure()) return std::unexpected(*failure);
  const std::string& undecided = machine.finisher().undecided();
  if (machine.finisher().too_long() && machine.shortest().cost == Finish::kNever) {
    return Fail(ErrorCode::kResourceExhausted, undecided + ": the shortest text has more than " +
                                                   std::to_string(Finisher::kMostText) + " bytes");
  }
  if (!undecided.empty() &&
      (machine.finisher().gave_up() || machine.shortest().cost == Finish::kNever)) {
    return Fail(ErrorCode::kResourceExhausted,
                undecided +
                    ": not decided within the limits of the search: too many conditions that "
                    "depend on each other");
  }
  if (machine.gave_up()) {
    return Fail(ErrorCode::kResourceExhausted, root + ": the schema is too complex");
  }
  if (machine.shortest().cost == Finish::kNever) {
    TRY(CheckNumbers(machine.languages()));
    return Fail(ErrorCode::kInvalidArgument, NothingValid(machine, schema, options));
  }
  compiled->min_bytes_ = machine.shortest().cost;
  return compiled;
}

std::shared_ptr<SchemaMachine> JsonSchema::machine() const {
  if (machine_->crowded() || machine_->gave_up()) {
    machine_ = std::make_shared<SchemaMachine>(schema_);
  }
  return machine_;
}

std::unique_ptr<Matcher> JsonSchema::NewMatcher() const {
  const auto make = [schema = schema_] { return std::make_shared<SchemaMachine>(schema); };
  return std::make_unique<RenewedMatcher<JsonMatcher, SchemaMachine>>(machine(), make);
}

std::unique_ptr<Matcher> JsonSchema::NewReader() const {
  const auto make = [schema = schema_] { return std::make_shared<SchemaMachine>(schema); };
  return std::make_unique<JsonReader>(machine(), make);
}

std::unique_ptr<Matcher> JsonSchema::NewCrampedMatcher(size_t most_growth) const {
  const auto make = [schema = schema_, most_growth] {
    return std::make_shared<SchemaMachine>(schema, most_growth);
  };
  return std::make_unique<RenewedMatcher<JsonMatcher, SchemaMachine>>(make(), make);
}

}  // namespace bantam::grammar
