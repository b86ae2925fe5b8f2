// A matcher says of each string what it is; containers, keys and indices are kept beside it.
#include "grammar/schema/copied_strings.h"

#include <optional>
#include <unordered_set>
#include <utility>

#include "base/json_text.h"
#include "grammar/schema/json_matcher.h"

namespace bantam::grammar {
namespace {

// The container that is open, and the member or item in it.
struct Level {
  bool object;
  std::string key;  // as a step of a JSON Pointer
  size_t index = 0;
};

std::string PointerOf(const std::vector<Level>& levels) {
  std::string pointer;
  for (const Level& level : levels) {
    pointer += '/' + (level.object ? level.key : std::to_string(level.index));
  }
  return pointer;
}

void TakeBetween(char byte, std::vector<Level>& levels) {
  if (byte == '{' || byte == '[') levels.push_back({byte == '{', {}});
  if ((byte == '}' || byte == ']') && !levels.empty()) levels.pop_back();
  if (byte == ',' && !levels.empty()) ++levels.back().index;
}

// What a formula combines; nothing for what it negates.
void AddParts(const FormulaPool& formulas, FormulaId formula, FormulaList& out) {
  const FormulaOp op = formulas.op(formula);
  if (op != FormulaOp::kAnd && op != FormulaOp::kOr && op != FormulaOp::kOne) return;
  const auto parts = formulas.children(formula);
  out.insert(out.end(), parts.begin(), parts.end());
}

}  // namespace

std::vector<CopiedString> FindCopiedStrings(SchemaMachine& machine, std::string_view document) {
  std::vector<CopiedString> found;
  const auto source = machine.languages().schema().copy_source;
  if (source == nullptr) return found;
  JsonMatcher matcher(machine);
  std::vector<Level> levels;
  std::optional<size_t> begin;  // of the string that is being read
  for (size_t at = 0; at < document.size(); ++at) {
    const char byte = document[at];
    if (!begin) {
      TakeBetween(byte, levels);
      if (byte == '"') begin = at + 1;
    } else if (byte == '"') {
      if (const auto read = matcher.StringHere()) {  // else an escape's quote
        if (read->name) levels.back().key = PointerStep(read->text);
        const auto place = read->copied ? source->Find(read->text) : std::nullopt;
        if (place) {
          found.push_back({PointerOf(levels), read->name, *begin, at, *place, read->text.size()});
        }
        begin.reset();
      }
    }
    if (!matcher.Push(static_cast<uint8_t>(byte))) break;
  }
  return found;
}

std::optional<JsonMatcher::StringRead> JsonMatcher::StringHere() const {
  if (!InString()) return std::nullopt;
  StringRead read;
  read.text = ReadText(state());
  read.name = state().place == Place::kInName;
  const Stage& stage = StageOf(state());
  if (!read.name) {
    read.copied = Copies(stage.value, read.text);
  } else {
    for (const Fit& fit : stage.fits) read.copied |= CopiesName(fit.live, read.text);
  }
  return read;
}

// Whether a subschema with x-copy that a string may have been accepted by accepts it.
bool JsonMatcher::Copies(FormulaId value, const std::string& text) const {
  FormulaPool& formulas = languages_.formulas();
  FormulaList open = {value};
  std::unordered_set<FormulaId> seen;
  while (!open.empty()) {
    const FormulaId formula = open.back();
    open.pop_back();
    if (!seen.insert(formula).second) continue;
    if (!languages_.regexes().Matches(languages_.Texts(formula), text)) continue;
    AddParts(formulas, formula, open);
    if (formulas.op(formula) != FormulaOp::kAtom) continue;
    const Atom atom = languages_.atoms()[formulas.atom(formula)];
    if (atom.kind != AtomKind::kValid) continue;
    const SchemaNode& node = languages_.node(atom.a);
    if (node.copy) return true;
    const auto add = [&](SchemaId id) {
      if (id != kNoSchema) open.push_back(languages_.Valid(id, atom.b));
    };
    add(node.ref);
    if (node.dynamic_ref != kNoSchema) add(languages_.DynamicTarget(node, atom.b));
    for (const SchemaId id : node.all_of) add(id);
    for (const SchemaId id : node.any_of) add(id);
    for (const SchemaId id : node.one_of) add(id);
    add(node.then_schema);
    add(node.else_schema);
  }
  return false;
}

// The same for a name, by what holds for all names of an object.
bool JsonMatcher::CopiesName(FormulaId live, const std::string& name) const {
  FormulaPool& formulas = languages_.formulas();
  FormulaList open = {live};
  std::unordered_set<FormulaId> seen;
  while (!open.empty()) {
    const FormulaId formula = open.back();
    open.pop_back();
    if (!seen.insert(formula).second) continue;
    AddParts(formulas, formula, open);
    if (formulas.op(formula) != FormulaOp::kAtom) continue;
    const Atom atom = languages_.atoms()[formulas.atom(formula)];
    if (atom.kind == AtomKind::kNames && Copies(atom.a, name)) return true;
  }
  return false;
}

}  // namespace bantam::grammar
