// JsonTruth: whether a JSON value satisfies a formula.
#pragma once

#include <optional>

#include "base/json.h"
#include "grammar/schema/container_steps.h"

namespace bantam::grammar {

class JsonTruth {
 public:
  static constexpr int kMostNested = 8;  // levels of containers; of deeper values nothing is said

  explicit JsonTruth(ContainerSteps& steps) : steps_(steps), languages_(steps.languages()) {}

  std::optional<bool> Of(FormulaId value, const Json& json) { return Of(value, json, 0); }
  // A container's formula in which a member or item has begun, once it has ended as `json`; nothing
  // where what is asked of it is not known.
  std::optional<FormulaId> Settled(FormulaId begun, const Json& json) {
    return Settled(begun, json, 0);
  }

 private:
  std::optional<bool> Of(FormulaId value, const Json& json, int depth);
  std::optional<FormulaId> Settled(FormulaId begun, const Json& json, int depth);
  bool OfScalar(FormulaId value, const Json& json);

  ContainerSteps& steps_;
  ValueLanguages& languages_;
};

}  // namespace bantam::grammar
