// Each trial compiles the schema again without a part of it.
#include "grammar/schema/conflict.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "grammar/schema/json_lookup.h"
#include "grammar/schema/schema_machine.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostNodes = 5'000;
constexpr size_t kMostTrials = 300;
constexpr size_t kMostWork = 2'000'000;  // expressions, formulas and conditions, of all trials
constexpr size_t kMostNamed = 6;         // keywords

// A keyword, or a part of it, and how to leave it out; `any`: a schema that accepts everything.
struct Part {
  std::string name;
  std::function<void(SchemaNode& node, SchemaId any)> leave_out;
};
using Parts = std::vector<Part>;

std::string Step(std::string keyword, std::string_view step) {
  AppendPointerStep(step, &keyword);
  return keyword;
}

template <typename T>
void AddField(const SchemaNode& node, const char* name, T SchemaNode::* field, Parts& parts) {
  static const SchemaNode kAbsent;
  if (node.*field == kAbsent.*field) return;
  parts.push_back({name, [field](SchemaNode& n, SchemaId) { n.*field = kAbsent.*field; }});
}

void AddConditional(const SchemaNode& node, Parts& parts) {
  if (node.if_schema == kNoSchema) return;
  parts.push_back({"if", [](SchemaNode& n, SchemaId) {
                     n.if_schema = n.then_schema = n.else_schema = kNoSchema;
                   }});
}

void AddValues(const SchemaNode& node, Parts& parts) {
  if (!node.values) return;
  parts.push_back({node.values->size() == 1 ? "const" : "enum",
                   [](SchemaNode& n, SchemaId) { n.values.reset(); }});
}

using Named = std::vector<std::pair<std::string, SchemaId>> SchemaNode::*;

// As a whole, or each if `one_by_one`: the names stay known.
void AddNamed(const SchemaNode& node, const char* keyword, Named field, bool one_by_one,
              Parts& parts) {
  const size_t count = (node.*field).size();
  for (size_t i = 0; one_by_one && i < count; ++i) {
    parts.push_back({Step(keyword, (node.*field)[i].first),
                     [field, i](SchemaNode& n, SchemaId any) { (n.*field)[i].second = any; }});
  }
  if (one_by_one || count == 0) return;
  parts.push_back({keyword, [field](SchemaNode& n, SchemaId any) {
                     for (auto& entry : n.*field) entry.second = any;
                   }});
}

void AddAllOf(const SchemaNode& node, bool one_by_one, Parts& parts) {
  if (!one_by_one) return AddField(node, "allOf", &SchemaNode::all_of, parts);
  for (size_t i = 0; i < node.all_of.size(); ++i) {
    parts.push_back({Step("allOf", std::to_string(i)),
                     [i](SchemaNode& n, SchemaId any) { n.all_of[i] = any; }});
  }
}

void AddRequired(const SchemaNode& node, bool one_by_one, Parts& parts) {
  if (!one_by_one) return AddField(node, "required", &SchemaNode::required, parts);
  for (size_t i = 0; i < node.required.size(); ++i) {
    parts.push_back(
        {Step("required", std::to_string(i)),
         [name = node.required[i]](SchemaNode& n, SchemaId) { std::erase(n.required, name); }});
  }
}

// Those first that say least by themselves; the type last, without which little is said.
Parts PartsOf(const SchemaNode& node, bool one_by_one) {
  Parts parts;
  AddNamed(node, "properties", &SchemaNode::properties, one_by_one, parts);
  AddNamed(node, "patternProperties", &SchemaNode::pattern_properties, one_by_one, parts);
  AddNamed(node, "dependentSchemas", &SchemaNode::dependent_schemas, one_by_one, parts);
  AddConditional(node, parts);
  AddAllOf(node, one_by_one, parts);
  AddRequired(node, one_by_one, parts);
  const auto add = [&](const char* name, auto field) { AddField(node, name, field, parts); };
  add("anyOf", &SchemaNode::any_of);
  add("oneOf", &SchemaNode::one_of);
  add("not", &SchemaNode::negated);
  add("format", &SchemaNode::format);
  add("pattern", &SchemaNode::pattern);
  add("multipleOf", &SchemaNode::multiple_of);
  add("exclusiveMinimum", &SchemaNode::exclusive_minimum);
  add("minimum", &SchemaNode::minimum);
  add("exclusiveMaximum", &SchemaNode::exclusive_maximum);
  add("maximum", &SchemaNode::maximum);
  add("minLength", &SchemaNode::min_length);
  add("maxLength", &SchemaNode::max_length);
  add("prefixItems", &SchemaNode::prefix_items);
  add("items", &SchemaNode::items);
  add("uniqueItems", &SchemaNode::unique_items);
  add("unevaluatedItems", &SchemaNode::unevaluated_items);
  add("maxContains", &SchemaNode::max_contains);
  add("minContains", &SchemaNode::min_contains);
  add("contains", &SchemaNode::contains);
  add("minItems", &SchemaNode::min_items);
  add("maxItems", &SchemaNode::max_items);
  add("dependentRequired", &SchemaNode::dependent_required);
  add("propertyNames", &SchemaNode::property_names);
  add("unevaluatedProperties", &SchemaNode::unevaluated_properties);
  add("additionalProperties", &SchemaNode::additional_properties);
  add("minProperties", &SchemaNode::min_properties);
  add("maxProperties", &SchemaNode::max_properties);
  add("x-copy", &SchemaNode::copy);
  add("$dynamicRef", &SchemaNode::dynamic_ref);
  add("$ref", &SchemaNode::ref);
  AddValues(node, parts);
  add("type", &SchemaNode::types);
  return parts;
}

