// ContainerSteps: how formulas about an object or array change as its members and items come.
//
// The derivative of a schema by a document event: what must hold of the rest for the whole to be
// valid. Boolean structure (anyOf, oneOf, not, if, …) stays a formula until events decide it, so
// nothing is approximated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "grammar/schema/value_languages.h"

namespace bantam::grammar {

// What a property name is to a set of formulas: one of the names they speak of, or any other; and
// which of their patterns it matches. Interned.
using NameClassId = uint32_t;
struct NameClass {
  static constexpr uint32_t kOther = ~uint32_t{0};
  uint32_t name = kOther;        // in strings()
  std::vector<RegexId> matched;  // sorted
  auto operator<=>(const NameClass&) const = default;
};

// The names and patterns that a container's formulas distinguish; the same for all that follows in
// it. Interned.
using NamesId = uint32_t;
struct Names {
  std::vector<uint32_t> listed;           // in strings(), ascending by text
  std::vector<NameClassId> listed_class;  // of each
  std::vector<RegexId> patterns;
  struct Other {
    NameClassId id;
    RegexId texts;  // what is not listed and matches just these patterns
    // There are so many texts of at most `short_length` characters that a shortest end never takes
    // a longer one; kUnbounded: few.
    uint64_t short_length;
  };
  std::vector<Other> others;  // those with a text
};

// The outcome of a member or item: each formula that was asked of it, true or not.
struct Outcome {
  std::span<const FormulaId> asked;  // ascending
  std::span<const uint8_t> truth;
  std::optional<ValueId> value = {};  // of the item, where formulas need it (NeedsValue)
  // Instead of it, where somebody else keeps the items that came before: an equal one is there.
  std::optional<bool> repeated = {};
};

class ContainerSteps {
 public:
  explicit ContainerSteps(ValueLanguages& languages);

  NamesId NamesOf(std::span<const FormulaId> formulas);
  const Names& names(NamesId id) const { return names_[id]; }
  const NameClass& name_class(NameClassId id) const { return *classes_[id]; }
  NameClassId ClassOf(NamesId names, std::string_view name);
  NameClassId InternClass(NameClass name);

  // After a member of that name, or an item, has begun: with kChild atoms for what is asked of it.
  // No name comes twice: conditions forget those that have come.
  FormulaId Member(FormulaId formula, NameClassId name);
  FormulaId Item(FormulaId formula);
  // After it has ended, or what is known of its end: what the outcome does not say stays open.
  FormulaId Settle(FormulaId formula, const Outcome& outcome);
  // With a value, as JSON text, of which all that was asked is decided; nothing if it is no JSON.
  std::optional<FormulaId> SettleValue(FormulaId formula, std::string_view value);
  // Where others have kept the items so far: with a list of them.
  FormulaId WithItems(FormulaId formula, ListId list);
  // The formula if the container ends here.
  bool Closes(FormulaId formula);

  // The formulas of kChild atoms, in the order in which they come.
  const std::vector<FormulaId>& Asked(FormulaId formula);
  // A kChild atom or its negation, as what it says of the value; nothing for other formulas.
  struct Literal {
    FormulaId asked;
    bool holds;
  };
  std::optional<Literal> AskedLiteral(FormulaId formula) const;
  // The literal as a formula about the value.
  FormulaId OfValue(const Literal& literal) {
    return literal.holds ? literal.asked : formulas_.Not(literal.asked);
  }
  // Settle has to know the item's value.
  bool NeedsValue(FormulaId formula);

