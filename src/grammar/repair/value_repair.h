// ValueRepair: the cheapest way to make one value satisfy a formula. guesses.cc has what is tried
// where nothing else keeps what is written.
#pragma once

#include <memory>
#include <vector>

#include "grammar/repair/container_repair.h"
#include "grammar/repair/repair_space.h"

namespace bantam::grammar {

class ValueRepair {
 public:
  ValueRepair(RepairSpace& space, const RepairSpace::Question& question)
      : space_(space), question_(question) {}

  const RepairSpace::Question& question() const { return question_; }
  // True: finished; false: answers are wanted first, or the space is exhausted.
  bool Run();
  // The plan, once finished: at worst one that gives the value up.
  RepairPlan Take() { return std::move(best_); }

 private:
  // The value's members or items, or itself as the only item.
  struct Attempt {
    RepairPlan::Kind kind;
    uint64_t cost;
    ContainerRepair repair;
    bool finished = false;
  };

  // The value as what it may be a part of, or the other way round.
  struct Inner {
    RepairPlan::Kind kind;
    NodeId node;
    uint64_t cost;
  };

  bool Start();
  bool MayBeRight();
  bool AllowsOwnKind();
  void OfferTexts();
  void OfferFilled();
  void AddAttempts();
  void AddInner(RepairPlan::Kind kind, NodeId node, uint64_t cost);
  bool AddGuesses();
  bool HasMissing(NodeId object) const;
  void AddWrapped();
  void AddNamed();
  void AddLists();
  bool MayUnwrap(NodeId member) const;
  bool IsPlausible(RepairPlan::Kind kind, const RepairPlan& inner) const;
  NodeId NameItems();
  NodeId NameValue(const std::string& name);
  NodeId Merged();
  uint32_t ValuesCost();
  NodeId Values();
  NodeId SplitText();
  bool HoldsOnlyArrays(FormulaId items) const;
  bool Try(Attempt& attempt);
  bool TryInner(const Inner& inner);
  bool TryInners();
  bool KnowsNames() const;
  bool IsOnlyName(const Inner& inner) const;
  void Offer(RepairPlan plan);

  RepairSpace& space_;
  RepairSpace::Question question_;
  bool started_ = false;
  RepairPlan best_;
  std::vector<std::unique_ptr<Attempt>> attempts_;
  std::vector<Inner> inners_;
  bool guessed_ = false;  // AddGuesses was called
  RepairPlan blamed_;     // the best way that keeps something, but gives up a part of it
};

}  // namespace bantam::grammar
