// The search for the shortest completion of a mantissa; exponent_completion.cc has the exponents.
#include "grammar/number/number_completion.h"

#include <algorithm>
#include <string>
#include <utility>

#include "grammar/number/number_set.h"

namespace bantam::grammar {
namespace {

constexpr int64_t kMaxExponent = 999;  // kMaxExponentDigits nines
constexpr int64_t kMaxDigits = NumberSet::kMaxDigits;
constexpr int64_t kNo = INT64_MAX / 4;  // a cost: cannot be written

// Characters of an exponent, with its "e".
int64_t ExponentCost(int64_t x) {
  if (x == 0) return 0;
  const int64_t size = x < 0 ? -x : x;
  if (size > kMaxExponent) return kNo;
  return (size < 10 ? 2 : size < 100 ? 3 : 4) + (x < 0 ? 1 : 0);
}

// What the search needs of its two number types. Values of more than kDigits digits count as huge.
template <typename Int>
struct Arithmetic;

template <>
struct Arithmetic<uint64_t> {
  static constexpr int64_t kDigits = 18;
  static uint64_t Read(std::string_view digits, int64_t zeros) {
    uint64_t value = 0;
    for (const char c : digits) value = value * 10 + static_cast<uint64_t>(c - '0');
    for (; zeros > 0; --zeros) value *= 10;
    return value;
  }
  static std::string Write(uint64_t value) { return std::to_string(value); }
};

template <>
struct Arithmetic<Natural> {
  static constexpr int64_t kDigits = 2 * Decimal::kMaxDigits;
  static Natural Read(std::string_view digits, int64_t zeros) {
    return Natural::FromDigits(digits, zeros);
  }
  static std::string Write(const Natural& value) { return value.ToDigits(); }
};

template <typename Int>
struct Scaled {
  Int floor = Int(uint64_t{0});
  bool exact = false;
  bool huge = false;
};

// |value| / 10^y, rounded down.
template <typename Int>
Scaled<Int> Scale(const Decimal& value, int64_t y) {
  const std::string_view digits = value.digits();
  const auto size = static_cast<int64_t>(digits.size());
  const int64_t whole = size + value.exponent() - y;  // digits before the point
  if (whole <= 0) return {};
  if (whole > Arithmetic<Int>::kDigits) return {.huge = true};
  const int64_t kept = std::min(size, whole);
  return {.floor = Arithmetic<Int>::Read(digits.substr(0, static_cast<size_t>(kept)), whole - kept),
          .exact = kept == size};
}

// The u for which D × 10^y is a multiple of step exactly when D is one of u.
template <typename Int>
Scaled<Int> StepAt(const Decimal& step, int64_t y) {
  const auto size = static_cast<int64_t>(step.digits().size());
  const int64_t zeros = step.exponent() - y;
  if (zeros >= 0) {
    if (size + zeros > Arithmetic<Int>::kDigits) return {.huge = true};
    return {.floor = Arithmetic<Int>::Read(step.digits(), zeros), .exact = true};
  }
  // The power of ten provides that many twos and fives; see Decimal::IsMultipleOf for the 4.
  Int u = Arithmetic<Int>::Read(step.digits(), 0);
  for (const uint64_t prime : {uint64_t{2}, uint64_t{5}}) {
    const Int divisor(prime);
    for (int64_t left = std::min(-zeros, 4 * size); left > 0; --left) {
      if (u % divisor != Int(uint64_t{0})) break;
      u = u / divisor;
    }
  }
  return {.floor = std::move(u), .exact = true};
}

// Digits of what is left of a step without its twos and fives: no multiple D has fewer.
int64_t CoreDigits(const Decimal& step) {
  const int64_t y = Decimal::kMaxExponent + 4 * Decimal::kMaxDigits;  // all of them are provided
  const auto size = step.digits().size() <= Arithmetic<uint64_t>::kDigits
                        ? Arithmetic<uint64_t>::Write(StepAt<uint64_t>(step, y).floor).size()
                        : Arithmetic<Natural>::Write(StepAt<Natural>(step, y).floor).size();
  return static_cast<int64_t>(size);
}

bool IsSmall(const Decimal& step) {
  return step.digits().size() <= Arithmetic<uint64_t>::kDigits;
}

}  // namespace

NumberCompletion::NumberCompletion(std::span<const NumberPiece> pieces, std::string_view prefix,
                                   NumberSpelling spelling)
    : pieces_(pieces), spelling_(spelling) {
  auto state = NumberState::kStart;
  for (const char c : prefix) state = Next(state, static_cast<uint8_t>(c));
  if (state == NumberState::kDead) return;
  if (spelling_ == NumberSpelling::kDigits && state >= NumberState::kPoint) return;
  if (spelling_ != NumberSpelling::kAny && state >= NumberState::kExponent) return;
  if (state < NumberState::kExponent) {
    CompleteMantissa(prefix, state);
  } else {
    CompleteExponent(prefix);
  }
}

std::optional<uint32_t> NumberCompletion::Length() const {
  if (exponent_) return static_cast<uint32_t>(exponent_->size());
  if (best_.cost == INT64_MAX) return std::nullopt;
  return static_cast<uint32_t>(best_.cost);
}

std::optional<std::string> NumberCompletion::Text() const {
  if (exponent_) return exponent_;
  if (best_.cost == INT64_MAX) return std::nullopt;
  const Lead& lead = best_.lead;
  std::string digits;
  if (const auto* small = std::get_if<uint64_t>(&best_.digits)) {
    digits = Arithmetic<uint64_t>::Write(*small);
  } else {
    digits = Arithmetic<Natural>::Write(std::get<Natural>(best_.digits));
  }
  const size_t known = lead.first.size();
  const size_t all = known + static_cast<size_t>(best_.k);
  digits.insert(0, all - std::min(all, digits.size()), '0');
  // "0" for nothing at all: zero has no digits of its own.
  std::string text(lead.text);
  const std::string_view added = std::string_view(digits).substr(lead.open ? 0 : known);
  if (best_.k + (lead.open ? 1 : 0) > 0) {
    const size_t before = added.size() - static_cast<size_t>(best_.point);
    text.append(added.substr(0, before)).append(best_.point > 0 ? "." : "");
    text.append(added.substr(before)).append(static_cast<size_t>(best_.zeros), '0');
  } else {
    text.append(static_cast<size_t>(best_.zeros), '0');
  }
  if (best_.x != 0) text.append(1, 'e').append(std::to_string(best_.x));
  return text;
}

bool NumberCompletion::HasZero() const {
  return std::ranges::any_of(pieces_, [](const NumberPiece& p) { return p.Has(Decimal()); });
}

void NumberCompletion::CompleteMantissa(std::string_view prefix, NumberState state) {
  Lead lead;
  lead.negative = prefix.starts_with('-');
  const std::string_view number = prefix.substr(lead.negative ? 1 : 0);
  const size_t point = number.find('.');
  if (point == std::string_view::npos) {
    lead.first = number;
  } else {
    prefix_digits_.append(number.substr(0, point)).append(number.substr(point + 1));
    lead.first = prefix_digits_;
    lead.fraction = static_cast<int64_t>(number.size() - point) - 1;
  }
  lead.written = static_cast<int64_t>(lead.first.size());
  lead.room = std::max<int64_t>(0, kMaxDigits - lead.written);
  lead.first.remove_prefix(std::min(lead.first.find_first_not_of('0'), lead.first.size()));
  lead.last = lead.first;
  if (lead.first.size() > Decimal::kMaxDigits) return;
  using enum NumberState;
  if (state == kStart || state == kMinus) {
    const bool start = state == kStart;
    const Lead zero = {.form = Form::kZero,
                       .negative = lead.negative,
                       .text = "0",
                       .first = "",
                       .last = "",
                       .written = 1,
                       .room = kMaxDigits - 1};
    const Lead digit = {.form = Form::kInteger,
                        .negative = lead.negative,
                        .open = true,
                        .text = "",
                        .first = "1",
                        .last = "9",
                        .written = 1,
                        .room = kMaxDigits - 1};
    Lead minus_digit = digit, minus_zero = zero;
    minus_digit.negative = minus_zero.negative = true;
    minus_digit.text = "-";
    minus_zero.text = "-0";
    const Lead leads[] = {zero, digit, minus_digit, minus_zero};
    return CompleteLeads(std::span(leads).first(start ? 4 : 2));
  }
  lead.form = state == kZero      ? Form::kZero
              : state == kInteger ? Form::kInteger
              : state == kPoint   ? Form::kPoint
                                  : Form::kFraction;
  if (point != std::string_view::npos && MostDigits(lead, 0) < 0) return;
  CompleteLeads({&lead, 1});
}

// By growing limits: a long way found first would let the search for a short one try far too much.
void NumberCompletion::CompleteLeads(std::span<const Lead> leads) {
  for (const int64_t limit : {int64_t{8}, int64_t{40}, kNo}) {
    limit_ = limit;
    for (const Lead& lead : leads) CompleteLead(lead);
    if (best_.cost != INT64_MAX) return;
  }
}

void NumberCompletion::CompleteLead(const Lead& lead) {
  if (Hopeless(lead.cost())) return;
  if (lead.is_zero()) OfferZero(lead);
  for (const NumberPiece& piece : pieces_) {
    if (best_.cost == lead.cost() && !best_.exponent) return;
    if (const auto side = SideOf(piece, lead.negative)) SearchSide(lead, *side);
  }
}

// 0, 0.0, …
void NumberCompletion::OfferZero(const Lead& lead) {
  const int64_t zeros = lead.form == Form::kPoint ? 1 : 0;
  if (zeros > MostDigits(lead, 0) || Hopeless(lead.cost() + zeros) || !HasZero()) return;
  best_ = {.cost = lead.cost() + zeros, .lead = lead, .digits = uint64_t{0}, .zeros = zeros};
}

bool NumberCompletion::Hopeless(int64_t cost) const {
  return cost > limit_ || cost > best_.cost || (cost == best_.cost && !best_.exponent);
}

std::optional<NumberCompletion::Side> NumberCompletion::SideOf(const NumberPiece& piece,
                                                               bool negative) {
  const auto& low = negative ? piece.high : piece.low;
  const auto& high = negative ? piece.low : piece.high;
  const bool same_sign = !high || (!high->is_zero() && high->is_negative() == negative);
  if (!same_sign) return std::nullopt;  // nothing beyond zero on this side
  const bool has_low = low && !low->is_zero() && low->is_negative() == negative;
  int64_t core = 0;
  if (piece.step && piece.step->digits().size() > 1) core = CoreDigits(*piece.step);
  return Side{.piece = &piece,
              .core_digits = core,
              .most_unit = kNo,
              .low = has_low ? &*low : nullptr,
              .high = high ? &*high : nullptr,
              .low_open = negative ? piece.high_open : piece.low_open,
              .high_open = negative ? piece.low_open : piece.high_open,
              .negative = negative};
}

// The fewest digits to add that may reach the side with this unit.
int64_t NumberCompletion::LeastDigits(const Lead& lead, const Side& side, int64_t z) {
  int64_t least = lead.is_zero() || lead.form == Form::kPoint ? 1 : 0;
  least = std::max(least, side.core_digits - static_cast<int64_t>(lead.last.size()));
  least = std::max(least, z - side.most_unit);
  if (lead.form == Form::kInteger) return std::max(least, z - kMaxExponent);
  if (!lead.is_zero() || side.high == nullptr) return least;
  return std::max(least, z - side.high->magnitude());
}

// The fewest characters that write k or more further digits with the unit 10^z.
int64_t NumberCompletion::LeastCost(const Lead& lead, int64_t z, int64_t k) {
  if (lead.form != Form::kInteger) {
    const int64_t point = lead.form == Form::kZero && k > 0 ? 1 : 0;
    return k + point + ExponentCost(z + lead.fraction);
  }
  if (z < 0) {
    return k + std::min(ExponentCost(z - k), (k > 0 ? 1 : 0) + ExponentCost(z));
  }
  const int64_t plain = k > z ? k + 1 : z;
  if (k >= z) return plain;
  return std::min(plain, z - k > kMaxExponent ? z - kMaxExponent + 4 : k + ExponentCost(z - k));
}

// Above this exponent of D neither a step nor an end nor a value left out makes a difference any
// more, but for the upper end.
int64_t NumberCompletion::StableUnit(const Side& side) {
  int64_t stable = -kNo;
  const auto add_step = [&](const Decimal& step) {
    const auto size = static_cast<int64_t>(step.digits().size());
    stable = std::max(stable, step.exponent() + 4 * size);
  };
  if (side.piece->step) add_step(*side.piece->step);
  for (const Decimal& n : side.piece->not_steps) add_step(n);
  if (side.low != nullptr) stable = std::max(stable, side.low->magnitude() + 1);
  for (const Decimal& value : side.piece->left_out) {
    if (!value.is_zero()) stable = std::max(stable, value.magnitude() + 1);
  }
  return stable;
}

// Great numbers that are to be odd, say, need all their digits.
void NumberCompletion::LimitUnit(Side& side) {
  for (const Decimal& n : side.piece->not_steps) {
    const auto all = LeastShift(Decimal::Int(1), n);
    if (all) side.most_unit = std::min(side.most_unit, *all - 1);
  }
}

void NumberCompletion::SearchSide(const Lead& lead, Side side) {
  const bool integer = lead.form == Form::kInteger;
  if (spelling_ == NumberSpelling::kDigits && !integer) return;
  const auto first_size = static_cast<int64_t>(lead.first.size());
  int64_t least = -kMaxExponent - lead.fraction;
  int64_t most = kMaxExponent - lead.fraction + (integer ? lead.room : 0);
  if (side.low != nullptr) least = std::max(least, side.low->magnitude() + 1 - first_size);
  if (side.piece->step) {  // nothing but zero is smaller than the step
    least = std::max(least, side.piece->step->magnitude() + 1 - first_size);
  }
  if (side.high != nullptr && !lead.is_zero()) {
    most = std::min(most, side.high->magnitude() + 1 - first_size);
  }
  const int64_t center = -lead.fraction;  // no exponent needed
  const int64_t start = std::max(center, least);
  if (spelling_ != NumberSpelling::kAny && !integer) most = std::min(most, center);
  const auto far = [&](const Decimal& n) { return start - n.exponent() > 20; };
  if (std::ranges::any_of(side.piece->not_steps, far)) LimitUnit(side);
  std::optional<int64_t> stable;
  for (int64_t z = start; z <= most; ++z) {
    const int64_t k = LeastDigits(lead, side, z);
    if (Hopeless(lead.cost() + LeastCost(lead, z, k))) {
      if (integer && z < k) continue;  // "12.5" costs more than "125"; from k on costs only grow
      break;
    }
    SearchUnit(lead, side, z);
    if (z < start + 8) continue;
    // From there on every unit has the same blocks, at a higher cost.
    if (!stable) stable = StableUnit(side);
    if (z - std::min({best_.cost, limit_, kMaxDigits}) > *stable) break;
  }
  if (spelling_ != NumberSpelling::kAny) return;
  int64_t none = lead.is_zero() || lead.form == Form::kPoint ? 1 : 0;
  none = std::max(none, side.core_digits - first_size);
  for (int64_t z = std::min(center - 1, most); z >= least; --z) {
    if (Hopeless(lead.cost() + LeastCost(lead, z, none))) break;
    SearchUnit(lead, side, z);
  }
}

// The most digits to add with this unit.
int64_t NumberCompletion::MostDigits(const Lead& lead, int64_t z) const {
  if (spelling_ == NumberSpelling::kAny) return lead.room;
  const bool integer = lead.form == Form::kInteger;
  if (spelling_ == NumberSpelling::kDigits) return integer ? std::min(lead.room, z) : 0;
  const int64_t with_point = kMostDecimalDigits - lead.written;
  return std::min(lead.room, integer ? std::max(z, with_point) : with_point);
}

// The least k for one unit. All multiples of a step can be written once the digits reach its own
// last digit.
void NumberCompletion::SearchUnit(const Lead& lead, const Side& side, int64_t z) {
  int64_t k = LeastDigits(lead, side, z);
  int64_t most = MostDigits(lead, z);
  if (side.piece->step) most = std::min(most, std::max(k, z - side.piece->step->exponent()));
  for (; k <= most && fuel_ > 0 && !Hopeless(lead.cost() + LeastCost(lead, z, k)); ++k) {
    const Block block = TryBlock(lead, side, z, k);
    if (block == Block::kNotYet) continue;
    if (block == Block::kFound) Offer(lead, z, k);
    return;
  }
}

NumberCompletion::Block NumberCompletion::TryBlock(const Lead& lead, const Side& side, int64_t z,
                                                   int64_t k) {
  const NumberPiece& piece = *side.piece;
  if (static_cast<int64_t>(lead.last.size()) + k <= Arithmetic<uint64_t>::kDigits &&
      (!piece.step || IsSmall(*piece.step)) && std::ranges::all_of(piece.not_steps, IsSmall)) {
    --fuel_;
    uint64_t found = 0;
    const Block block = TryBlockIn<uint64_t>(lead, side, z, k, found);
    if (block == Block::kFound) digits_ = found;
    return block;
  }
  fuel_ -= 20 + (piece.step ? static_cast<int64_t>(piece.step->digits().size()) : 0);
  Natural found;
  const Block block = TryBlockIn<Natural>(lead, side, z, k, found);
  if (block == Block::kFound) digits_ = std::move(found);
  return block;
}

// The first D of the block for which D × 10^(z - k) is in the side. kNever: no k will do either.
template <typename Int>
NumberCompletion::Block NumberCompletion::TryBlockIn(const Lead& lead, const Side& side, int64_t z,
                                                     int64_t k, Int& found) {
  const Int one(uint64_t{1});
  const int64_t y = z - k;
  const NumberPiece& piece = *side.piece;
  const Int begin = lead.is_zero() ? one : Arithmetic<Int>::Read(lead.first, k);
  Int last = lead.is_zero()
                 ? Arithmetic<Int>::Read("1", k) - one
                 : Arithmetic<Int>::Read(lead.last, k) + (Arithmetic<Int>::Read("1", k) - one);
  Int at = begin;
  if (side.low != nullptr) {
    Scaled<Int> low = Scale<Int>(*side.low, y);
    if (low.huge || low.floor > last) return Block::kNever;
    if (!low.exact || side.low_open) low.floor += one;
    if (low.floor > at) at = std::move(low.floor);
  }
  if (side.high != nullptr) {
    Scaled<Int> high = Scale<Int>(*side.high, y);
    if (!high.huge) {
      if (high.exact && side.high_open) high.floor -= one;
      if (high.floor < begin) return lead.is_zero() ? Block::kNotYet : Block::kNever;
      if (high.floor < last) last = std::move(high.floor);
    }
  }
  Int step = one;
  if (piece.step) {
    Scaled<Int> scaled = StepAt<Int>(*piece.step, y);
    if (scaled.huge) return Block::kNotYet;
    step = std::move(scaled.floor);
    const Int rest = at % step;
    if (rest != Int(uint64_t{0})) at += step - rest;
  }
  if (at > last) return Block::kNotYet;
  if (!piece.not_steps.empty() || !piece.left_out.empty()) {
    for (const Decimal& n : piece.not_steps) {
      const Scaled<Int> scaled = StepAt<Int>(n, y);
      if (!scaled.huge && step % scaled.floor == Int(uint64_t{0})) return Block::kNotYet;
    }
    for (size_t tries = 0;; at += step) {
      if (at > last || ++tries > NumberPiece::kMaxScan) return Block::kNotYet;
      fuel_ -= 4;
      const auto value = Decimal::FromParts(side.negative, Arithmetic<Int>::Write(at), y);
      if (value && piece.Allows(*value)) break;
    }
  }
  found = std::move(at);
  return Block::kFound;
}

// The cheapest ways to write the block found with k digits and the unit 10^z.
void NumberCompletion::Offer(const Lead& lead, int64_t z, int64_t k) {
  if (lead.form != Form::kInteger) {
    const bool point = lead.form == Form::kZero && k > 0;
    return Take(LeastCost(lead, z, k), lead,
                {.k = k, .point = point ? k : 0, .x = z + lead.fraction});
  }
  if (z >= 0) {
    const int64_t fraction = std::max<int64_t>(0, k - z);
    Take(std::max(k, z) + (fraction > 0 ? 1 : 0), lead,
         {.k = k, .zeros = std::max<int64_t>(0, z - k), .point = fraction});
  }
  if (z != k) Take(k + ExponentCost(z - k), lead, {.k = k, .x = z - k});
  if (z < 0 && k > 0) Take(k + 1 + ExponentCost(z), lead, {.k = k, .point = k, .x = z});
}

void NumberCompletion::Take(int64_t cost, const Lead& lead, const Best& shape) {
  const bool exponent = shape.x != 0;
  const int64_t total = lead.cost() + cost;
  if (spelling_ != NumberSpelling::kAny && exponent) return;
  if (spelling_ == NumberSpelling::kDigits && shape.point > 0) return;
  if (cost >= kNo || total > limit_ || shape.k + shape.zeros > lead.room) return;
  if (total > best_.cost || (total == best_.cost && (exponent || !best_.exponent))) return;
  best_ = shape;
  best_.cost = total;
  best_.exponent = exponent;
  best_.lead = lead;
  best_.digits = digits_;
}

}  // namespace bantam::grammar
