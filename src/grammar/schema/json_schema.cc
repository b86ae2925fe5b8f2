// Compiling looks for the shortest document: a schema for which there is none is refused.
#include "grammar/schema/json_schema.h"

#include <utility>

#include "base/check.h"
#include "grammar/schema/exclusive.h"
#include "grammar/schema/json_matcher.h"
#include "grammar/schema/merge_schemas.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostOptions = 1'000;  // of one anyOf or oneOf, lists of values aside

}  // namespace

Result<std::shared_ptr<const JsonSchema>> JsonSchema::Compile(const Json& schema,
                                                              const SchemaOptions& options) {
  Schema loaded = TRY(LoadSchema(schema, options));
  auto compiled = std::make_shared<JsonSchema>();
  for (const SchemaNode& node : loaded.nodes) {
    if (node.copy) return Fail(ErrorCode::kUnsupported, node.path + "/x-copy: not supported yet");
    if (node.note.empty() || compiled->notes_.size() == kMostNotes) continue;
    compiled->notes_.push_back(node.note);
  }
  ListValues(loaded);
  MergeSchemas(loaded);
  FindExclusive(loaded);
  for (const SchemaNode& node : loaded.nodes) {
    if (node.any_of.size() <= kMostOptions && node.one_of.size() <= kMostOptions) continue;
    return Fail(ErrorCode::kResourceExhausted,
                node.path + ": more than " + std::to_string(kMostOptions) + " alternatives");
  }
  const std::string root = loaded.nodes[loaded.root].path;
  compiled->machine_ = std::make_unique<SchemaMachine>(std::move(loaded));
  SchemaMachine& machine = *compiled->machine_;
  const Finish& shortest = machine.finisher().Value(machine.languages().Root());
  if (const auto& failure = machine.languages().failure()) return std::unexpected(*failure);
  if (machine.languages().regexes().exhausted() || machine.languages().formulas().full()) {
    return Fail(ErrorCode::kResourceExhausted, root + ": the schema is too complex");
  }
  if (shortest.cost == Finish::kNever) {
    return Fail(ErrorCode::kInvalidArgument,
                root + ": no document satisfies this schema (or none within the limits of search)");
  }
  compiled->min_bytes_ = shortest.cost;
  return compiled;
}

std::unique_ptr<Matcher> JsonSchema::NewMatcher() const {
  return std::make_unique<JsonMatcher>(*machine_);
}

}  // namespace bantam::grammar
