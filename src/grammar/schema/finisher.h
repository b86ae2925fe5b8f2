// Finisher: the shortest way to write a value, or to close a container, so that a formula holds.
//
// Knuth, "A generalization of Dijkstra's algorithm" (1977), as a fixed point over the formulas that
// are met: a shortest value never holds one that was asked for the same within itself. Within a
// container, Dijkstra's search over what its formula becomes member by member.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "grammar/fuel.h"
#include "grammar/number/shortest_numbers.h"
#include "grammar/schema/demands.h"

namespace bantam::grammar {

// Sets of property names that an object has already; interned.
using SeenId = uint32_t;

// Bytes to write; none if there is no way (or none within the limits).
struct Finish {
  static constexpr uint32_t kNever = ~uint32_t{0};
  uint32_t cost = kNever;
  std::string text;      // cost bytes
  uint32_t members = 0;  // of an object's end
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
  // Its length, without writing it where it is long.
  uint32_t CloseCost(const OpenContainer& container);

  // The end of an array in which an item has begun, as if nothing had to be compared with that
  // item. It is an end after every item but those that it has itself.
  struct SharedEnd {
    OpenContainer at;  // the array, the item not in its list
    const Finish* close = nullptr;
    std::vector<ValueId> items;  // of the end; ascending
    // No item gives the array a shorter end: they must differ, all the more in a longer list.
    bool grows = false;
    // Only items with one of `strings` have another shortest end: strings and names in the end, and
    // in an item that may yet come where none has to; ascending. And those in which all strings
    // have less than `least` bytes: one of them may be had again.
    bool known = false;
    size_t least = 0;
    std::vector<std::string> strings;
    // Where the array only wants some item twice: what comes after one that has come again.
    std::optional<uint32_t> after_repeat;
  };
  // `after`: the array after the item, its formula still waiting for the value
  // (ContainerSteps::NeedsValue). Good as long as this.
  const SharedEnd& EndBeside(const OpenContainer& after);
  // It is the shortest end after that item.
  bool IsShortestAfter(const SharedEnd& end, const Json& item) const;
  // The length of the end if that item comes first; of one that `grows`.
  uint32_t CloseCostAfter(const SharedEnd& end, ValueId item);
  // The same of one that has `after_repeat`: at most one end is shorter, that has the item again.
  // Nothing where how the item is written shortest has to be searched for.
  std::optional<uint32_t> CloseCostRepeating(const SharedEnd& end, const Json& item) const;

  const std::vector<Demand>& Demands(FormulaId formula);

  // The shortest text of a live expression, escaped.
  const std::string& ShortestText(RegexId texts);

  SeenId Add(SeenId seen, std::string_view name);
  bool Has(SeenId seen, uint32_t name) const;
  RegexId SeenTexts(SeenId seen);  // the names themselves

  // Of a formula about an object: it may ask for members that it does not list, so that those that
  // are there already matter.
  bool MayNeedOthers(FormulaId formula);

  ContainerSteps& steps() { return steps_; }

  // While there is one, all that is asked shares what one question may take: the ways on from one
  // place are many, and each asks for several values and ends. A question within another is a part
  // of it.
  class Question {
   public:
    explicit Question(Finisher& finisher);
    ~Question();
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;
    // Nothing is left: what is still to be asked is given up.
    bool spent() { return !finisher_.Spend(0); }

   private:
    Finisher& finisher_;
    const bool outermost_;
  };
  // What is asked from now on has, beyond kEach of it, this much for all questions together.
  void LimitAll(uint64_t looks) { rest_ = Fuel(looks); }
  uint64_t most_looks() const { return kLooks * languages_.schema().search_work; }

  // Some question was given up, as too large: there may be ways where none, or a longer one, was
  // found.
  bool gave_up() const { return gave_up_ || demands_.gave_up(); }
  // The path of a schema, or of a keyword of it, of which it is not known whether anything
  // satisfies it, for a search has come to its end (then or before); "" if there is none.
  const std::string& undecided() const { return undecided_; }
  // Some way was left out because its text has more than kMostText bytes.
  bool too_long() const { return too_long_; }
  static constexpr size_t kMostText = 1 << 20;
  // Conditions looked at since the beginning.
  uint64_t work() const { return all_work_; }
  // Ends of arrays looked for since the beginning, those that others lend not counted.
  uint64_t searches() const { return searches_; }

 private:
  static constexpr uint64_t kLooks = 4;  // at formulas, for each of Schema::search_work
  static constexpr uint64_t kEach = 16;  // the share of it that each question has for itself

  struct Key {
    enum Kind : uint8_t { kValue, kClose, kMembers } kind = kValue;
    FormulaId value = 0;  // of a value; else of no meaning
    OpenContainer container = {};
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

  // finisher_items.cc
  // What an array's formula may still ask for: items and members of prefixItems. No item takes it
  // below what its conditions need.
  struct Left {
    uint64_t counted = 0;
    uint64_t prefix = 0;
    auto operator<=>(const Left&) const = default;
  };
  struct Descent;
  Finish CloseArray(const OpenContainer& container);
  Left LeftOfAtom(const Atom& atom, bool negated);
  const Left& LeftOf(FormulaId formula);
  bool HasFewPlaces(FormulaId live);
  uint64_t Listed(FormulaId live);
  std::optional<uint64_t> Contained(FormulaId live, uint64_t& most);
  bool HasNoRoom(const OpenContainer& at);
  bool WantsTheImpossible(FormulaId live);
  Finish Descend(const OpenContainer& container, size_t turns);
  std::vector<Descent> DescentsFrom(const OpenContainer& at);
  const Finish* EndFrom(const OpenContainer& at);
  void Remember(const Key& key, const Finish& found);

