// Rounds of comparing nodes by a key in which subschemas stand as numbers, from the leaves up.
#include "grammar/schema/merge_schemas.h"

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "grammar/schema/value_limits.h"
#include "grammar/schema/value_table.h"

namespace bantam::grammar {
namespace {

constexpr int kMostRounds = 12;  // subschemas nested deeper stay apart

// Writes what a node says into a text that two nodes share if and only if they say the same.
class KeyWriter {
 public:
  explicit KeyWriter(bool with_resource) : with_resource_(with_resource) {}

  const std::string& Write(const SchemaNode& node) {
    key_.clear();
    if (with_resource_) Number('r', node.resource);
    if (node.boolean) key_ += *node.boolean ? "T" : "F";
    Number('t', node.types);
    if (node.values) Values(*node.values);
    for (const auto& [tag, id] : {std::pair{'a', node.ref},
                                  {'b', node.dynamic_ref},
                                  {'c', node.negated},
                                  {'d', node.if_schema},
                                  {'e', node.then_schema},
                                  {'f', node.else_schema},
                                  {'g', node.items},
                                  {'h', node.contains},
                                  {'i', node.unevaluated_items},
                                  {'j', node.additional_properties},
                                  {'k', node.property_names},
                                  {'l', node.unevaluated_properties}}) {
      if (id != kNoSchema) Number(tag, id);
    }
    Text('m', node.dynamic_anchor);
    List('n', node.all_of);
    List('o', node.any_of);
    List('p', node.one_of);
    List('q', node.prefix_items);
    Bounds(node);
    Members('G', node.properties);
    Members('H', node.pattern_properties);
    Members('I', node.dependent_schemas);
    for (const std::string& name : node.required) Text('J', name);
    for (const auto& [name, needed] : node.dependent_required) {
      Text('K', name);
      for (const std::string& other : needed) Text('L', other);
    }
    return key_;
  }

 private:
  void Number(char tag, uint64_t number) {
    key_ += tag;
    key_ += std::to_string(number);
    key_ += ';';
  }
  void Text(char tag, const std::string& text) {
    Number(tag, text.size());
    key_ += text;
  }
  void Values(const std::vector<Json>& values) {
    Number('v', values.size());
    for (const Json& value : values) Text('w', value.Dump());
  }
  void List(char tag, const std::vector<SchemaId>& ids) {
    if (ids.empty()) return;
    Number(tag, ids.size());
    for (SchemaId id : ids) Number(',', id);
  }
  void Members(char tag, const std::vector<std::pair<std::string, SchemaId>>& members) {
    for (const auto& [name, id] : members) {
      Text(tag, name);
      Number(':', id);
    }
  }
  void Bounds(const SchemaNode& node) {
    for (const auto& [tag, bound] : {std::pair{'s', &node.minimum},
                                     {'u', &node.maximum},
                                     {'x', &node.exclusive_minimum},
                                     {'y', &node.exclusive_maximum},
                                     {'z', &node.multiple_of}}) {
      if (*bound) Text(tag, (*bound)->ToString());
    }
    Number('A', node.min_length);
    for (const auto& [tag, most] : {std::pair{'B', &node.max_length},
                                    {'C', &node.max_contains},
                                    {'D', &node.max_items},
                                    {'E', &node.max_properties}}) {
      if (*most) Number(tag, **most);
    }
    if (node.default_value) Text('V', node.default_value->Dump());
    if (node.pattern) Text('M', *node.pattern);
    if (node.format) Text('N', *node.format);
    Number('O', node.min_contains);
    Number('P', node.min_items);
    Number('Q', node.min_properties);
    key_ += node.plain_integers ? 'W' : '-';
    key_ += node.copy ? 'R' : '-';
    key_ += node.unique_items ? 'S' : '-';
    key_ += node.contains_evaluates ? 'U' : '-';
  }

