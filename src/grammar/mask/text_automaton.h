// TextAutomaton: the states of regular expressions as rows of a table, for walks over many tokens.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "grammar/mask/text_class.h"
#include "grammar/partial_char.h"
#include "grammar/regex/code_point_classes.h"
#include "grammar/regex/regex_pool.h"

namespace bantam::grammar {

// Characters that no expression of the pool tells apart are one class, so a step is a look into a
// table of [states, classes]; what it lacks is worked out when first asked for. Grows with use up
// to some 32 MB and starts anew then. Not thread-safe, like the pool.
class TextAutomaton {
 public:
  // A state from which some text matches. Rows hold until the next call of At(), or longer (Hold).
  using Row = uint32_t;
  static constexpr Row kDead = 0;  // no text does

  // `pool` must outlive this.
  explicit TextAutomaton(RegexPool& pool) : pool_(pool) {}

  // The state of an expression that matches some text, and how many code points its texts have at
  // most: rows know nothing of that limit (each length would have rows of its own), so a text goes
  // on only if what has come since and Owed() are within it. Nothing where the classes are too
  // many, or cannot be known beforehand (spans).
  struct Start {
    Row row;
    uint64_t most;  // RegexPool::kUnbounded: there is no limit apart
  };
  std::optional<Start> At(RegexId id);
  // While one lives, At() makes no table anew, so that rows hold: it knows nothing instead where
  // it had to.
  class Hold {
   public:
    explicit Hold(TextAutomaton& automaton) : automaton_(automaton) { ++automaton_.holds_; }
    ~Hold() { --automaton_.holds_; }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    TextAutomaton& automaton_;
  };
  // There was no room for some state since the last At(), in the table or in the pool: kDead may be
  // wrong.
  bool gave_up() const { return full_ || pool_.exhausted(); }

  // After one more character.
  Row Next(Row row, char32_t code_point) { return Step(row, ClassOf(code_point)); }
  bool Nullable(Row row) const { return pool_.Nullable(states_[row].id); }
  // Code points of the shortest text from here.
  uint64_t Owed(Row row) const { return states_[row].owed; }
  // Some character beyond ASCII may come next.
  bool IsWide(Row row);
  // The same after some character of those that are begun (with bytes left), where it is at most so
  // many; not always the shortest. Nothing: no text goes on so.
  std::optional<uint64_t> OwedWithin(Row row, const PartialChar& begun,
                                     uint64_t most = RegexPool::kUnbounded);
  // A text from here of the fewest bytes (RegexPool::FewestBytes), UTF-8.
  std::string FewestBytes(Row row, TextForm form) {
    return pool_.FewestBytes(states_[row].id, form);
  }

  // Any text of so many plain characters of these classes leads to a state that is not dead and
  // owes so many code points at most (there may be more of them than is said). No classes: not
  // worth while.
  struct Free {
    TextClasses classes = 0;
    uint32_t characters = 0;
    uint64_t owed = 0;
  };
  Free FreeFrom(Row row) {
    if (!states_[row].free) states_[row].free = FindFree(row);
    return *states_[row].free;
  }

 private:
  using ClassId = CodePointClasses::Id;
  static constexpr Row kUnknown = ~Row{0};
  static constexpr ClassId kWholePage = 0x8000;  // in page_of_: all of it is of the class
  static constexpr ClassId kNoPage = kWholePage - 1;

  struct Exit {
    Row to;
    TextClasses by;  // some character of these leads there
  };
  struct State {
    RegexId id;
    uint64_t owed;
    uint8_t wide = 0;  // IsWide: 0 unknown, 1 yes, 2 no
    bool has_exits = false;
    TextClasses open = 0;  // classes all of whose characters lead on
    std::vector<Exit> exits = {};
    std::optional<Free> free = {};
  };

  ClassId ClassOf(char32_t c) const {
    if (c < 128) return ascii_[c];
    const ClassId page = page_of_[c >> 6];
    return (page & kWholePage) != 0 ? page & ~kWholePage : pages_[size_t{page} << 6 | (c & 63)];
  }
  Row Step(Row row, ClassId by) {
    const Row next = table_[size_t{row} * classes_ + by];
    return next != kUnknown ? next : Find(row, by);
  }
  Row Find(Row row, ClassId by);
  // Of the table, or what else takes as much room.
  size_t cells() const { return table_.size() + 8 * memoized_ + 16 * states_.size(); }
  Row RowOf(RegexId id);
  void Clear();

  bool Learn();
  void Tabulate();
  void AddToPages(char32_t first, char32_t end, ClassId of);
  const State& WithExits(Row row);
  TextClasses FreeClasses(Row row);
  Free FindFree(Row row);

  RegexPool& pool_;
  // Of characters.
  CodePointClasses partition_;
  ClassId classes_ = 1;                                     // of the tables
  std::vector<ClassId> wide_classes_;                       // with characters beyond ASCII
  std::array<std::vector<ClassId>, kTextClasses> of_text_;  // that each has characters of
  std::array<ClassId, 128> ascii_ = {};
  std::vector<ClassId> page_of_;  // [64 code points each]
  std::vector<ClassId> pages_;    // [.., 64]

  bool full_ = false;
  int holds_ = 0;
  std::vector<Row> table_;  // [states_, classes_]
  std::vector<State> states_;
  std::unordered_map<RegexId, Row> row_of_;
  std::vector<RegexPool::Memo> memos_;  // [classes_]
  size_t memoized_ = 0;                 // entries of all
};

}  // namespace bantam::grammar
