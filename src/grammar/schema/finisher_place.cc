// Which keywords of a schema a search that was given up was about.
#include <algorithm>
#include <utility>
#include <vector>

#include "grammar/schema/finisher.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostParts = 64;  // of one schema that are looked at

// The keyword of the node that makes ends of objects, or arrays, hard to find; "" if it has none.
const char* HardKeyword(const SchemaNode& node, bool object) {
  if (!node.one_of.empty()) return "/oneOf";
  if (!node.any_of.empty()) return "/anyOf";
  if (node.if_schema != kNoSchema) return "/if";
  if (node.negated != kNoSchema) return "/not";
  if (object) {
    if (!node.dependent_schemas.empty()) return "/dependentSchemas";
    if (!node.dependent_required.empty()) return "/dependentRequired";
    if (node.unevaluated_properties != kNoSchema) return "/unevaluatedProperties";
    if (node.min_properties > 0) return "/minProperties";
    return "";
  }
  if (node.contains != kNoSchema) return "/contains";
  if (node.unique_items) return "/uniqueItems";
  if (node.unevaluated_items != kNoSchema) return "/unevaluatedItems";
  if (node.min_items > 0) return "/minItems";
  return "";
}

// The schema and those that apply to its value in place. `some`: also those that need not hold.
std::vector<SchemaId> PartsInPlace(const Schema& schema, SchemaId about, bool some) {
  std::vector<SchemaId> parts = {about};
  const auto add = [&](SchemaId id) {
    const bool known = id == kNoSchema || std::ranges::find(parts, id) != parts.end();
    if (!known && parts.size() < kMostParts) parts.push_back(id);
  };
  for (size_t i = 0; i < parts.size(); ++i) {
    const SchemaNode& node = schema.nodes[parts[i]];
    add(node.ref);
    for (SchemaId id : node.all_of) add(id);
    if (!some) continue;
    for (SchemaId id : {node.negated, node.if_schema, node.then_schema, node.else_schema}) add(id);
    for (const auto* list : {&node.any_of, &node.one_of}) {
      for (SchemaId id : *list) add(id);
    }
  }
  return parts;
}

}  // namespace

// The schema of the value that is looked for; the root where it is none of the document's.
SchemaId Finisher::SchemaAbout() {
  SchemaId about = languages_.schema().root;
  for (FormulaId part : formulas_.Conjuncts(about_)) {
    if (formulas_.op(part) != FormulaOp::kAtom) continue;
    const Atom& atom = languages_.atoms()[formulas_.atom(part)];
    if (atom.kind == AtomKind::kValid) about = atom.a;
  }
  return about;
}

// The keywords about texts in all schemas that apply to the value in place; where there are none,
// the list of values.
std::string Finisher::PathOfTexts() {
  constexpr size_t kMostNamed = 4;
  const SchemaId about = SchemaAbout();
  std::string named, listed;
  size_t found = 0, lists = 0;
  for (SchemaId part : PartsInPlace(languages_.schema(), about, true)) {
    const SchemaNode& node = languages_.node(part);
    const auto name = [&](bool has, const char* keyword) {
      if (has) named += (found++ > 0 ? ", " : "") + node.path + keyword;
    };
    name(node.pattern.has_value(), "/pattern");
    name(node.format.has_value(), "/format");
    name(node.copy, "/x-copy");
    // const is kept as an enum of one.
    if (!node.values || lists++ > 0) continue;
    listed = node.path + (node.values->size() == 1 ? "/const or enum" : "/enum");
  }
  if (found == 0) {
    named = std::move(listed);
    found = lists;
  }
  if (found > 0 && found <= kMostNamed) return named;
  const SchemaNode& node = languages_.node(about);
  return node.path + (node.one_of.size() > kMostNamed   ? "/oneOf"
                      : node.any_of.size() > kMostNamed ? "/anyOf"
                      : node.all_of.size() > kMostNamed ? "/allOf"
                                                        : "");
}

// Of several keywords, in parts that all have to hold, the allOf that has them.
void Finisher::SayUndecided() {
  if (!undecided_.empty()) return;
  const SchemaId about = SchemaAbout();
  std::vector<std::string> found;
  for (SchemaId part : PartsInPlace(languages_.schema(), about, false)) {
    const SchemaNode& node = languages_.node(part);
    const std::string keyword = HardKeyword(node, in_object_);
    if (!keyword.empty()) found.push_back(node.path + keyword);
  }
  if (found.size() == 1) {
    undecided_ = found[0];
  } else {
    undecided_ = PathOf(about) + (languages_.node(about).all_of.empty() ? "" : "/allOf");
  }
}

}  // namespace bantam::grammar
