// RepairPlan: how one value of a document becomes one that a schema accepts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "grammar/repair/json_tree.h"

namespace bantam::grammar {

using PlanId = uint32_t;
inline constexpr PlanId kNoPlan = ~PlanId{0};
inline constexpr PlanId kPending = kNoPlan - 1;

// What is done with one member or item, or put in.
struct PlanStep {
  enum class Op : uint8_t {
    kKeep,      // as it is, maybe under another name
    kChange,    // by `plan`
    kDrop,      // not allowed here
    kDropNull,  // null where nothing may be null
    kDropTwin,  // the same again: a name that comes later, an item that was there
    kAdd,       // `text`, by the schema's default or else a shortest value
    kAddDefault,
    kLack,  // the same where nothing may be filled in: no repair
  };
  Op op = Op::kKeep;
  NodeId node = kNoNode;
  PlanId plan = kNoPlan;
  std::string name;  // the new one if it is renamed (`renamed`) or added
  std::string text;  // of what is added
  bool renamed = false;
};

struct RepairPlan {
  enum class Kind : uint8_t {
    kKeep,       // byte by byte
    kText,       // `text` instead
    kGiveUp,     // the same, but it is no repair: `what` says what was expected
    kMembers,    // of the container, by `steps`
    kWrap,       // an array around it, by its only step
    kUnwrap,     // one item or member of it, by `inner`; the others go
    kParse,      // the JSON text in the string, by `inner`
    kNameItems,  // the items under the names that the schema has, by `inner`
    kName,       // the value as a member of an object, by `inner`
    kSplit,      // the parts of the text as items, by `inner`
    kValues,     // the values of the members as items, by `inner`
    kMerge,      // the members of all items as one object, by `inner`
  };
  Kind kind = Kind::kKeep;
  uint64_t cost = 0;
  NodeId node = kNoNode;
  PlanId inner = kNoPlan;
  bool loses = false;   // something that is not allowed goes
  bool quotes = false;  // an array or object becomes a text
  uint32_t kept = 0;    // values within that stay, maybe changed
  std::string text;
  std::string what;
  std::vector<PlanStep> steps;
};

}  // namespace bantam::grammar
