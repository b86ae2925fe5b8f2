// First by a tag that tells all of them apart, then each two alternatives by their keywords, then
// as one formula.
#include "grammar/schema/exclusive.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "grammar/schema/contradictions.h"
#include "grammar/schema/value_table.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostLooks = 2'000'000;  // at two alternatives, in one schema document …
constexpr size_t kMostPairs = 5'000;      // … as a formula
constexpr size_t kMostParts = 32;         // of one schema that are read
constexpr size_t kMostListed = 64;        // values of a tag

constexpr uint8_t kNumberBits = kNumberBit | kIntegerBit;

// What the keywords of a schema say of every value it accepts, as far as they say it plainly: its
// types, and members that it must have, each one of a list.
struct Plain {
  uint8_t types = kAllTypes;
  uint8_t free = kAllTypes;  // those of which it accepts every value
  std::map<std::string, std::vector<ValueId>, std::less<>> tags;  // lists ascending
};

class PlainReader {
 public:
  explicit PlainReader(const Schema& schema) : schema_(schema) {}

  Plain Read(SchemaId id) {
    Plain plain;
    std::set<std::string, std::less<>> required;
    std::map<std::string, std::vector<ValueId>, std::less<>> lists;
    const std::vector<SchemaId> parts = AllOf(id);
    if (parts.size() >= kMostParts) plain.free = 0;
    for (SchemaId part : parts) {
      const SchemaNode& node = schema_.nodes[part];
      if (node.boolean == false) plain.types = 0;
      plain.types &= (node.types & kNumberBit) != 0 ? node.types | kIntegerBit : node.types;
      plain.free &= FreeTypes(node);
      if (node.values) plain.types &= TypesOf(*node.values);
      required.insert(node.required.begin(), node.required.end());
      for (const auto& [name, property] : node.properties) {
        auto list = ListOf(property);
        if (list) lists.emplace(name, *std::move(list));
      }
    }
    for (auto& [name, list] : lists) {
      if (required.contains(name)) plain.tags.emplace(name, std::move(list));
    }
    plain.free &= plain.types;
    return plain;
  }

 private:
  // The types of which the keywords of the node itself accept every value.
  static uint8_t FreeTypes(const SchemaNode& node) {
    if (node.values || node.dynamic_ref != kNoSchema || !node.any_of.empty() ||
        !node.one_of.empty() || node.negated != kNoSchema || node.if_schema != kNoSchema) {
      return 0;
    }
    unsigned free = node.types;
    const bool all_numbers = (free & kNumberBit) != 0 && !node.minimum && !node.maximum &&
                             !node.exclusive_minimum && !node.exclusive_maximum &&
                             !node.multiple_of;
    if (all_numbers) {
      free |= kNumberBits;
    } else {
      free &= ~unsigned{kNumberBits};
    }
    if (node.min_length > 0 || node.max_length || node.pattern || node.format || node.copy) {
      free &= ~unsigned{kStringBit};
    }
    if (!node.prefix_items.empty() || node.items != kNoSchema || node.contains != kNoSchema ||
        node.min_items > 0 || node.max_items || node.unique_items ||
        node.unevaluated_items != kNoSchema) {
      free &= ~unsigned{kArrayBit};
    }
    if (!node.properties.empty() || !node.pattern_properties.empty() || !node.required.empty() ||
        node.additional_properties != kNoSchema || node.property_names != kNoSchema ||
        node.min_properties > 0 || node.max_properties || !node.dependent_required.empty() ||
        !node.dependent_schemas.empty() || node.unevaluated_properties != kNoSchema) {
      free &= ~unsigned{kObjectBit};
    }
    return static_cast<uint8_t>(free);
  }

  // The schema and those that have to hold with it.
  std::vector<SchemaId> AllOf(SchemaId id) const {
    std::vector<SchemaId> all = {id};
    for (size_t i = 0; i < all.size() && all.size() < kMostParts; ++i) {
      const SchemaNode& node = schema_.nodes[all[i]];
      if (node.ref != kNoSchema) all.push_back(node.ref);
      all.insert(all.end(), node.all_of.begin(), node.all_of.end());
    }
    return all;
  }

  std::optional<std::vector<ValueId>> ListOf(SchemaId id) {
    for (SchemaId part : AllOf(id)) {
      const auto& values = schema_.nodes[part].values;
      if (!values || values->size() > kMostListed) continue;
      std::vector<ValueId> list;
      for (const Json& value : *values) list.push_back(values_.Intern(value));
      std::sort(list.begin(), list.end());
      return list;
    }
    return std::nullopt;
  }

  static uint8_t TypesOf(const std::vector<Json>& values) {
    unsigned types = 0;
    for (const Json& value : values) {
      types |= value.is_null()     ? kNullBit
               : value.is_bool()   ? kBoolBit
               : value.is_number() ? kNumberBit | kIntegerBit
               : value.is_string() ? kStringBit
               : value.is_array()  ? kArrayBit
                                   : kObjectBit;
    }
    return static_cast<uint8_t>(types);
  }

  const Schema& schema_;
  ValueTable values_;
};

