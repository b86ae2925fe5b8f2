// Which keywords of a schema a search that was given up was about.
#include <algorithm>
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

// Of several keywords, in parts that all have to hold, the allOf that has them.
void Finisher::SayUndecided() {
  if (!undecided_.empty()) return;
  const SchemaId about = SchemaAbout();
  std::vector<SchemaId> parts = {about};
  std::vector<std::string> found;
  for (size_t i = 0; i < parts.size() && parts.size() < kMostParts; ++i) {
    const SchemaNode& node = languages_.node(parts[i]);
    const std::string keyword = HardKeyword(node, in_object_);
    if (!keyword.empty()) found.push_back(node.path + keyword);
    const auto add = [&](SchemaId id) {
      if (id != kNoSchema && std::ranges::find(parts, id) == parts.end()) parts.push_back(id);
    };
    add(node.ref);
    for (SchemaId id : node.all_of) add(id);
  }
  if (found.size() == 1) {
    undecided_ = found[0];
  } else {
    undecided_ = PathOf(about) + (languages_.node(about).all_of.empty() ? "" : "/allOf");
  }
}

}  // namespace bantam::grammar