  // finisher_shared.cc
  // An array that only wants so many values, all of them different.
  struct Plain {
    FormulaId value = FormulaPool::kTrue;
    uint64_t owed = 0;
    uint64_t most = 0;
    ListId list = ListTable::kEmpty;
  };
  // Values, the shortest first, each with its length and a comma summed up to it.
  struct Row {
    std::vector<ValueId> values;
    std::vector<std::string> texts;
    std::vector<uint32_t> bytes = {0};  // [values + 1]
    std::unordered_map<ValueId, uint32_t> places;
    ListId list = ListTable::kEmpty;                // all of them
    bool whole = false;                             // there are no others
    std::unique_ptr<ShortestNumbers> numbers = {};  // unless null: all of them are numbers
  };
  struct Compared {
    bool any = false;
    bool grows = true;  // a longer list never makes it true
    ListId list = ListTable::kEmpty;
    auto operator<=>(const Compared&) const = default;
  };
  const Compared& ComparedIn(FormulaId formula);
  std::optional<ListId> ListIn(FormulaId live);
  std::optional<Plain> AsPlain(const OpenContainer& at);
  Row& RowOf(FormulaId value, uint64_t count);
  void FillByNumbers(Row& row, uint64_t count);
  bool HasOnlyNumbers(FormulaId value);
  std::optional<Finish> CloseByNumbers(const OpenContainer& at);
  std::vector<uint32_t> Taken(const Row& row, ListId list) const;
  const Row& RowFor(const Plain& plain, std::optional<ValueId> item, std::vector<uint32_t>& taken);
  uint32_t PlainCost(const OpenContainer& at, const Plain& plain, std::optional<ValueId> item);
  const Finish& ClosePlain(const OpenContainer& at, const Plain& plain);
  std::optional<Finish> CloseByFew(const OpenContainer& at, ListId list);
  void AddNext(SharedEnd& end);
  std::optional<uint32_t> AfterRepeat(const OpenContainer& at);
  std::vector<ValueId> ItemsOf(const Finish& close, std::vector<std::string>* strings);

  // finisher_members.cc
  Finish CloseObject(const OpenContainer& container);
  Key MembersOf(const OpenContainer& at, FormulaId live, SeenId seen);
  Finish FindMembers(const OpenContainer& at);
  Finish FindCounted(const OpenContainer& at, const FormulaList& parts);
  Finish SearchMembers(const OpenContainer& at);
  class Connected;
  std::vector<FormulaList> Apart(const FormulaList& parts);
  std::vector<FormulaList> Unmet(const FormulaList& parts, Connected& groups);
  FormulaList LastingFor(const FormulaList& lasting, const FormulaList& parts);
  Finish FindTogether(const OpenContainer& at, const FormulaList& parts);
  void OfferMember(const OpenContainer& at, const std::string& name, FormulaId begun, Finish& best);
  void OfferOptions(const OpenContainer& at, FormulaList parts, size_t chosen, Finish& best);
  void OfferOnly(const OpenContainer& at, const FormulaList& parts, FormulaId choice, Finish& best);
  void OfferOffenders(const OpenContainer& at, FormulaList parts, size_t chosen, Finish& best);
  size_t Branches(FormulaId part);
  bool Spend(uint64_t work);
  uint64_t Looks() const { return formulas_.work() - looks_before_; }
  void SayUndecided();
  std::string PathOfTexts();
  SchemaId SchemaAbout();
  const std::string& PathOf(SchemaId id) const { return languages_.node(id).path; }
  Finish TooLong();

  Finish Search(const OpenContainer& container, bool all_names);
  void Options(const OpenContainer& at, bool all_names, std::vector<Option>& out);
  std::optional<std::string> ShortestNew(RegexId texts, SeenId seen);
  bool AddRequired(FormulaId formula, std::vector<uint32_t>& names);

  ContainerSteps& steps_;
  ValueLanguages& languages_;
  FormulaPool& formulas_;
  DemandFinder demands_;
  const bool has_plain_integers_;  // how a number is written may matter
  std::map<Key, Entry> entries_;
  std::vector<Entry*> visited_;
  uint32_t pass_ = 0;
  bool changed_ = false;
  int depth_ = 0;      // of values
  int nested_ = 0;     // questions within questions
  uint64_t work_ = 0;  // of one question
  bool asking_ = false;
  uint64_t looks_before_ = 0;  // FormulaPool::work() when it began …
  uint64_t looks_most_ = 0;    // … and how much it may take
  std::optional<Fuel> rest_;   // of all questions; nothing: of each
  uint64_t all_work_ = 0;
  FormulaId about_ = FormulaPool::kTrue;  // the value that is looked for
  bool in_object_ = false;                // within the object that it may be; or the array
  bool cut_ = false;                      // a search has ended for want of room
  bool too_deep_ = false;                 // so has a way of the question that was asked last
  bool too_long_ = false;
  bool gave_up_ = false;
  std::string undecided_;
  uint64_t searches_ = 0;
  std::map<OpenContainer, SharedEnd> shared_;
  std::unordered_map<FormulaId, Row> rows_;
  std::unordered_map<FormulaId, Compared> compared_;
  std::unordered_map<FormulaId, Left> left_;
  std::unordered_map<FormulaId, bool> needs_others_;
  std::unordered_map<RegexId, std::string> shortest_texts_;
  std::unordered_map<RegexId, std::string> shortest_names_;  // not escaped
  std::map<std::vector<uint32_t>, SeenId> seen_ids_;
  std::vector<const std::vector<uint32_t>*> seen_;
};

// Bytes of `text` (UTF-8) as a JSON string without its quotes, as Finisher writes it.
std::string JsonEscaped(std::string_view text);

}  // namespace bantam::grammar
