// From a formula through its atoms to the schemas that apply in place.
#include "grammar/repair/schema_hints.h"

#include <algorithm>
#include <set>
#include <utility>

namespace bantam::grammar {
namespace {

constexpr size_t kMostShown = 60;
constexpr size_t kMostValuesShown = 6;
constexpr size_t kFewTexts = 100;  // of a pattern, to be taken for a list

}  // namespace

std::string Shown(std::string_view text) {
  if (text.size() <= kMostShown) return std::string(text);
  size_t keep = kMostShown;
  while (keep > 0 && (static_cast<uint8_t>(text[keep]) & 0xC0) == 0x80) --keep;
  return std::string(text.substr(0, keep)) + "…";
}

namespace {

// What in-place schemas have still to be looked at.
struct Walker {
  ValueLanguages& languages;
  Hints& hints;
  std::vector<std::pair<SchemaId, ScopeId>> todo;
  std::set<std::pair<SchemaId, ScopeId>> seen;
  std::set<std::string> texts;

  void Add(SchemaId schema, ScopeId outer) {
    if (schema == kNoSchema || seen.size() >= SchemaHints::kMostSchemas) return;
    const std::pair place{schema, languages.Enter(schema, outer)};
    if (seen.insert(place).second) todo.push_back(place);
  }

  void AddValue(const Json& value) {
    if (hints.values.size() < kMostValuesShown) {
      hints.values.push_back(Shown(value.Dump()));
    } else {
      hints.more_values = true;
    }
    if (value.is_string()) AddText(value.AsString());
  }

  void AddText(const std::string& text) {
    if (texts.size() < SchemaHints::kMostTexts && texts.insert(text).second) hints.texts.Add(text);
  }

  void Look(SchemaId id, ScopeId scope) {
    const SchemaNode& node = languages.node(id);
    if (hints.path.empty()) hints.path = node.path;
    if (node.default_value) hints.defaults.push_back(&*node.default_value);
    if (node.values) {
      for (const Json& value : *node.values) AddValue(value);
    }
    if (hints.names.empty()) {
      for (const auto& property : node.properties) {
        if (hints.names.size() < SchemaHints::kMostNames) hints.names.push_back(property.first);
      }
    }
    if (node.max_length) {
      hints.max_length = std::min(hints.max_length.value_or(*node.max_length), *node.max_length);
    }
    if (node.min_length > 0) {
      hints.min_length = std::max(hints.min_length.value_or(0), node.min_length);
    }
    Add(node.ref, scope);
    if (node.dynamic_ref != kNoSchema) Add(languages.DynamicTarget(node, scope), scope);
    for (const auto* list : {&node.all_of, &node.any_of, &node.one_of}) {
      for (SchemaId part : *list) Add(part, scope);
    }
    Add(node.then_schema, scope);
    Add(node.else_schema, scope);
  }
};

}  // namespace

void SchemaHints::Walk(FormulaId value, Hints& hints) {
  ValueLanguages& languages = machine_.languages();
  FormulaPool& formulas = languages.formulas();
  Walker walker{languages, hints, {}, {}, {}};
  std::vector<FormulaId> todo = {value};
  std::set<FormulaId> seen = {value};
  while (!todo.empty() && seen.size() < kMostSchemas) {
    const FormulaId formula = todo.back();
    todo.pop_back();
    switch (formulas.op(formula)) {
      case FormulaOp::kAtom: {
        const Atom& atom = languages.atoms()[formulas.atom(formula)];
        if (atom.kind == AtomKind::kValid) walker.Add(atom.a, atom.b);
        if (atom.kind == AtomKind::kEquals) walker.AddValue(languages.values()[atom.a]);
        break;
      }
      case FormulaOp::kAnd:
      case FormulaOp::kOr:
      case FormulaOp::kOne:
        for (FormulaId part : formulas.children(formula)) {
          if (seen.insert(part).second) todo.push_back(part);
        }
        break;
      default: break;
    }
  }
  for (size_t next = 0; next < walker.todo.size(); ++next) {
    const auto [schema, scope] = walker.todo[next];
    walker.Look(schema, scope);
  }
  if (hints.texts.size() > 0) return;
  const RegexId regex = languages.Texts(value);
  const auto few = languages.regexes().FewTexts(regex, kFewTexts);
  if (!few) return;
  for (const std::string& text : *few) walker.AddText(text);
}

const Hints& SchemaHints::Of(FormulaId value) {
  const auto [it, added] = hints_.try_emplace(value);
  if (added) Walk(value, it->second);
  return it->second;
}

std::vector<std::string> SchemaHints::Kinds(FormulaId value, Json::Kind found, bool& same_kind) {
  ValueLanguages& languages = machine_.languages();
  Finisher& finisher = machine_.finisher();
  std::vector<std::string> kinds;
  const auto add = [&](Json::Kind kind, std::string name) {
    same_kind = same_kind || kind == found;
    kinds.push_back(std::move(name));
  };
  if (languages.regexes().Alive(languages.Texts(value))) add(Json::Kind::kString, "a string");
  const auto held = languages.Numbers(value);
  const NumberSet& numbers = *held;
  if (!numbers.is_none()) {
    const auto fractions = NumberSet::Integers().Not();
    const auto both = fractions ? numbers.And(*fractions) : fractions;
    add(Json::Kind::kNumber, both && both->is_none() ? "an integer" : "a number");
  }
  const bool can_be_true = languages.Accepts(value, JsonLiteral::kTrue);
  const bool can_be_false = languages.Accepts(value, JsonLiteral::kFalse);
  if (can_be_true) add(Json::Kind::kBool, "true");
  if (can_be_false) add(Json::Kind::kBool, "false");
  if (languages.Accepts(value, JsonLiteral::kNull)) add(Json::Kind::kNull, "null");
  for (const bool object : {false, true}) {
    OpenContainer container;
    container.object = object;
    container.live = object ? languages.Members(value) : languages.Items(value);
    if (object) {
      const FormulaId live = container.live;
      container.names = machine_.steps().NamesOf({&live, 1});
    }
    if (container.live == FormulaPool::kFalse) continue;
    if (finisher.Close(container).cost == Finish::kNever) continue;
    add(object ? Json::Kind::kObject : Json::Kind::kArray, object ? "an object" : "an array");
  }
  return kinds;
}

const std::string& SchemaHints::Expected(FormulaId value, Json::Kind found) {
  const auto [it, added] = expected_.try_emplace({value, found});
  if (added) it->second = FindExpected(value, found);
  return it->second;
}

std::string SchemaHints::FindExpected(FormulaId value, Json::Kind found) {
  const Hints& hints = Of(value);
  std::string text;
  bool same_kind = false;
  if (!hints.values.empty()) {
    text = hints.values.size() > 1 ? "one of " : "";
    for (size_t i = 0; i < hints.values.size(); ++i) text += (i > 0 ? ", " : "") + hints.values[i];
    if (hints.more_values) text += ", …";
  } else {
    const std::vector<std::string> kinds = Kinds(value, found, same_kind);
    for (size_t i = 0; i < kinds.size(); ++i) {
      text += (i == 0 ? "" : i + 1 < kinds.size() ? ", " : " or ") + kinds[i];
    }
    if (kinds.empty()) text = "nothing";
    if (same_kind) text += " that the schema allows";
  }
  return hints.path.empty() ? text : text + " (" + hints.path + ")";
}

}  // namespace bantam::grammar
