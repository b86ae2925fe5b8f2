// Contradictions: formulas about a value that no value satisfies.
#pragma once

#include <unordered_map>

#include "grammar/schema/container_steps.h"

namespace bantam::grammar {

// By the types of values, by texts, numbers and literals, and by members that are required.
// Remembers every answer.
class Contradictions {
 public:
  explicit Contradictions(ContainerSteps& steps)
      : steps_(steps), languages_(steps.languages()), formulas_(languages_.formulas()) {}

  // Proven to have no value; false where a proof would take more than a look at a few members.
  bool Impossible(FormulaId value) { return Impossible(value, 0); }

 private:
  bool Impossible(FormulaId value, int depth);
  bool Find(FormulaId value, int depth);
  bool NoMembers(FormulaId members, int depth);
  FormulaId AskedOf(FormulaId begun);

  ContainerSteps& steps_;
  ValueLanguages& languages_;
  FormulaPool& formulas_;
  std::unordered_map<FormulaId, bool> known_;
};

}  // namespace bantam::grammar