// The parts that every value has to meet by themselves.
std::vector<SchemaId> Demanded(const SchemaNode& node) {
  std::vector<SchemaId> all = node.all_of;
  all.push_back(node.ref);
  if (node.any_of.size() == 1) all.push_back(node.any_of[0]);
  if (node.one_of.size() == 1) all.push_back(node.one_of[0]);
  if (node.types == kObjectBit) {
    for (const auto& [name, schema] : node.properties) {
      if (std::ranges::find(node.required, name) != node.required.end()) all.push_back(schema);
    }
  }
  if (node.types == kArrayBit) {
    for (size_t i = 0; i < node.prefix_items.size() && i < node.min_items; ++i) {
      all.push_back(node.prefix_items[i]);
    }
    if (node.min_items > node.prefix_items.size()) all.push_back(node.items);
    if (node.min_contains > 0) all.push_back(node.contains);
  }
  std::erase(all, kNoSchema);
  return all;
}

SchemaId FindNarrowest(const Schema& schema, SchemaMachine& machine) {
  const auto impossible = [&](SchemaId id) {
    const FormulaId value = machine.languages().Valid(id, 0);
    return machine.finisher().Value(value).cost == Finish::kNever;
  };
  SchemaId at = schema.root;
  for (std::set<SchemaId> seen = {at};;) {
    const std::vector<SchemaId> parts = Demanded(schema.nodes[at]);
    const auto part = std::ranges::find_if(
        parts, [&](SchemaId id) { return !seen.contains(id) && impossible(id); });
    if (part == parts.end() || machine.gave_up()) return at;
    at = *part;
    seen.insert(at);
  }
}

SchemaId Narrowest(Schema& schema) {
  SchemaMachine machine(std::make_shared<const Schema>(schema));
  RegexPool& regexes = machine.languages().regexes();
  regexes.LimitWork(schema.text_fuel.After(regexes.work()).left());
  const SchemaId at = FindNarrowest(schema, machine);
  schema.text_fuel.Burn(regexes.work());
  return at;
}

class Reducer {
 public:
  Reducer(const Schema& schema, SchemaId at) : schema_(schema), at_(at) {
    any_ = static_cast<SchemaId>(schema_.nodes.size());
    SchemaNode any;
    any.boolean = true;
    schema_.nodes.push_back(std::move(any));
    schema_.root = at;
  }

  // Names of the parts without any of which something would be valid.
  std::vector<std::string> Needed() {
    const std::vector<std::string> keywords = Reduce(PartsOf(schema_.nodes[at_], false));
    std::vector<std::string> parts = Reduce(PartsOf(schema_.nodes[at_], true));
    return parts.size() > kMostNamed ? keywords : parts;
  }

 private:
  // Halves, quarters, …, each one.
  std::vector<std::string> Reduce(const Parts& parts) {
    std::vector<bool> out(parts.size());
    for (size_t size = std::bit_ceil(parts.size()); size > 0; size /= 2) {
      for (size_t first = 0; first < parts.size(); first += size) {
        const size_t last = std::min(first + size, parts.size());
        const SchemaNode before = schema_.nodes[at_];
        const std::vector<bool> out_before = out;
        size_t left_out = 0;
        // From the end: the places of those before stay.
        for (size_t i = last; i-- > first;) {
          if (out[i]) continue;
          parts[i].leave_out(schema_.nodes[at_], any_);
          out[i] = true;
          ++left_out;
        }
        if (left_out == 0 || StillImpossible()) continue;
        schema_.nodes[at_] = before;
        out = out_before;
      }
    }
    std::vector<std::string> needed;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (!out[i]) needed.push_back(parts[i].name);
    }
    return needed;
  }

  bool StillImpossible() {
    if (++trials_ > kMostTrials || work_ > kMostWork || work_ > schema_.search_work) return false;
    SchemaMachine machine(std::make_shared<const Schema>(schema_));
    work_ += machine.languages().regexes().used() + machine.languages().formulas().size() +
             machine.finisher().work();
    schema_.text_fuel.Burn(machine.languages().regexes().work());
    return machine.shortest().cost == Finish::kNever && !machine.gave_up() &&
           !machine.languages().failure();
  }

  Schema schema_;
  SchemaId at_;
  SchemaId any_;
  size_t trials_ = 0;
  size_t work_ = 0;
};

}  // namespace

std::string FindConflict(Schema schema) {
  if (schema.nodes.size() > kMostNodes) return "";
  const SchemaId at = Narrowest(schema);
  const std::string& path = schema.nodes[at].path;
  if (schema.nodes[at].boolean) return path + ": false accepts nothing";
  const std::vector<std::string> needed = Reducer(schema, at).Needed();
  if (needed.empty() || needed.size() > kMostNamed) return path + ": no value satisfies it";
  if (needed.size() == 1) return path + "/" + needed[0] + ": no value meets it";
  std::string text = path + ": no value meets ";
  for (size_t i = 0; i < needed.size(); ++i) {
    text += (i == 0 ? "" : i + 1 < needed.size() ? ", " : " and ") + needed[i];
  }
  return text + " together";
}

}  // namespace bantam::grammar
