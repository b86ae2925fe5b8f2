// NumberSet: a set of numbers as JSON Schema can describe one, exact at any size.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "grammar/number/decimal.h"
#include "grammar/number/number_piece.h"
#include "grammar/number/number_syntax.h"

namespace bantam::grammar {

// Built from ranges, multiples and single values by union, intersection and complement; kept as a
// list of pieces (an interval, numbers to be a multiple of, numbers not to be a multiple of, values
// left out), simplified where that is cheap. Numbers that are written with digits alone and those
// with a fraction or an exponent may differ in what belongs to the set. Values; copies are
// independent.
class NumberSet {
 public:
  static NumberSet All();
  static NumberSet None();
  static NumberSet Integers();       // 1.0 and 1e3 count
  static NumberSet PlainIntegers();  // they do not: those of draft 4
  static NumberSet AtLeast(const Decimal& bound, bool exclusive);
  static NumberSet AtMost(const Decimal& bound, bool exclusive);
  static NumberSet MultiplesOf(const Decimal& step);  // step > 0
  static NumberSet Just(const Decimal& value);
  static Result<NumberSet> Among(std::vector<Decimal> values);  // fails as Or does, below

  // Fail with kResourceExhausted where the result has more than kMaxPieces pieces (or a piece more
  // conditions than NumberPiece allows), And and Not with kUnsupported where two steps have no
  // common multiple within Decimal's limits.
  static constexpr int kMaxPieces = 5'000;
  Result<NumberSet> And(const NumberSet& other) const;
  Result<NumberSet> Or(const NumberSet& other) const;
  Result<NumberSet> Not() const;

  bool Has(const Decimal& value) const;                         // written with digits alone
  bool Has(const Decimal& value, std::string_view text) const;  // as it is written there
  bool is_all() const;           // may miss some unions that are all numbers
  bool is_none() const;          // exact within the limits of NumberPiece::Normalise
  bool HasIntegersOnly() const;  // may miss some

  // Completes `prefix`, the beginning of a JSON number ("", "-", "12", "1.", "1.5e", "2e-3"), to
  // one whose value lies in the set: gives what has to be appended, the fewest characters there are
  // (of equals one without an exponent, then one of the smallest digits; always the same); nothing
  // if there is none or `prefix` begins no JSON number. Exact, exponents of up to
  // kMaxExponentDigits digits considered, but for numbers longer than kMaxDigits and for
  // searches of more than 50,000 steps (many pieces with steps of hundreds of digits). Time: below
  // a microsecond per piece for prefixes of up to 18 digits, some milliseconds at worst. Where the
  // set depends on how numbers are written, two characters more than needed may be taken.
  static constexpr int kMaxExponentDigits = 3;
  static constexpr int kMaxDigits = 400;
  std::optional<std::string> Complete(std::string_view prefix) const;
  // Its size alone, somewhat cheaper.
  std::optional<uint32_t> CompletionLength(std::string_view prefix) const;

  // The way in which completions are written; what belongs to the set stays. Of sets in which it
  // does not matter how numbers are written, and not handed on by And, Or and Not.
  NumberSet Spelled(NumberSpelling spelling) const;
  NumberSpelling spelling() const { return spelling_; }

  const std::vector<NumberPiece>& pieces() const { return pieces_; }  // of digits alone
  // Those written otherwise, where they differ; null.
  const NumberSet* others() const { return others_.get(); }

 private:
  using Join = Result<NumberSet> (NumberSet::*)(const NumberSet&) const;
  Result<NumberSet> Joined(const NumberSet& other, Join join) const;
  Result<NumberSet> AndPieces(const NumberSet& other) const;
  Result<NumberSet> OrPieces(const NumberSet& other) const;
  Result<NumberSet> NotPieces() const;
  static NumberSet Of(NumberPiece piece);
  // Normal pieces in, at most kMaxPieces out.
  static Result<NumberSet> Simplified(std::vector<NumberPiece> pieces);

  std::vector<NumberPiece> pieces_;  // normal; ascending by their beginning
  std::shared_ptr<const NumberSet> others_;
  NumberSpelling spelling_ = NumberSpelling::kAny;
};

}  // namespace bantam::grammar
