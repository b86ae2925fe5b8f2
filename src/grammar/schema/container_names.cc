// Which property names a container's formulas tell apart.
#include <algorithm>
#include <array>
#include <utility>

#include "grammar/schema/container_steps.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostOtherClasses = 256;  // combinations of patterns that some name matches
constexpr int kMostInPlace = 400;
constexpr uint64_t kManyTexts = 500;

void SortUnique(std::vector<RegexId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

NameClassId ContainerSteps::InternClass(NameClass name) {
  const auto [it, added] =
      class_ids_.emplace(std::move(name), static_cast<NameClassId>(classes_.size()));
  if (added) classes_.push_back(&it->first);
  return it->second;
}

NamesId ContainerSteps::NamesOf(std::span<const FormulaId> formulas) {
  FormulaList key(formulas.begin(), formulas.end());
  if (const auto it = names_of_.find(key); it != names_of_.end()) return it->second;
  std::vector<uint32_t> listed;
  std::vector<RegexId> patterns;
  std::map<FormulaId, bool> visited;
  for (FormulaId formula : formulas) AddNames(formula, listed, patterns, visited);
  SortUnique(patterns);
  const StringTable& strings = languages_.strings();
  std::sort(listed.begin(), listed.end(),
            [&](uint32_t x, uint32_t y) { return strings[x] < strings[y]; });
  listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
  const auto [it, added] =
      names_ids_.emplace(std::pair{listed, patterns}, static_cast<NamesId>(names_.size()));
  names_of_.emplace(std::move(key), it->second);
  if (!added) return it->second;
  Names& names = names_.emplace_back();
  names.listed = std::move(listed);
  names.patterns = std::move(patterns);
  for (uint32_t name : names.listed) {
    NameClass known{name, {}};
    for (RegexId pattern : names.patterns) {
      if (languages_.regexes().Matches(pattern, strings[name])) known.matched.push_back(pattern);
    }
    names.listed_class.push_back(InternClass(std::move(known)));
  }
  AddOthers(names);
  return it->second;
}

std::vector<uint32_t> ContainerSteps::NamesIn(FormulaId formula) {
  std::vector<uint32_t> listed;
  std::vector<RegexId> patterns;
  std::map<FormulaId, bool> visited;
  AddNames(formula, listed, patterns, visited);
  SortUnique(listed);
  return listed;
}

// "#/…/patternProperties" of the schema that has most of the patterns.
std::string ContainerSteps::PathOfPatterns(const std::vector<RegexId>& patterns) {
  size_t most = 0;
  std::string path;
  const std::vector<SchemaNode>& nodes = languages_.schema().nodes;
  for (SchemaId id = 0; id < nodes.size(); ++id) {
    const auto count = std::ranges::count_if(nodes[id].pattern_properties, [&](const auto& entry) {
      const std::optional<RegexId> known = languages_.KnownPattern(entry.first);
      return known && std::ranges::binary_search(patterns, *known);
    });
    if (static_cast<size_t>(count) <= most) continue;
    most = static_cast<size_t>(count);
    path = nodes[id].path + "/patternProperties";
  }
  return path;
}

// Splits all texts that are not listed by each pattern in turn.
void ContainerSteps::AddOthers(Names& names) {
  RegexPool& regexes = languages_.regexes();
  std::vector<RegexId> literals;
  for (uint32_t name : names.listed)
    literals.push_back(regexes.Literal(languages_.strings()[name]));
  struct Part {
    NameClass name;
    RegexId texts;
  };
  std::vector<Part> parts = {{{}, regexes.Not(regexes.Either(literals))}};
  for (RegexId pattern : names.patterns) {
    std::vector<Part> split;
    for (Part& part : parts) {
      const std::array<RegexId, 2> with = {part.texts, pattern};
      const std::array<RegexId, 2> without = {part.texts, regexes.Not(pattern)};
      const RegexId in = regexes.Both(with);
      const RegexId out = regexes.Both(without);
      if (regexes.Alive(in)) {
        Part& added = split.emplace_back(Part{part.name, in});
        added.name.matched.push_back(pattern);
      }
      if (regexes.Alive(out)) split.push_back({std::move(part.name), out});
    }
    parts = std::move(split);
    if (parts.size() > kMostOtherClasses) {
      languages_.SetFailure(
          ErrorCode::kResourceExhausted,
          PathOfPatterns(names.patterns) + ": they overlap in more than 256 ways");
      parts.resize(kMostOtherClasses);
    }
  }
  for (Part& part : parts) {
    const uint64_t length = regexes.LengthOfMany(part.texts, kManyTexts);
    names.others.push_back({InternClass(std::move(part.name)), part.texts, length});
  }
  if (regexes.exhausted()) {
    const std::string path = PathOfPatterns(names.patterns);
    if (!path.empty()) languages_.NoteExhausted(path);
  }
}

NameClassId ContainerSteps::ClassOf(NamesId id, std::string_view name) {
  const Names& names = names_[id];
  const StringTable& strings = languages_.strings();
  const auto it = std::lower_bound(names.listed.begin(), names.listed.end(), name,
                                   [&](uint32_t x, std::string_view y) { return strings[x] < y; });
  if (it != names.listed.end() && strings[*it] == name) {
    return names.listed_class[static_cast<size_t>(it - names.listed.begin())];
  }
  NameClass other;
  for (RegexId pattern : names.patterns) {
    if (languages_.regexes().Matches(pattern, name)) other.matched.push_back(pattern);
  }
  return InternClass(std::move(other));
}

void ContainerSteps::AddNames(FormulaId formula, std::vector<uint32_t>& listed,
                              std::vector<RegexId>& patterns, std::map<FormulaId, bool>& visited) {
  if (formula <= FormulaPool::kTrue || !visited.emplace(formula, true).second) return;
  for (size_t i = 0; i < formulas_.children(formula).size(); ++i) {
    AddNames(formulas_.children(formula)[i], listed, patterns, visited);
  }
  const FormulaOp op = formulas_.op(formula);
  if (op != FormulaOp::kAtom && op != FormulaOp::kNode) return;
  const Atom atom = languages_.atoms()[formulas_.atom(formula)];
  if (atom.kind == AtomKind::kRequired) listed.push_back(atom.a);
  if (atom.kind == AtomKind::kNames) patterns.push_back(languages_.Texts(atom.a));
  if (atom.kind == AtomKind::kProperties) {
    AddNamesOfSchema(atom.a, atom.b, false, 0, listed, patterns);
  }
  if (atom.kind == AtomKind::kUnevaluated) {
    AddNamesOfSchema(atom.a, atom.b, true, 0, listed, patterns);
  }
  if (atom.kind == AtomKind::kSameMembers) {
    const Json value = languages_.values()[atom.a];
    for (const auto& member : value.members()) {
      listed.push_back(languages_.strings().Intern(member.first));
    }
  }
}

void ContainerSteps::AddNamesOfSchema(SchemaId schema, ScopeId outer, bool in_place, int depth,
                                      std::vector<uint32_t>& listed,
                                      std::vector<RegexId>& patterns) {
  const SchemaNode& at = languages_.node(schema);
  if (depth > kMostInPlace) return;  // refused where its conditions were collected
  for (const auto& property : at.properties) {
    listed.push_back(languages_.strings().Intern(property.first));
  }
  for (const auto& pattern : at.pattern_properties) {
    patterns.push_back(languages_.Pattern(pattern.first, schema));
  }
  if (!in_place) return;
  const ScopeId scope = languages_.Enter(schema, outer);
  const auto inside = [&](SchemaId id) {
    if (id != kNoSchema) AddNamesOfSchema(id, scope, true, depth + 1, listed, patterns);
  };
  inside(at.ref);
  if (at.dynamic_ref != kNoSchema) inside(languages_.DynamicTarget(at, scope));
  for (SchemaId id : at.all_of) inside(id);
  for (SchemaId id : at.any_of) inside(id);
  for (SchemaId id : at.one_of) inside(id);
  inside(at.if_schema);
  inside(at.then_schema);
  inside(at.else_schema);
  for (const auto& dependent : at.dependent_schemas) inside(dependent.second);
}

}  // namespace bantam::grammar