  bool with_resource_;
  std::string key_;
};

// Whether anything changed.
bool Redirect(SchemaNode& node, const std::vector<SchemaId>& to) {
  bool changed = false;
  const auto redirect = [&](SchemaId& id) {
    if (id == kNoSchema || to[id] == id) return;
    id = to[id];
    changed = true;
  };
  for (SchemaId* id :
       {&node.ref, &node.dynamic_ref, &node.negated, &node.if_schema, &node.then_schema,
        &node.else_schema, &node.items, &node.contains, &node.unevaluated_items,
        &node.additional_properties, &node.property_names, &node.unevaluated_properties}) {
    redirect(*id);
  }
  for (auto* list : {&node.all_of, &node.any_of, &node.one_of, &node.prefix_items}) {
    for (SchemaId& id : *list) redirect(id);
  }
  for (auto* members : {&node.properties, &node.pattern_properties, &node.dependent_schemas}) {
    for (auto& member : *members) redirect(member.second);
  }
  return changed;
}

}  // namespace

void MergeSchemas(Schema& schema) {
  KeyWriter writer(schema.has_dynamic_refs);
  std::vector<SchemaId> to(schema.nodes.size());
  bool merged = true;
  for (int round = 0; merged && round < kMostRounds; ++round) {
    merged = false;
    std::unordered_map<std::string, SchemaId> first;
    for (SchemaId id = 0; id < schema.nodes.size(); ++id) {
      to[id] = first.emplace(writer.Write(schema.nodes[id]), id).first->second;
    }
    for (SchemaNode& node : schema.nodes) merged = Redirect(node, to) || merged;
    schema.root = to[schema.root];
    for (SchemaResource& resource : schema.resources) {
      for (auto& [anchor, id] : resource.dynamic_anchors) id = to[id];
    }
  }
}

namespace {

// A node that says nothing but which values there are.
bool IsList(const SchemaNode& node, bool with_resource) {
  if (!node.values) return false;
  SchemaNode bare;
  bare.resource = node.resource;
  bare.values = node.values;
  bare.default_value = node.default_value;
  KeyWriter first(with_resource);
  KeyWriter second(with_resource);
  return first.Write(node) == second.Write(bare);
}

// The values of all of them; nothing if one is no list, or if `once` and a value is there twice.
std::optional<std::vector<Json>> ValuesOf(const Schema& schema, const std::vector<SchemaId>& ids,
                                          bool once) {
  std::vector<Json> values;
  ValueTable table;
  std::set<ValueId> seen;
  for (SchemaId id : ids) {
    const SchemaNode& node = schema.nodes[id];
    if (!node.values || !IsList(node, schema.has_dynamic_refs)) return std::nullopt;
    for (const Json& value : *node.values) {
      const bool added = seen.insert(table.Intern(value)).second;
      if (added) values.push_back(value);
      if (!added && once) return std::nullopt;
    }
  }
  return values;
}

}  // namespace

Result<void> ListValues(Schema& schema) {
  const size_t count = schema.nodes.size();
  for (SchemaId id = 0; id < count; ++id) {
    for (const bool once : {false, true}) {
      SchemaNode& node = schema.nodes[id];
      std::vector<SchemaId>& options = once ? node.one_of : node.any_of;
      if (options.size() < 2) continue;
      auto values = ValuesOf(schema, options, once);
      if (!values) continue;
      const std::string excess = TooManyValues(*values);
      if (!excess.empty()) {
        return Fail(ErrorCode::kResourceExhausted,
                    node.path + (once ? "/oneOf: " : "/anyOf: ") + excess);
      }
      options.clear();
      SchemaNode list;
      list.path = node.path;
      list.resource = node.resource;
      list.values = *std::move(values);
      node.all_of.push_back(static_cast<SchemaId>(schema.nodes.size()));
      schema.nodes.push_back(std::move(list));  // `node` moves
    }
  }
  return {};
}

}  // namespace bantam::grammar
