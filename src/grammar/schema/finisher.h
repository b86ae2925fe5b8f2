// Finisher: the shortest way to write a value, or to close a container, so that a formula holds.
//
// Knuth, "A generalization of Dijkstra's algorithm" (1977), as a fixed point over the formulas that
// are met: a shortest value never holds one that was asked for the same within itself. Within a
// container, Dijkstra's search over what its formula becomes member by member.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "grammar/schema/contradictions.h"

namespace bantam::grammar {

// Sets of property names that an object has already; interned.
using SeenId = uint32_t;

// Bytes to write; none if there is no way (or none within the limits).
struct Finish {
  static constexpr uint32_t kNever = ~uint32_t{0};
  uint32_t cost = kNever;
  std::string text;  // cost bytes
};

// A way to go on with a member or item.
struct Demand {
  FormulaId value = FormulaPool::kTrue;    // what the value must satisfy then
  FormulaId settled = FormulaPool::kTrue;  // what the container's formula becomes
};

// A container between two members or items.
struct OpenContainer {
  FormulaId live = FormulaPool::kTrue;  // must hold when it closes
  bool object = false;
  bool first = true;  // nothing in it yet: no comma before what comes
  NamesId names = 0;
  SeenId seen = 0;
  auto operator<=>(const OpenContainer&) const = default;
};

class Finisher {
 public:
  explicit Finisher(ContainerSteps& steps);

  // The shortest value.
  const Finish& Value(FormulaId value);
  // The shortest end of a container, its bracket included.
  const Finish& Close(const OpenContainer& container);

  // Ways to make a formula with kChild atoms true: what the value may satisfy, and what remains
  // then. The formula is true if and only if one of them is (up to kMostDemands are found); where
  // the value satisfies more, more than `settled` says may be possible.
  const std::vector<Demand>& Demands(FormulaId formula);

  // The shortest text of a live expression, escaped.
  const std::string& ShortestText(RegexId texts);

  SeenId Add(SeenId seen, std::string_view name);
  bool Has(SeenId seen, uint32_t name) const;
  RegexId SeenTexts(SeenId seen);  // the names themselves

  ContainerSteps& steps() { return steps_; }

 private:
  struct Key {
    FormulaId value;  // of a value; else of no meaning
    bool is_value;
    OpenContainer container;
    auto operator<=>(const Key&) const = default;
  };
  struct Entry {
    Finish best;
    uint32_t pass = 0;  // visited in
    bool final = false;
  };
  struct Place;  // of the search within a container
  struct Option;

  const Finish& Query(const Key& key);
  const Finish& Visit(const Key& key);
  Finish FindValue(FormulaId value);
  Finish FindClose(const OpenContainer& container);
  std::optional<Finish> CloseByRequired(const OpenContainer& container);
  Finish Search(const OpenContainer& container, bool all_names);
  void Options(const OpenContainer& at, bool all_names, std::vector<Option>& out);
  std::optional<std::string> ShortestNew(RegexId texts, SeenId seen);
  bool AddRequired(FormulaId formula, std::vector<uint32_t>& names);
  std::vector<Demand> FindDemands(FormulaId formula);
  FormulaId DropImpossible(FormulaId formula, const FormulaList& literals);
  void AddDemands(FormulaId formula, FormulaList literals, std::vector<Demand>& out);
  FormulaId Decide(FormulaId formula, FormulaList& literals);
  FormulaId Assume(FormulaId formula, FormulaId asked, bool holds);
  std::optional<Demand> Separate(FormulaId formula);
  FormulaId AsValue(FormulaId formula);

  ContainerSteps& steps_;
  ValueLanguages& languages_;
  FormulaPool& formulas_;
  Contradictions contradictions_;
  std::unordered_map<FormulaId, std::vector<Demand>> demands_;
  std::map<Key, Entry> entries_;
  std::vector<Entry*> visited_;
  uint32_t pass_ = 0;
  bool changed_ = false;
  int depth_ = 0;
  std::unordered_map<RegexId, std::string> shortest_texts_;
  std::unordered_map<RegexId, std::string> shortest_names_;  // not escaped
  std::map<std::vector<uint32_t>, SeenId> seen_ids_;
  std::vector<const std::vector<uint32_t>*> seen_;
};

// Bytes of `text` (UTF-8) as a JSON string without its quotes, as Finisher writes it.
std::string JsonEscaped(std::string_view text);

}  // namespace bantam::grammar
