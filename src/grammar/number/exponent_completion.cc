// The shortest completion of a number whose exponent has begun.
#include <algorithm>
#include <string>
#include <vector>

#include "grammar/number/number_completion.h"
#include "grammar/number/number_set.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMaxDigits = NumberSet::kMaxExponentDigits;

}  // namespace

// Least t ≥ 0 for which number × 10^t is a multiple of step; none if there is none. Once it is one
// it stays one, and beyond 4 × digits of step nothing changes (see Decimal::IsMultipleOf).
std::optional<int64_t> NumberCompletion::LeastShift(const Decimal& number, const Decimal& step) {
  const int64_t base = step.exponent();
  const auto divides = [&](int64_t t) {
    const auto shifted = Decimal::FromParts(false, number.digits(), base + t);
    return shifted && shifted->IsMultipleOf(step);
  };
  int64_t no = -1;
  auto yes = static_cast<int64_t>(4 * step.digits().size());
  yes = std::min(yes, Decimal::kMaxExponent - base);
  if (!divides(yes)) return std::nullopt;
  while (yes - no > 1) {
    const int64_t middle = no + (yes - no) / 2;
    (divides(middle) ? yes : no) = middle;
  }
  return base + yes - number.exponent();
}

// The exponents x for which mantissa × 10^x is in a piece: least … most without `holes`.
struct NumberCompletion::Exponents {
  int64_t least, most;
  std::vector<int64_t> holes;

  Exponents(const Decimal& mantissa, const Side& side)
      : least(-Decimal::kMaxExponent - mantissa.exponent()),
        most(Decimal::kMaxExponent - mantissa.exponent()) {
    if (side.low != nullptr) {
      const int order = mantissa.digits().compare(side.low->digits());
      const bool next = order < 0 || (order == 0 && side.low_open);
      least = std::max(least, side.low->magnitude() - mantissa.magnitude() + (next ? 1 : 0));
    }
    if (side.high != nullptr) {
      const int order = mantissa.digits().compare(side.high->digits());
      const bool before = order > 0 || (order == 0 && side.high_open);
      most = std::min(most, side.high->magnitude() - mantissa.magnitude() - (before ? 1 : 0));
    }
    if (least > most) return;
    if (side.piece->step) {
      const auto shift = LeastShift(mantissa, *side.piece->step);
      if (shift) least = std::max(least, *shift);
      if (!shift) most = least - 1;
    }
    for (const Decimal& n : side.piece->not_steps) {
      if (const auto shift = LeastShift(mantissa, n)) most = std::min(most, *shift - 1);
    }
    for (const Decimal& value : side.piece->left_out) {
      if (value.is_negative() == side.negative && value.digits() == mantissa.digits()) {
        holes.push_back(value.exponent() - mantissa.exponent());
      }
    }
  }

  // The member of the least absolute value among sign × (from … to).
  std::optional<int64_t> Nearest(int64_t from, int64_t to, bool minus) const {
    from = std::max(from, minus ? -most : least);
    to = std::min(to, minus ? -least : most);
    for (; from <= to; ++from) {
      if (std::ranges::find(holes, minus ? -from : from) == holes.end()) return from;
    }
    return std::nullopt;
  }

  // What completes an exponent of which `digits` are written, after this sign; as short as it can
  // be.
  std::optional<std::string> Complete(std::string_view digits, bool minus) const {
    int64_t from = 0;
    for (const char c : digits) from = std::min<int64_t>(from * 10 + (c - '0'), int64_t{1} << 40);
    int64_t count = 1;
    for (size_t k = 0; digits.size() + k <= std::max(kMaxDigits, digits.size()); ++k) {
      if (digits.size() + k > 0) {
        if (const auto x = Nearest(from, from + count - 1, minus)) {
          std::string text = std::to_string(*x - from);
          if (k == 0) return "";
          return text.insert(0, k - text.size(), '0');
        }
      }
      from *= 10;
      count *= 10;
    }
    return std::nullopt;
  }
};

void NumberCompletion::CompleteExponent(std::string_view prefix) {
  const size_t e = prefix.find_first_of("eE");
  std::string_view digits = prefix.substr(e + 1);
  const bool minus = digits.starts_with('-');
  const bool sign = minus || digits.starts_with('+');
  if (sign) digits.remove_prefix(1);
  const auto mantissa = Decimal::Parse(prefix.substr(0, e));
  if (!mantissa) return;
  if (mantissa->is_zero()) {
    if (HasZero()) exponent_ = digits.empty() ? "0" : "";
    return;
  }
  const auto take = [&](std::optional<std::string> text) {
    if (text && (!exponent_ || text->size() < exponent_->size())) exponent_ = std::move(text);
  };
  for (const NumberPiece& piece : pieces_) {
    const auto side = SideOf(piece, mantissa->is_negative());
    if (!side) continue;
    const Exponents exponents(*mantissa, *side);
    take(exponents.Complete(digits, minus));
    if (sign || !digits.empty()) continue;
    if (auto text = exponents.Complete(digits, true)) take("-" + *text);
  }
}

}  // namespace bantam::grammar
