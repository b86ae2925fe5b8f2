// Questions are answered one after the other, and those first that follow from answers given.
#include "grammar/schema/demands.h"

#include <algorithm>
#include <map>
#include <utility>

namespace bantam::grammar {
namespace {

constexpr size_t kMostChecked = 64;  // answers of which it is looked whether they go together

bool IsScalar(const Json& value) {
  return !value.is_object() && !value.is_array();
}

}  // namespace

const std::vector<Demand>& DemandFinder::Of(FormulaId formula) {
  if (const auto it = known_.find(formula); it != known_.end()) return it->second;
  most_work_ = work_ + languages_.schema().search_work / kShare;
  most_looks_ = formulas_.work() + languages_.schema().search_work * kLooks;
  return known_.emplace(formula, Find(formula)).first->second;
}

std::vector<Demand> DemandFinder::Find(FormulaId formula) {
  FormulaList values;
  FormulaList rest;
  FormulaList mixed;
  const auto sort_out = [&] {
    const FormulaList parts = formulas_.Conjuncts(formula);
    for (FormulaId part : parts) {
      if (steps_.Asked(part).empty()) {
        rest.push_back(part);
      } else if (const auto value = AsValue(part)) {
        values.push_back(*value);
      } else {
        mixed.push_back(part);
      }
    }
  };
  sort_out();
  if (!mixed.empty()) {
    values.clear(), rest.clear(), mixed.clear();
    formula = Decide(formula, values);
    sort_out();
  }
  const FormulaId value = formulas_.And(values);
  const FormulaId settled = formulas_.And(rest);
  if (value == FormulaPool::kFalse || settled == FormulaPool::kFalse) return {};
  if (mixed.empty()) return {{value, settled}};
  std::vector<Demand> demands;
  if (mixed.size() == 1 && formulas_.op(mixed[0]) == FormulaOp::kOr) {
    Alternatives(mixed[0], values, settled, demands);
  } else {
    Answers({formulas_.And(mixed), values}, demands);
    for (Demand& demand : demands) demand.settled = formulas_.And({demand.settled, settled});
  }
  std::erase_if(demands, [](const Demand& demand) {
    return demand.value == FormulaPool::kFalse || demand.settled == FormulaPool::kFalse;
  });
  return Merged(demands);
}

// Each alternative of one condition.
void DemandFinder::Alternatives(FormulaId choice, const FormulaList& values, FormulaId rest,
                                std::vector<Demand>& out) {
  const FormulaList options(formulas_.children(choice).begin(), formulas_.children(choice).end());
  FormulaList unasked;
  for (FormulaId option : options) {
    if (steps_.Asked(option).empty()) {
      unasked.push_back(option);
      continue;
    }
    if (out.size() >= kMostDemands || Spent()) {
      gave_up_ = true;
      return;
    }
    State state{option, values};
    state.formula = Decide(state.formula, state.literals);
    DropImpossible(state, FormulaPool::kTrue);
    if (state.formula == FormulaPool::kFalse) continue;
    std::vector<Demand> ways;
    Answers(std::move(state), ways);
    for (const Demand& way : ways) {
      out.push_back({way.value, formulas_.And({way.settled, rest})});
    }
  }
  if (unasked.empty()) return;
  const FormulaId settled = formulas_.And({formulas_.Or(std::move(unasked)), rest});
  if (settled != FormulaPool::kFalse) out.push_back({formulas_.And(values), settled});
}

// Depth first, the answer yes before no.
void DemandFinder::Answers(State first, std::vector<Demand>& out) {
  if (AnswersOfList(first, out)) return;
  std::vector<State> open;
  open.push_back(std::move(first));
  for (size_t count = 0; !open.empty(); ++count) {
    State state = std::move(open.back());
    open.pop_back();
    state.formula = Decide(state.formula, state.literals);
    if (state.formula == FormulaPool::kFalse) continue;
    const std::vector<FormulaId> asked = steps_.Asked(state.formula);
    work_ += 1 + asked.size() + state.literals.size();
    if (out.size() >= kMostAnswers || count >= 4 * kMostAnswers || Spent()) {
      gave_up_ = true;
      return;
    }
    if (SplitByValue(state, open)) continue;
    if (state.literals.size() <= kMostChecked || asked.empty()) {
      const FormulaId value = formulas_.And(state.literals);
      if (contradictions_.Impossible(value)) continue;
      if (asked.empty()) {
        out.push_back({value, state.formula});
        continue;
      }
    }
    open.push_back(Assume(state, asked.front(), false));
    open.push_back(Assume(state, asked.front(), true));
  }
}

// Where several questions are which of some values it is: by the value that it is, or none of them.
// What any other question says of a known value is known. False: there are no such questions.
bool DemandFinder::SplitByValue(const State& state, std::vector<State>& open) {
  if (languages_.schema().copy_source != nullptr) return false;
  const FormulaList asked = steps_.Asked(state.formula);
  FormulaList equals;
  for (FormulaId formula : asked) {
    if (ValueOf(formula) != nullptr) equals.push_back(formula);
  }
  if (equals.size() < 2) return false;
  const FormulaList parts = formulas_.Conjuncts(state.formula);
  FormulaList none;
  std::unordered_map<FormulaId, std::vector<size_t>> about;  // parts that ask for a value, …
  std::vector<size_t> others;                                // … and that ask something else
  for (size_t i = 0; i < parts.size(); ++i) {
    none.push_back(Settled(parts[i], equals, false));
    const FormulaList questions = steps_.Asked(parts[i]);
    for (FormulaId formula : questions) {
      if (ValueOf(formula) != nullptr) about[formula].push_back(i);
    }
    if (!steps_.Asked(none[i]).empty()) others.push_back(i);
  }
  const FormulaId legal = formulas_.And(state.literals);
  for (FormulaId equal : equals) {
    if (Spent()) {
      gave_up_ = true;
      return true;
    }
    const Json value = *ValueOf(equal);
    work_ += 1 + about[equal].size() + others.size();
    if (!truth_.Of(legal, value).value_or(false)) continue;
    FormulaList known;
    std::vector<uint8_t> truth;
    for (FormulaId formula : asked) {
      const std::optional<bool> holds =
          ValueOf(formula) != nullptr ? formula == equal : truth_.Of(formula, value);
      if (!holds) continue;
      known.push_back(formula);
      truth.push_back(*holds ? 1 : 0);
    }
    Outcome outcome;
    outcome.asked = known;
    outcome.truth = truth;
    FormulaList settled = none;
    for (size_t i : about[equal]) settled[i] = steps_.Settle(parts[i], outcome);
    for (size_t i : others) settled[i] = steps_.Settle(parts[i], outcome);
    State next{formulas_.And(std::move(settled)), state.literals};
    next.literals.push_back(equal);
    if (next.formula != FormulaPool::kFalse) open.push_back(std::move(next));
  }
  State rest{formulas_.And(std::move(none)), state.literals};
  for (FormulaId equal : equals) rest.literals.push_back(formulas_.Not(equal));
  open.push_back(std::move(rest));
  return true;
}

// The value that it is asked for; null: it is another question.
const Json* DemandFinder::ValueOf(FormulaId asked) const {
  if (formulas_.op(asked) != FormulaOp::kAtom) return nullptr;
  const Atom& atom = languages_.atoms()[formulas_.atom(asked)];
  return atom.kind == AtomKind::kEquals ? &languages_.values()[atom.a] : nullptr;
}

// Where only some scalars are legal: by what each of them answers.
bool DemandFinder::AnswersOfList(const State& state, std::vector<Demand>& out) {
  const auto list = ListOf(state.literals);
  if (!list) return false;
  const FormulaId value = formulas_.And(state.literals);
  const std::vector<FormulaId> asked = steps_.Asked(state.formula);
  std::map<std::vector<uint8_t>, FormulaList> classes;
  for (const Json& scalar : *list) {
    if (Spent()) {
      gave_up_ = true;
      return true;
    }
    if (!Satisfies(value, scalar)) continue;
    std::vector<uint8_t> truth;
    for (FormulaId formula : asked) truth.push_back(Satisfies(formula, scalar) ? 1 : 0);
    classes[std::move(truth)].push_back(languages_.Equal(scalar));
  }
  for (auto& [truth, scalars] : classes) {
    Outcome outcome;
    outcome.asked = asked;
    outcome.truth = truth;
    const FormulaId settled = steps_.Settle(state.formula, outcome);
    if (settled == FormulaPool::kFalse) continue;
    const FormulaId either = formulas_.Or(std::move(scalars));
    out.push_back({classes.size() == 1 ? value : formulas_.And({value, either}), settled});
  }
  return true;
}

// Scalars among which the values are that satisfy all literals, if one of these lists them.
std::optional<std::vector<Json>> DemandFinder::ListOf(const FormulaList& literals) {
  if (languages_.schema().copy_source != nullptr) return std::nullopt;  // copied or not: not equal
  const FormulaList parts = formulas_.Conjuncts(formulas_.And(literals));
  for (FormulaId literal : parts) {
    if (formulas_.op(literal) != FormulaOp::kAtom) continue;
    const Atom& atom = languages_.atoms()[formulas_.atom(literal)];
    if (atom.kind == AtomKind::kEquals && IsScalar(languages_.values()[atom.a])) {
      return std::vector<Json>{languages_.values()[atom.a]};
    }
    if (atom.kind != AtomKind::kValid) continue;
    const auto& values = languages_.node(atom.a).values;
    if (values && std::all_of(values->begin(), values->end(), IsScalar)) return *values;
  }
  return std::nullopt;
}

std::optional<Json> DemandFinder::OnlyValue(FormulaId asked) {
  const auto list = ListOf({asked});
  if (!list || list->size() != 1) return std::nullopt;
  return list->front();
}

bool DemandFinder::Satisfies(FormulaId value, const Json& scalar) {
  return truth_.Of(value, scalar).value_or(false);
}

FormulaId DemandFinder::Settled(FormulaId formula, const FormulaList& asked, bool holds) {
  const std::vector<uint8_t> truth(asked.size(), holds ? 1 : 0);
  Outcome outcome;
  outcome.asked = asked;
  outcome.truth = truth;
  return steps_.Settle(formula, outcome);
}

DemandFinder::State DemandFinder::Assume(const State& state, FormulaId asked, bool holds) {
  State next{Settled(state.formula, {asked}, holds), state.literals};
  next.literals.push_back(holds ? asked : formulas_.Not(asked));
  if (!holds) return next;
  // What the answer yes says already need not be said.
  std::erase_if(next.literals, [&](FormulaId literal) {
    if (formulas_.op(literal) != FormulaOp::kNot) return false;
    return Conflict({asked}, formulas_.children(literal)[0]);
  });
  DropImpossible(next, asked);
  return next;
}

// No value satisfies all of them.
bool DemandFinder::Conflict(const FormulaList& literals, FormulaId asked) {
  FormulaList both = literals;
  both.push_back(asked);
  return contradictions_.Impossible(formulas_.And(std::move(both)));
}

// Answers with no what contradicts the answer that was given last, or (kTrue) any.
void DemandFinder::DropImpossible(State& state, FormulaId asked) {
  const FormulaList all = steps_.Asked(state.formula);
  if (all.empty()) return;
  const std::optional<Json> only = asked == FormulaPool::kTrue ? std::nullopt : OnlyValue(asked);
  FormulaList literals = state.literals;
  if (asked != FormulaPool::kTrue && literals.size() > kMostChecked) literals = {asked};
  FormulaList impossible;
  for (FormulaId other : all) {
    if (Spent()) break;  // Answers gives up
    const bool dropped = only ? !Satisfies(other, *only) : Conflict(literals, other);
    if (dropped) impossible.push_back(other);
  }
  if (!impossible.empty()) state.formula = Settled(state.formula, impossible, false);
}

// Decides the questions that can be answered in one way only.
FormulaId DemandFinder::Decide(FormulaId formula, FormulaList& literals) {
  for (bool again = true; again;) {
    again = false;
    FormulaList yes;
    FormulaList no;
    const FormulaList parts = formulas_.Conjuncts(formula);
    for (FormulaId part : parts) {
      const auto literal = steps_.AskedLiteral(part);
      if (!literal) continue;
      (literal->holds ? yes : no).push_back(literal->asked);
      literals.push_back(steps_.OfValue(*literal));
      again = true;
    }
    std::sort(yes.begin(), yes.end());
    std::sort(no.begin(), no.end());
    if (!yes.empty()) formula = Settled(formula, yes, true);
    if (!no.empty()) formula = Settled(formula, no, false);
  }
  return formula;
}

// It has no atoms but kChild. Of thousands of alternatives mostly the first one tells.
bool DemandFinder::OnlyAsks(FormulaId formula) {
  if (formula <= FormulaPool::kTrue) return true;
  if (const auto it = only_asks_.find(formula); it != only_asks_.end()) return it->second;
  formulas_.Count(1);
  bool only = true;
  if (formulas_.op(formula) == FormulaOp::kAtom || formulas_.op(formula) == FormulaOp::kNode) {
    only = languages_.atoms()[formulas_.atom(formula)].kind == AtomKind::kChild;
  } else {
    for (FormulaId part : formulas_.children(formula)) {
      only = OnlyAsks(part);
      if (!only) break;
    }
  }
  only_asks_.emplace(formula, only);
  return only;
}

// The formula about the value if it has kChild atoms only.
std::optional<FormulaId> DemandFinder::AsValue(FormulaId formula) {
  if (!OnlyAsks(formula)) return std::nullopt;
  std::unordered_map<FormulaId, FormulaId> memo;
  return formulas_.Map(formula, memo,
                       [&](FormulaId leaf) { return languages_.atoms()[formulas_.atom(leaf)].a; });
}

// Ways that ask the same are one.
std::vector<Demand> DemandFinder::Merged(const std::vector<Demand>& demands) {
  std::vector<Demand> merged;
  std::unordered_map<FormulaId, size_t> places;
  std::vector<FormulaList> settled;
  for (const Demand& demand : demands) {
    const auto [it, added] = places.emplace(demand.value, merged.size());
    if (added) {
      merged.push_back(demand);
      settled.emplace_back();
    }
    settled[it->second].push_back(demand.settled);
  }
  for (size_t i = 0; i < merged.size(); ++i) {
    if (settled[i].size() > 1) merged[i].settled = formulas_.Or(std::move(settled[i]));
  }
  return merged;
}

}  // namespace bantam::grammar
