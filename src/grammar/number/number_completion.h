// NumberCompletion: the shortest way to finish a JSON number so that it lies in a set.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "grammar/number/natural.h"
#include "grammar/number/number_piece.h"
#include "grammar/number/number_syntax.h"

namespace bantam::grammar {

// One search, run by the constructor; NumberSet::Complete has the contract.
//
// A number is D × 10^(z - k): D the digits of the prefix and k more, 10^z the size of a unit in the
// last digit of the prefix. For each z, by ascending cost of the exponent that writes it, the least
// k is sought whose block of numbers D (first × 10^k … last × 10^k + 10^k - 1) meets the set;
// bounds on the costs end the search. Once the exponent has begun, the set of exponents that lead
// into a piece is one interval but for single values, because steps only ever become easier to hit.
class NumberCompletion {
 public:
  NumberCompletion(std::span<const NumberPiece> pieces, std::string_view prefix,
                   NumberSpelling spelling = NumberSpelling::kAny);

  std::optional<uint32_t> Length() const;
  std::optional<std::string> Text() const;

 private:
  enum class Form : uint8_t { kInteger, kZero, kPoint, kFraction };
  // What the mantissa begins with: the prefix, or for "" and "-" one of several ways to go on.
  struct Lead {
    Form form = Form::kInteger;
    bool negative = false;
    bool open = false;             // the first digit is still to choose: first is "1", last is "9"
    std::string_view text;         // what is appended to the prefix to get here
    std::string_view first, last;  // the digits so far without leading zeros ("" for zero)
    int64_t written = 0;           // digits so far, those of `text` and leading zeros included
    int64_t fraction = 0;          // of them, after the point
    int64_t room = 0;              // digits that may still follow

    int64_t cost() const { return static_cast<int64_t>(text.size()) + (open ? 1 : 0); }
    bool is_zero() const { return first.empty(); }
  };
  // The part of a piece that has the lead's sign, by absolute value; without zero.
  struct Side {
    const NumberPiece* piece;
    int64_t core_digits;  // no multiple of the step has fewer digits (without zeros at the end)
    int64_t most_unit;    // D × 10^y with a greater y is a multiple of one of not_steps
    const Decimal* low;   // none: anything above 0
    const Decimal* high;
    bool low_open, high_open;
    bool negative;
  };
  enum class Block : uint8_t { kFound, kNotYet, kNever };
  struct Best {
    int64_t cost = INT64_MAX;
    bool exponent = false;
    Lead lead = {};
    std::variant<uint64_t, Natural> digits = uint64_t{0};  // D
    int64_t k = 0;
    int64_t zeros = 0;  // to append to D
    int64_t point = 0;  // of the digits appended, those after a new point
    int64_t x = 0;      // the exponent written
  };
  struct Exponents;

  static std::optional<Side> SideOf(const NumberPiece& piece, bool negative);
  // The least x for which number × 10^x is a multiple of step; none if there is none.
  static std::optional<int64_t> LeastShift(const Decimal& number, const Decimal& step);
  static void LimitUnit(Side& side);
  static int64_t LeastDigits(const Lead& lead, const Side& side, int64_t z);
  static int64_t LeastCost(const Lead& lead, int64_t z, int64_t k);
  static int64_t StableUnit(const Side& side);
  int64_t MostDigits(const Lead& lead, int64_t z) const;
  template <typename Int>
  Block TryBlockIn(const Lead& lead, const Side& side, int64_t z, int64_t k, Int& found);

  void CompleteMantissa(std::string_view prefix, NumberState state);
  void CompleteLeads(std::span<const Lead> leads);
  void CompleteLead(const Lead& lead);
  void OfferZero(const Lead& lead);
  void SearchSide(const Lead& lead, Side side);
  void SearchUnit(const Lead& lead, const Side& side, int64_t z);
  Block TryBlock(const Lead& lead, const Side& side, int64_t z, int64_t k);
  void Offer(const Lead& lead, int64_t z, int64_t k);
  void Take(int64_t cost, const Lead& lead, const Best& shape);
  bool Hopeless(int64_t cost) const;
  bool HasZero() const;
  void CompleteExponent(std::string_view prefix);

  std::span<const NumberPiece> pieces_;
  NumberSpelling spelling_;
  // Blocks still to try, those of big numbers at their weight: some milliseconds. Sets that people
  // write need a handful.
  int64_t fuel_ = 50'000;
  int64_t limit_ = 0;  // no completion of a higher cost is sought
  std::string prefix_digits_;
  std::variant<uint64_t, Natural> digits_;  // of the last block that was found
  Best best_;
  std::optional<std::string> exponent_;  // what an exponent that has begun lacks
};

}  // namespace bantam::grammar
