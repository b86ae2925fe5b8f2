// ValueRepair: the cheapest way to make one value satisfy a formula.
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

  bool Start();
  void OfferTexts();
  void OfferFilled();
  void AddAttempts();
  bool MayUnwrap(const JsonNode& node) const;
  bool IsPlausible(RepairPlan::Kind kind, const RepairPlan& inner) const;
  NodeId NameItems();
  NodeId NameValue();
  bool HoldsOnlyArrays(FormulaId items) const;
  bool Try(Attempt& attempt);
  bool TryInner(RepairPlan::Kind kind, NodeId inner, uint64_t cost);
  bool TryInners();
  void Offer(RepairPlan plan);

  RepairSpace& space_;
  RepairSpace::Question question_;
  bool started_ = false;
  RepairPlan best_;
  std::vector<std::unique_ptr<Attempt>> attempts_;
  NodeId only_child_ = kNoNode;
  NodeId parsed_ = kNoNode;
  NodeId named_items_ = kNoNode;  // as members
  NodeId named_ = kNoNode;        // an object of which this is the only member
};

}  // namespace bantam::grammar
