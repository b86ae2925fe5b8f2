// Demands: the ways in which a member or item that has begun may go on.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "grammar/schema/contradictions.h"
#include "grammar/schema/json_truth.h"

namespace bantam::grammar {

// A way to go on with a member or item.
struct Demand {
  FormulaId value = FormulaPool::kTrue;    // what the value must satisfy then
  FormulaId settled = FormulaPool::kTrue;  // what the container's formula becomes
};

// What is asked of a value and stands beside nothing else is one demand. Where it stands in
// conditions on other members, values are told apart by which of the questions they answer with
// yes: one way for each set of answers that some value may give. The alternatives of a single
// condition are ways as they are. Remembers every answer.
class DemandFinder {
 public:
  static constexpr size_t kMostDemands = 20'000;  // alternatives of one condition
  static constexpr size_t kMostAnswers = 2'048;   // sets of answers, where there are several
  static constexpr uint64_t kShare = 12;          // of Schema::search_work, for one formula
  static constexpr uint64_t kLooks = 4;           // at formulas (FormulaPool::work), for each of it

  explicit DemandFinder(ContainerSteps& steps)
      : steps_(steps),
        languages_(steps.languages()),
        formulas_(languages_.formulas()),
        contradictions_(steps),
        truth_(steps) {}

  // Ways to make a formula with kChild atoms true. It is true if and only if one of them is; where
  // the value satisfies more, more than `settled` says may be possible.
  const std::vector<Demand>& Of(FormulaId formula);
  // Ways were left out, for there were too many.
  bool gave_up() const { return gave_up_; }
  // Questions looked at since the beginning.
  uint64_t work() const { return work_; }

 private:
  struct State {
    FormulaId formula;
    FormulaList literals;
  };

  std::vector<Demand> Find(FormulaId formula);
  void Alternatives(FormulaId choice, const FormulaList& values, FormulaId rest,
                    std::vector<Demand>& out);
  void Answers(State state, std::vector<Demand>& out);
  bool SplitByValue(const State& state, std::vector<State>& open);
  bool AnswersOfList(const State& state, std::vector<Demand>& out);
  std::optional<std::vector<Json>> ListOf(const FormulaList& literals);
  std::optional<Json> OnlyValue(FormulaId asked);
  const Json* ValueOf(FormulaId asked) const;
  bool Satisfies(FormulaId value, const Json& scalar);
  State Assume(const State& state, FormulaId asked, bool holds);
  void DropImpossible(State& state, FormulaId asked);
  bool Conflict(const FormulaList& literals, FormulaId asked);
  FormulaId Decide(FormulaId formula, FormulaList& literals);
  bool OnlyAsks(FormulaId formula);
  std::optional<FormulaId> AsValue(FormulaId formula);
  std::vector<Demand> Merged(const std::vector<Demand>& demands);
  FormulaId Settled(FormulaId formula, const FormulaList& asked, bool holds);
  bool Spent() const { return work_ > most_work_ || formulas_.work() > most_looks_; }

  ContainerSteps& steps_;
  ValueLanguages& languages_;
  FormulaPool& formulas_;
  Contradictions contradictions_;
  JsonTruth truth_;
  std::unordered_map<FormulaId, std::vector<Demand>> known_;
  std::unordered_map<FormulaId, bool> only_asks_;
  bool gave_up_ = false;
  uint64_t work_ = 0;
  uint64_t most_work_ = 0;
  uint64_t most_looks_ = 0;
};

}  // namespace bantam::grammar