  // The members that a formula speaks of.
  struct Reach {
    std::vector<uint32_t> names;  // ascending; in strings()
    bool any = false;             // all members, or so many that they are not listed
    bool has(uint32_t name) const {
      return any || std::binary_search(names.begin(), names.end(), name);
    }
  };
  static constexpr size_t kMostReach = 64;
  const Reach& ReachOf(FormulaId formula);
  // Those of which one that comes may make it true. `any`: also such as it does not list.
  const Reach& HelpOf(FormulaId formula);
  // The names that a formula speaks of; patterns are none. Ascending.
  std::vector<uint32_t> NamesIn(FormulaId formula);
  // The names of `properties` of a kProperties atom that have not come yet.
  std::vector<uint32_t> Waiting(const Atom& atom);
  // What such an atom asks of a member.
  FormulaId AskedBy(const Atom& atom, NameClassId name) {
    return Properties(atom, *classes_[name]);
  }
  // Such an atom speaks of listed names alone.
  bool IsNarrow(const Atom& atom) const;

  ValueLanguages& languages() { return languages_; }

 private:
  struct Mentions {
    std::vector<FormulaId> asked;
    bool needs_value = false;
  };
  const Mentions& MentionsOf(FormulaId formula);
  FormulaId Child(FormulaId value);
  FormulaId MemberOfPart(FormulaId part, NameClassId name);
  FormulaId MemberOfEach(FormulaId formula, NameClassId name);
  FormulaId NarrowProperties(const Atom& atom, const NameClass& name);
  Reach ReachOfAtom(const Atom& atom);
  Reach ReachOfParts(FormulaId formula, bool help);
  Reach HelpOfNot(FormulaId formula);
  FormulaId MemberLeaf(FormulaId leaf, NameClassId name);
  FormulaId ItemLeaf(FormulaId leaf);
  FormulaId Contains(FormulaId leaf, const Atom& atom, bool least);
  FormulaId Properties(const Atom& atom, const NameClass& name);
  std::optional<SchemaId> PropertyOf(SchemaId id, const NameClass& name);
  FormulaId Unevaluated(FormulaId leaf, const NameClass* name);
  FormulaId Evaluated(SchemaId schema, ScopeId outer, const NameClass* name, uint64_t index,
                      bool self, std::span<const FormulaId>& conditions);
  void EvaluatedInPlace(const SchemaNode& at, ScopeId scope, const NameClass* name, uint64_t index,
                        std::span<const FormulaId>& conditions, FormulaList& some);
  bool Covers(const SchemaNode& at, const NameClass& name);
  FormulaId CoversItem(const SchemaNode& at, ScopeId scope, uint64_t index);
  FormulaId AtomOf(const Atom& atom) { return formulas_.Atom(languages_.atoms().Intern(atom)); }

  void AddNames(FormulaId formula, std::vector<uint32_t>& listed, std::vector<RegexId>& patterns,
                std::map<FormulaId, bool>& visited);
  void AddNamesOfSchema(SchemaId schema, ScopeId outer, bool in_place, int depth,
                        std::vector<uint32_t>& listed, std::vector<RegexId>& patterns);
  void AddOthers(Names& names);
  std::string PathOfPatterns(const std::vector<RegexId>& patterns);

  ValueLanguages& languages_;
  FormulaPool& formulas_;
  std::unordered_map<SchemaId, std::unordered_map<uint32_t, SchemaId>> properties_;  // by name
  uint64_t longest_prefix_ = 0;  // of prefixItems

  std::map<NameClass, NameClassId> class_ids_;
  std::vector<const NameClass*> classes_;
  std::map<std::pair<std::vector<uint32_t>, std::vector<RegexId>>, NamesId> names_ids_;
  std::deque<Names> names_;
  std::map<FormulaList, NamesId> names_of_;
  std::unordered_map<uint64_t, FormulaId> members_;  // by class and formula
  std::unordered_map<uint64_t, FormulaId> parts_;    // the same, within conditions
  std::unordered_map<FormulaId, Reach> reach_;
  std::unordered_map<FormulaId, Reach> help_;
  std::map<std::vector<uint32_t>, uint32_t> come_ids_;  // names that have come; 0: none
  std::vector<const std::vector<uint32_t>*> come_;
  std::unordered_map<FormulaId, FormulaId> items_;
  std::unordered_map<FormulaId, FormulaId> closes_;
  std::unordered_map<FormulaId, Mentions> mentions_;
};

}  // namespace bantam::grammar