bool Disjoint(const std::vector<ValueId>& x, const std::vector<ValueId>& y) {
  for (size_t i = 0, j = 0; i < x.size() && j < y.size();) {
    if (x[i] == y[j]) return false;
    x[i] < y[j] ? ++i : ++j;
  }
  return true;
}

bool PlainlyExclude(const Plain& x, const Plain& y) {
  if ((x.types & y.types) == 0) return true;
  if ((x.types & y.types) != kObjectBit) return false;
  return std::any_of(x.tags.begin(), x.tags.end(), [&](const auto& tag) {
    const auto other = y.tags.find(tag.first);
    return other != y.tags.end() && Disjoint(tag.second, other->second);
  });
}

// Types of which two alternatives accept every value: with exactly one, none is valid.
uint8_t FreeTwice(const std::vector<Plain>& options) {
  unsigned once = 0;
  unsigned twice = 0;
  for (const Plain& option : options) {
    twice |= once & option.free;
    once |= option.free;
  }
  return static_cast<uint8_t>(twice);
}

// A member that all must have tells each from all others.
bool OneTagTellsAll(const std::vector<Plain>& options) {
  return std::any_of(options[0].tags.begin(), options[0].tags.end(), [&](const auto& first) {
    std::set<ValueId> seen;
    return std::all_of(options.begin(), options.end(), [&](const Plain& option) {
      const auto tag = option.tags.find(first.first);
      if (option.types != kObjectBit || tag == option.tags.end()) return false;
      return std::all_of(tag->second.begin(), tag->second.end(),
                         [&](ValueId value) { return seen.insert(value).second; });
    });
  });
}

std::shared_ptr<const Schema> WithObjectType(const Schema& schema) {
  auto extended = std::make_shared<Schema>(schema);
  extended->nodes.emplace_back().types = kObjectBit;
  extended->widest_formats = true;
  return extended;
}

class Alternatives {
 public:
  Alternatives(const Schema& schema, Fuel text_fuel)
      : plain_(schema),
        languages_(WithObjectType(schema)),
        steps_(languages_),
        contradictions_(steps_) {
    languages_.regexes().LimitWork(text_fuel.left());
  }

  uint64_t text_work() { return languages_.regexes().work(); }

  // The types of the values that satisfy exactly one of them, if no value of these types satisfies
  // two; nothing where that is not proven.
  std::optional<uint8_t> Exclude(const std::vector<SchemaId>& options) {
    std::vector<Plain> plain;
    for (SchemaId option : options) plain.push_back(plain_.Read(option));
    const auto types = static_cast<uint8_t>(kAllTypes & ~unsigned{FreeTwice(plain)});
    for (Plain& option : plain) option.types &= types;
    if (OneTagTellsAll(plain) || Apart(options, plain)) return types;
    return std::nullopt;
  }

 private:
  bool Apart(const std::vector<SchemaId>& options, const std::vector<Plain>& plain) {
    for (size_t i = 0; i < options.size(); ++i) {
      for (size_t j = i + 1; j < options.size(); ++j) {
        if (++looks_ > kMostLooks) return false;
        if (PlainlyExclude(plain[i], plain[j])) continue;
        if (++pairs_ > kMostPairs) return false;
        FormulaList both = {languages_.Valid(options[i], 0), languages_.Valid(options[j], 0)};
        if ((plain[i].types & plain[j].types) == kObjectBit) {
          both.push_back(languages_.Valid(object_, 0));
        }
        if (!contradictions_.Impossible(languages_.formulas().And(std::move(both)))) return false;
      }
    }
    return !languages_.failure() && !languages_.regexes().exhausted() &&
           !languages_.formulas().full();
  }

  PlainReader plain_;
  ValueLanguages languages_;
  ContainerSteps steps_;
  Contradictions contradictions_;
  const SchemaId object_ = static_cast<SchemaId>(languages_.schema().nodes.size() - 1);
  size_t looks_ = 0;
  size_t pairs_ = 0;
};

}  // namespace

void FindExclusive(Schema& schema) {
  std::vector<std::pair<SchemaId, uint8_t>> exclusive;  // with the types that are left
  if (schema.has_dynamic_refs) return;  // what a reference means depends on where it is met
  {
    std::vector<SchemaId> candidates;
    for (SchemaId id = 0; id < schema.nodes.size(); ++id) {
      if (schema.nodes[id].one_of.size() > 1) candidates.push_back(id);
    }
    if (candidates.empty()) return;
    const Fuel half(schema.text_fuel.left() / 2);  // the rest is the matcher's
    Alternatives alternatives(schema, half);
    for (SchemaId id : candidates) {
      const std::optional<uint8_t> types = alternatives.Exclude(schema.nodes[id].one_of);
      if (types) exclusive.emplace_back(id, *types);
    }
    schema.text_fuel.Burn(std::min(alternatives.text_work(), half.left()));
  }
  for (const auto& [id, types] : exclusive) {
    SchemaNode any;
    any.types = types;
    any.path = schema.nodes[id].path;
    any.resource = schema.nodes[id].resource;
    any.any_of = std::exchange(schema.nodes[id].one_of, {});
    const auto added = static_cast<SchemaId>(schema.nodes.size());
    schema.nodes[id].all_of.push_back(added);
    schema.nodes.push_back(std::move(any));
  }
}

}  // namespace bantam::grammar
