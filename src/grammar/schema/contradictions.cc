// What cannot be shown at once is left open.
#include "grammar/schema/contradictions.h"

#include <utility>

namespace bantam::grammar {
namespace {

constexpr int kMostNested = 3;  // members within members

}  // namespace

bool Contradictions::Impossible(FormulaId value, int depth) {
  if (value == FormulaPool::kFalse) return true;
  if (value == FormulaPool::kTrue) return false;
  const auto [it, added] = known_.try_emplace(value, false);
  if (!added) return it->second;
  const bool impossible = Find(value, depth);
  known_[value] = impossible;
  return impossible;
}

bool Contradictions::Find(FormulaId value, int depth) {
  if (languages_.regexes().Alive(languages_.Texts(value))) return false;
  if (!languages_.Numbers(value)->is_none()) return false;
  for (const JsonLiteral literal : {JsonLiteral::kNull, JsonLiteral::kFalse, JsonLiteral::kTrue}) {
    if (languages_.Accepts(value, literal)) return false;
  }
  if (languages_.Items(value) != FormulaPool::kFalse) return false;
  const FormulaId members = languages_.Members(value);
  return members == FormulaPool::kFalse || (depth < kMostNested && NoMembers(members, depth));
}

// A required member has no value.
bool Contradictions::NoMembers(FormulaId members, int depth) {
  NamesId names = 0;
  bool named = false;
  const FormulaList parts = formulas_.Conjuncts(members);
  for (FormulaId part : parts) {
    if (formulas_.op(part) != FormulaOp::kAtom) continue;
    const Atom atom = languages_.atoms()[formulas_.atom(part)];
    if (atom.kind != AtomKind::kRequired) continue;
    if (!std::exchange(named, true)) names = steps_.NamesOf({&members, 1});
    const NameClassId name = steps_.ClassOf(names, languages_.strings()[atom.a]);
    if (Impossible(AskedOf(steps_.Member(members, name)), depth + 1)) return true;
  }
  return false;
}

// What a formula asks of the member whatever else: the conjunction of its own kChild parts.
FormulaId Contradictions::AskedOf(FormulaId begun) {
  if (begun == FormulaPool::kFalse) return begun;
  FormulaList asked;
  const FormulaList parts = formulas_.Conjuncts(begun);
  for (FormulaId part : parts) {
    if (const auto literal = steps_.AskedLiteral(part)) asked.push_back(steps_.OfValue(*literal));
  }
  return formulas_.And(std::move(asked));
}

}  // namespace bantam::grammar
