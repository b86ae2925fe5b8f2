// MemberPlan: which member or item may come next in a container, so that it can still be closed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "grammar/schema/finisher.h"

namespace bantam::grammar {

// A way to go on with a member or item that has begun.
struct BegunWay {
  FormulaId value;      // what its value has to satisfy
  FormulaId settled;    // what the container's formula becomes then; see ContainerSteps::NeedsValue
  OpenContainer after;  // the container once the value has ended
  uint32_t close;       // bytes that close it then
};
using Begun = std::vector<BegunWay>;  // none: it may not come

// Names that may come next.
struct NamePlan {
  // All names that may, and some that are there already.
  RegexId texts = RegexPool::kNothing;
  // Of those that are not listed all may, so that a new one is possible whatever has been read of
  // it; none; or some.
  enum Kind : uint8_t { kOpen, kListed, kMixed } names = kOpen;
  uint32_t most = 0;  // bytes of the value and the container's end, at most
};

class MemberPlan {
 public:
  explicit MemberPlan(Finisher& finisher)
      : finisher_(finisher), steps_(finisher.steps()), truth_(steps_) {}

  Finisher& finisher() { return finisher_; }

  const Begun& Item(const OpenContainer& at);
  // A member of that name class; `seen`: with its name.
  const Begun& Member(const OpenContainer& at, NameClassId name, SeenId seen);
  const NamePlan& NamesAt(const OpenContainer& at);
  // The names that matter for what follows, with one more: `name` itself, or none where it can
  // neither be asked for again nor be in the way of a shortest end.
  SeenId Seen(const OpenContainer& at, std::string_view name, NameClassId name_class);
  bool MayNeedOthers(FormulaId formula) { return finisher_.MayNeedOthers(formula); }

 private:
  struct BegunKey {
    FormulaId begun;
    OpenContainer after;
    auto operator<=>(const BegunKey&) const = default;
  };
  // The shortest end of a container, as members.
  struct Witness {
    std::optional<Json> members = {};
    uint32_t cost = 0;
    FormulaList parts = {};  // what has to hold; instead of a choice of many one that they meet
  };
  Witness WitnessOf(const OpenContainer& at);
  FormulaId After(FormulaId live, NamesId names, const Json& members);
  bool IsWideChoice(FormulaId part) const;
  std::optional<uint32_t> MostByOption(const OpenContainer& at, const Witness& witness,
                                       std::string_view text, NameClassId name);
  const std::vector<FormulaId>& OptionsWith(FormulaId choice, uint32_t name);
  uint32_t LeastWith(const OpenContainer& at, std::string_view text, NameClassId name);
  std::optional<uint32_t> MostBeside(const OpenContainer& at, const Witness& witness,
                                     NameClassId name);
  const Begun& Begin(FormulaId begun, OpenContainer after);
  FormulaId Lasting(FormulaId formula);
  // Bytes of the shortest value of a member; kNever: it may not come.
  uint32_t CostOfValue(FormulaId lasting, NameClassId name);
  RegexId ListedNames(NamesId names);
  bool OnlyGrows(FormulaId formula);

  Finisher& finisher_;
  ContainerSteps& steps_;
  JsonTruth truth_;
  std::map<BegunKey, Begun> begun_;
  std::map<OpenContainer, NamePlan> names_;
  std::unordered_map<FormulaId, bool> only_grows_;
  std::map<std::pair<FormulaId, NameClassId>, uint32_t> value_cost_;
  std::unordered_map<NamesId, RegexId> listed_;
  // Of wide choices: the alternatives that speak of a name.
  std::unordered_map<FormulaId, std::unordered_map<uint32_t, std::vector<FormulaId>>> options_;
};

}  // namespace bantam::grammar
