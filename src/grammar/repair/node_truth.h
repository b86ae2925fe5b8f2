// NodeTruth: which formulas the values of a document satisfy, found from the inside out, so that no
// value is read again for each container around it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "grammar/repair/json_tree.h"
#include "grammar/schema/schema_machine.h"

namespace bantam::grammar {

// Remembers every answer; uses a stack of its own. Not thread-safe. Says what JsonMatcher says of
// the node's text: it derives the same formulas, and scalars a JsonMatcher reads.
class NodeTruth {
 public:
  NodeTruth(SchemaMachine& machine, const JsonTree& tree) : machine_(machine), tree_(tree) {}

  // Whether any matcher takes the node: no name twice in an object, numbers within limits, no text
  // that is not decided (ValueLanguages::Undecided).
  bool IsPlain(NodeId node);
  // There is a text in it that is not decided.
  bool IsDoubtful(NodeId node);
  // `left`: steps that may be taken, as RepairSpace counts them; false, and nothing is remembered,
  // once it is 0.
  bool Satisfies(NodeId node, FormulaId value, uint64_t& left);

 private:
  // A container that is being gone through.
  struct Open {
    NodeId node;
    FormulaId value;
    FormulaId live;
    NamesId names;
    bool object;
    NodeId child;                // the next one
    FormulaId begun;             // with the child in it; kFalse: not yet begun
    std::vector<uint8_t> truth;  // of what is asked of the child, so far
    std::unordered_set<std::string> items =
        {};  // before, by canonical text, where they are compared
  };

  enum Fault : uint8_t { kOdd = 1, kDoubtful = 2 };

  void FindFaults();
  uint8_t FaultsOf(NodeId node) const;
  std::optional<bool> Ask(NodeId node, FormulaId value, uint64_t& left);
  void Advance(uint64_t& left);
  void Close(bool truth);

  static uint64_t Key(NodeId node, FormulaId value) { return uint64_t{node} << 32 | value; }

  SchemaMachine& machine_;
  const JsonTree& tree_;
  std::vector<Open> open_;
  std::unordered_map<uint64_t, bool> known_;
  std::vector<uint8_t> faults_;  // by node, of all that is in it
};

// A matcher that reads a value of that formula takes the whole text.
bool IsAccepted(SchemaMachine& machine, FormulaId value, std::string_view text, uint64_t& left);

}  // namespace bantam::grammar
