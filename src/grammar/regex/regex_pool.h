// RegexPool: hash-consed regular expressions over code points, each of them a state of an automaton
// that is made as it is used.
//
// Brzozowski, "Derivatives of Regular Expressions" (1964); Owens, Reppy and Turon,
// "Regular-expression derivatives re-examined" (2009): with intersection and complement.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bantam/result.h"
#include "grammar/regex/code_point_set.h"
#include "grammar/regex/span_automaton.h"

namespace bantam::grammar {

// An expression of a pool. Equal ids are equal expressions; unequal ids may still describe the same
// language.
using RegexId = uint32_t;

// How a text is written, where its bytes are counted: as it is, or within a JSON string
// (JsonQuote).
enum class TextForm : uint8_t { kUtf8, kJson };

// Expressions stay as long as the pool. Not thread-safe.
class RegexPool {
 public:
  static constexpr RegexId kNothing = 0;   // no text at all
  static constexpr RegexId kEmpty = 1;     // the empty text
  static constexpr RegexId kAnything = 2;  // every text
  static constexpr uint64_t kUnbounded = ~uint64_t{0};

  struct Limits {
    uint32_t expressions = 2'000'000;  // most expressions of the pool
    uint32_t states = 20'000;          // most states one question about a language looks at
    // Most ranges and classes of code points that all questions together look at which take more
    // than 20,000 of them each: some 50 ms. What each mask takes is bounded so, too.
    uint64_t work = 700'000;
  };
  RegexPool();
  explicit RegexPool(const Limits& limits);
  ~RegexPool();

  // Once the pool has no room for another expression (kNothing is given instead) or a question
  // could not be answered within `states` and `work` (the answer errs towards "no text"), this says
  // so; what is compiled at that time must be refused.
  bool exhausted() const { return room_->exhausted; }
  // Of Limits::expressions, those in use (or what else is kept takes as much).
  uint32_t used() const { return room_->used; }
  // Ranges and classes of code points looked at since the beginning, as Limits::work counts them.
  uint64_t work() const;
  // From now on all questions together may take so much of it, dear or not: more exhausts the pool,
  // whose answers then are useless. kUnbounded, as at first: any number.
  void LimitWork(uint64_t most);

  RegexId Class(const CodePointSet& set);  // one code point of the set
  RegexId Literal(std::string_view text);  // valid UTF-8
  RegexId Concat(std::span<const RegexId> parts);
  RegexId Either(std::span<const RegexId> options);
  RegexId Both(std::span<const RegexId> parts);  // intersection; of none: kAnything
  RegexId Not(RegexId id);                       // every other text
  RegexId Repeat(RegexId id, uint64_t min, uint64_t max);
  RegexId Length(uint64_t min, uint64_t max);  // texts of so many code points
  // The spans of some texts; a pool takes those of one automaton only. Whether other expressions
  // match any of them is worked out along the automaton (span_lengths.h).
  RegexId Spans(std::shared_ptr<const SpanAutomaton> source);

  // The texts that follow `code_point`: the transition of the automaton. Fast: 128 direct entries
  // for ASCII once the state has been seen, a search among its ranges for the rest.
  RegexId Derive(RegexId id, char32_t code_point);
  // The same without the ranges of all other code points where those are many: for states that tell
  // letters of Unicode apart and are seldom met. `memo` keeps what was found for this code point
  // and parts of expressions.
  using Memo = std::unordered_map<RegexId, RegexId>;
  RegexId DeriveAlone(RegexId id, char32_t code_point, Memo& memo);
  bool Matches(RegexId id, std::string_view text);  // valid UTF-8
  bool Nullable(RegexId id) const;                  // the empty text matches

  // At least one text matches. Exact, remembered for each state.
  bool Alive(RegexId id);
  // Some text that begins with a code point of [first, last] matches (for code points of which
  // only some bytes are known).
  bool AliveWithin(RegexId id, char32_t first, char32_t last);
  // The least code point of [first, last] whose derivative is alive and, among those, has the
  // shortest way to the end; none: nothing.
  std::optional<char32_t> BestWithin(RegexId id, char32_t first, char32_t last);
  // The live states that code points of [first, last] lead to, each once with the least of them,
  // those of the shortest way to the end first.
  struct Way {
    char32_t code_point;
    RegexId target;
    uint64_t length;  // ShortestLength(target)
  };
  std::vector<Way> WaysWithin(RegexId id, char32_t first, char32_t last);
  // The only code point that matches may go on with; nothing where there are several, or where the
  // empty text matches.
  std::optional<char32_t> OnlyNext(RegexId id);
  // Code points of the shortest match; only for live states.
  uint64_t ShortestLength(RegexId id);
  // The shortest match, as UTF-8; prefers letters, digits and spaces to other characters and never
  // takes '"', '\' or control characters where another choice is as short. Longer ones than 2^20
  // code points exhaust the pool.
  std::string Shortest(RegexId id);
  // A match of the fewest bytes, as UTF-8 (not escaped); of several, Shortest() if it is one. Where
  // finding out takes more than 30,000 of `work`, it is Shortest(); but after the characters of a
  // match that is known to be shorter, so are the rests. Written byte by byte so, it takes none
  // more than its first promise.
  std::string FewestBytes(RegexId id, TextForm form);
  // The least length such that at least `many` texts are no longer; kUnbounded where that takes
  // more than a few states, or 50,000 of `work`, to find out.
  uint64_t LengthOfMany(RegexId id, uint64_t many);

  // Whatever plain text follows, the rest stays alive. False also where that leads to more than 200
  // states. Remembered.
  bool AliveAfterAnyPlain(RegexId id);
  // Where it is true: code points that the shortest way to the end takes after plain text, at most;
  // there is a text after which it takes them.
  uint64_t MostAfterPlain(RegexId id);
  // Every plain code point leads back to this very state.
  bool LoopsOnPlain(RegexId id);
  // Code points that lead from one state to another, or back to the same.
  CodePointSet Leading(RegexId from, RegexId to);
  // For an expression that is one class of code points repeated: the class and the most that may
  // still come; nothing for others.
  struct Run {
    CodePointSet set;
    uint64_t most;
  };
  std::optional<Run> ClassRun(RegexId id) const;
  // For an intersection with Length(0, most): the rest of it and `most`; others as they are, and
  // kUnbounded.
  struct Unlimited {
    RegexId id;
    uint64_t most;
  };
  Unlimited WithoutLengthLimit(RegexId id);
  // All texts of an expression, if they are at most `most` in number and bytes each; else nothing.
  std::optional<std::vector<std::string>> FewTexts(RegexId id, size_t most);
  // The spans of texts matter to it.
  bool HasSpans(RegexId id) const;
  // Every set of code points by which expressions tell texts apart, those of Spans aside; grows
  // with them. Sets that derivatives make are unions and intersections of these.
  std::span<const CodePointSet> sets() const;
  // Plain: all but control characters (below U+0020), '"' and '\'.
  static const CodePointSet& PlainCodePoints();

 private:
  friend class RegexLengths;
  friend class SpanLengths;
  struct Impl;
  struct Room {
    uint32_t used = 0;
    bool exhausted = false;
  };
  std::unique_ptr<Impl> impl_;
  const Room* room_;  // of impl_: asked for after every byte that is read
};

}  // namespace bantam::grammar
