// StageTable: how far the members or items of an open container have come, as states of an
// automaton that is made as it is used.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "grammar/schema/member_plan.h"
#include "grammar/schema/words_hash.h"

namespace bantam::grammar {

// Equal ids are equal stages. They depend on the schema and on what has been read, not on where in
// the document it was.
using StageId = uint32_t;

// A way in which an open container may fit into what is around it.
struct Fit {
  FormulaId live;       // must hold where it closes; while a member is read, with kChild atoms
  uint32_t tail;        // bytes from there to the document's end
  uint32_t outer_case;  // the case of the outer container's stage that it fulfils
  auto operator<=>(const Fit&) const = default;
};

// A way to go on with the member or item that is being read.
struct Case {
  BegunWay way;
  uint32_t fit;   // which of the stage's
  uint32_t tail;  // bytes from the value's end to the document's
};

// A place in an open container: between two members or items, or within one. Where a formula leaves
// several ways open, each is kept with the length of the end that it leads to, so that one that
// fits into the budget is always known.
struct Stage {
  OpenContainer at;  // without `live`: that is the fits'
  std::vector<Fit> fits;
  FormulaList results;  // what has to hold for each of the outer stage's `asked`
  // Within a member or item: what its value is to satisfy, and what has to be known of it. Where
  // that follows from its being legal, `truth` holds it.
  std::vector<Case> cases;
  FormulaId value = FormulaPool::kFalse;
  FormulaList asked;
  std::vector<uint8_t> truth;
  bool needs_value = false;  // what comes after it depends on the value itself …
  bool decides = false;      // … and something has to come
  uint32_t finish = 0;       // between two: bytes from here to the document's end

  bool decided() const { return truth.size() == asked.size(); }
  OpenContainer At(const Fit& fit) const {
    OpenContainer container = at;
    container.live = fit.live;
    return container;
  }
};

// Remembers every answer; stages stay as long as the table. Not thread-safe.
class StageTable {
 public:
  static constexpr size_t kMostFits = 8192;  // ways kept apart; of more, the shortest
  static constexpr StageId kNone = ~StageId{0};

  // `tails`: whether stages know how far the document's end is. Without, equal containers have
  // equal stages at any depth: enough for a reader that only says what is valid.
  explicit StageTable(MemberPlan& plan, bool tails = true);

  const Stage& operator[](StageId id) const { return stages_[id]; }

  // What waits for a value that is no part of a container.
  StageId OfValue(FormulaId value);
  // The stage after an event; kNone if it may not happen.
  StageId Open(StageId outer, bool object);  // the value is an object, or an array
  StageId BeginMember(StageId stage, std::string_view name);
  StageId BeginMember(StageId stage, std::string_view name, NameClassId name_class);
  StageId BeginItem(StageId stage);
  // `truth`: of each of the stage's `asked`, unless it is decided. `value`: the JSON text.
  // Or, where the reader keeps the items that came before, `repeated`: an equal one is there.
  StageId EndValue(StageId stage, const std::vector<uint8_t>& truth, std::string_view value,
                   std::optional<bool> repeated = {});

  // The names that may come next (NamePlan), and the bytes of the rest of the document after one of
  // them, at most.
  struct NextNames {
    RegexId texts;
    NamePlan::Kind names;
    uint64_t most;
  };
  const NextNames& Names(StageId stage);
  // The shortest end may need names that no keyword lists: those that are there matter.
  bool NeedsOthers(StageId stage);
  // Ways were left out, for there were more than kMostFits.
  bool gave_up() const { return gave_up_; }

 private:
  enum class Event : uint8_t { kObject, kArray, kMember, kItem, kEndValue };
  struct Step {
    StageId from;
    Event event;
    uint32_t what, more;
    bool operator==(const Step&) const = default;
  };
  struct StepHash {
    size_t operator()(const Step& step) const;
  };

  template <typename Make>
  StageId Remembered(const Step& step, const Make& make);
  StageId Intern(Stage stage);
  StageId InternSettled(Stage stage);
  StageId InternBegun(Stage stage);
  SeenId SeenWith(const Stage& before, std::string_view name, NameClassId name_class);
  Stage After(const Stage& before) const;
  void AddCases(Stage& stage, const Fit& fit, FormulaId begun, const Begun& ways) const;
  void Decide(Stage& stage) const;

  MemberPlan& plan_;
  const bool tails_;
  Finisher& finisher_;
  ContainerSteps& steps_;
  ValueLanguages& languages_;
  std::deque<Stage> stages_;
  std::unordered_map<std::vector<uint32_t>, StageId, WordsHash> ids_;
  std::unordered_map<Step, StageId, StepHash> next_;
  std::unordered_map<StageId, NextNames> names_;
  std::map<std::vector<uint8_t>, uint32_t> answers_;
  bool gave_up_ = false;
};

}  // namespace bantam::grammar
