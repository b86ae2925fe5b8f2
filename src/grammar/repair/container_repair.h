// ContainerRepair: the cheapest way to make the members or items of a container satisfy a formula.
//
// A Viterbi search (1967) along the document: after each member a few ways are kept, each with what
// the formula has become for it (ContainerSteps) and what its edits have cost. What is missing in
// the end comes from Finisher, member by member. Ways are a tree; which items one has is asked
// along jumps: Myers, "An applicative random-access stack" (1983).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "grammar/repair/repair_space.h"

namespace bantam::grammar {

// To give a member or item up: the more is in it, the more.
uint64_t DropCost(const JsonNode& node, bool member);

class ContainerRepair {
 public:
  static constexpr size_t kMostWays = 16;  // kept after each member
  // Of items that are compared: with more, formulas leave it to the search which there are. What is
  // missing at the end is made up only beside kMostListed.
  static constexpr size_t kMostCompared = 16;
  static constexpr size_t kMostListed = 64;

  // `children` of an object or array; `live` is what is asked of it as a whole.
  ContainerRepair(RepairSpace& space, std::vector<NodeId> children, FormulaId live, bool object);

  // True: finished; false: answers are wanted first (or the space is exhausted), call again.
  bool Run();

  // Once finished; nothing if there is no way.
  struct Repaired {
    uint64_t cost;
    std::vector<PlanStep> steps;
  };
  const std::optional<Repaired>& outcome() const { return outcome_; }

 private:
  // Where a member could have come from: the way before it and what was done.
  struct Back {
    uint32_t before = 0;
    PlanStep::Op op = PlanStep::Op::kKeep;
    bool renamed = false;
    PlanId plan = kNoPlan;
    std::optional<ValueId> value = {};  // of an item, where items are compared
    uint32_t depth = 0;                 // steps before it
    uint32_t jump = 0;                  // one far before it
  };
  struct Way {
    OpenContainer at;
    uint64_t cost = 0;
    Back back;          // of the last step
    uint32_t self = 0;  // its Back in backs_, once it is kept
  };
  // A child as the search sees it.
  struct Name {
    std::string own;
    std::string other;  // to be renamed to; empty: none
    uint32_t cost = 0;
    bool twin = false;  // the same name comes again
  };
  using Layer = std::map<OpenContainer, Way>;

  void ReadNames();
  void FindRenames(const std::vector<size_t>& unknown, const WordList& missing);
  void FindRenamesByWord(std::vector<size_t> unknown, const WordList& missing);
  bool IsRequired(const std::string& name) const;
  bool Step(size_t index, Layer& next);
  bool Go(const Way& way, size_t index, bool renamed, Layer& next);
  bool GoAsItIs(const Way& way, NodeId node, FormulaId begun, OpenContainer after, uint64_t cost,
                bool renamed, Layer& next);
  void Drop(const Way& way, size_t index, Layer& next);
  void DropNarrowed(const Way& way, size_t index, uint64_t cost, Layer& next);
  bool MayCome(const OpenContainer& at, size_t index);
  bool DropTwinOf(const Way& way, NodeId node, const Demand& demand, Layer& next);
  bool IsOtherThan(FormulaId formula) const;
  bool IsTwinItem(const Way& way, ValueId value) const;
  FormulaId SettleItem(const Way& way, FormulaId formula, const Outcome& outcome);
  void Keep(Way& way);
  void Offer(Layer& layer, OpenContainer at, uint64_t cost, const Back& back);
  void KeepBest(Layer& layer);
  bool Closable(const OpenContainer& at) {
    return at.live != FormulaPool::kFalse && finisher_.Close(at).cost != Finish::kNever;
  }

  // container_fill.cc
  struct End {
    uint64_t cost;
    std::vector<PlanStep> added;
  };
  enum class Filled : uint8_t { kYes, kNo, kLater };
  bool FindEnd();
  Filled Fill(OpenContainer at, End& end);
  Filled FillOne(OpenContainer& at, const std::string& name, End& end);
  Filled FillText(const Demand& demand, PlanStep& step);
  bool ListItems(const Way& way, OpenContainer& at);
  std::vector<PlanStep> StepsTo(const Way& way) const;

  RepairSpace& space_;
  SchemaMachine& machine_;
  ContainerSteps& steps_;
  Finisher& finisher_;
  std::vector<NodeId> children_;
  bool object_;
  const bool counted_;       // items that are compared are in uses_ alone
  std::vector<Name> names_;  // of the children of an object
  std::vector<Way> ways_;    // after the children read so far
  std::vector<Back> backs_;
  // Where an item has that value: of one way, the first.
  std::unordered_map<ValueId, std::vector<uint32_t>> uses_;
  size_t next_ = 0;  // child
  std::optional<Repaired> outcome_;
};

}  // namespace bantam::grammar
