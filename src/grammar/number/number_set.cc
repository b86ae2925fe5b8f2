// The algebra of number sets: a union of pieces throughout.
#include "grammar/number/number_set.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "grammar/number/number_completion.h"

namespace bantam::grammar {
namespace {

// Up to here every pair of pieces is tried for a merger, beyond only neighbours.
constexpr size_t kMaxPairwise = 64;
constexpr size_t kNeighbours = 4;
// Intermediate results may be this many times the limit, as long as they can be merged.
constexpr size_t kSlack = 4;

bool IsPlain(std::string_view number) {
  return number.find_first_of(".eE") == number.npos;
}

std::unexpected<Error> TooManyPieces() {
  return Fail(ErrorCode::kResourceExhausted, "a set of numbers with more than " +
                                                 std::to_string(NumberSet::kMaxPieces) + " pieces");
}

bool BeginsBefore(const NumberPiece& left, const NumberPiece& right) {
  if (left.low.has_value() != right.low.has_value()) return !left.low;
  if (left.low && *left.low != *right.low) return *left.low < *right.low;
  if (left.low_open != right.low_open) return !left.low_open;
  if (left.high && right.high) return *left.high < *right.high;
  return left.high && !right.high;
}

bool EndsAfter(const NumberPiece& left, const NumberPiece& right) {
  return !left.high || (right.high && *right.high < *left.high);
}

// One round over the wide pieces; true if something changed.
bool MergeWide(std::vector<NumberPiece>& pieces) {
  std::ranges::sort(pieces, BeginsBefore);
  const size_t reach = pieces.size() <= kMaxPairwise ? pieces.size() : kNeighbours;
  std::vector<bool> gone(pieces.size(), false);
  bool changed = false;
  for (size_t i = 0; i < pieces.size(); ++i) {
    for (size_t j = i + 1; j < pieces.size() && j - i <= reach && !gone[i]; ++j) {
      if (gone[j]) continue;
      if (pieces[i].Absorb(pieces[j])) {
        gone[j] = changed = true;
        continue;
      }
      const bool filled = pieces[i].FillFrom(pieces[j]);
      changed = pieces[j].FillFrom(pieces[i]) || filled || changed;
    }
  }
  size_t i = 0;
  std::erase_if(pieces, [&](const NumberPiece&) { return gone[i++]; });
  return changed;
}

// Lets every single value fill the wide pieces' holes and drops those that a wide piece has.
bool MergePoints(std::vector<NumberPiece>& wide, std::vector<NumberPiece>& points) {
  std::ranges::sort(points, BeginsBefore);
  const auto doubles = std::ranges::unique(
      points, {}, [](const NumberPiece& p) -> const Decimal& { return *p.low; });
  points.erase(doubles.begin(), doubles.end());
  bool changed = false;
  for (NumberPiece& piece : wide) {
    changed =
        std::erase_if(points, [&](const NumberPiece& p) { return piece.Absorb(p); }) > 0 || changed;
  }
  return changed;
}

// The complement of a wide piece: what lies below and above, and within the interval what its
// conditions forbid; disjoint but for numbers that break several conditions.
std::vector<NumberPiece> ComplementOf(const NumberPiece& piece) {
  std::vector<NumberPiece> parts;
  if (piece.low) {
    NumberPiece below;
    below.high = piece.low;
    below.high_open = !piece.low_open;
    parts.push_back(std::move(below));
  }
  if (piece.high) {
    NumberPiece above;
    above.low = piece.high;
    above.low_open = !piece.high_open;
    parts.push_back(std::move(above));
  }
  NumberPiece inside;
  inside.low = piece.low;
  inside.low_open = piece.low_open;
  inside.high = piece.high;
  inside.high_open = piece.high_open;
  if (piece.step) {
    parts.push_back(inside);
    parts.back().not_steps.push_back(*piece.step);
  }
  for (const Decimal& n : piece.not_steps) {
    parts.push_back(inside);
    parts.back().step = n;
  }
  for (const Decimal& value : piece.left_out) {
    NumberPiece point;
    point.low = point.high = value;
    parts.push_back(std::move(point));
  }
  std::erase_if(parts, [](NumberPiece& part) { return !part.Normalise(); });
  return parts;
}

}  // namespace

NumberSet NumberSet::Of(NumberPiece piece) {
  NumberSet set;
  if (piece.Normalise()) set.pieces_.push_back(std::move(piece));
  return set;
}

NumberSet NumberSet::All() {
  return Of({});
}

NumberSet NumberSet::None() {
  return {};
}

NumberSet NumberSet::Integers() {
  return MultiplesOf(Decimal::Int(1));
}

NumberSet NumberSet::PlainIntegers() {
  NumberSet set = Integers();
  set.others_ = std::make_shared<const NumberSet>();
  return set;
}

NumberSet NumberSet::AtLeast(const Decimal& bound, bool exclusive) {
  NumberPiece piece;
  piece.low = bound;
  piece.low_open = exclusive;
  return Of(std::move(piece));
}

NumberSet NumberSet::AtMost(const Decimal& bound, bool exclusive) {
  NumberPiece piece;
  piece.high = bound;
  piece.high_open = exclusive;
  return Of(std::move(piece));
}

NumberSet NumberSet::MultiplesOf(const Decimal& step) {
  CHECK(!step.is_zero() && !step.is_negative());
  NumberPiece piece;
  piece.step = step;
  return Of(std::move(piece));
}

NumberSet NumberSet::Just(const Decimal& value) {
  NumberPiece piece;
  piece.low = piece.high = value;
  return Of(std::move(piece));
}

Result<NumberSet> NumberSet::Among(std::vector<Decimal> values) {
  std::ranges::sort(values);
  const auto doubles = std::ranges::unique(values);
  values.erase(doubles.begin(), doubles.end());
  if (values.size() > size_t{kMaxPieces}) return TooManyPieces();
  NumberSet set;
  set.pieces_.reserve(values.size());
  for (Decimal& value : values) {
    NumberPiece& point = set.pieces_.emplace_back();
    point.low = value;
    point.high = std::move(value);
  }
  return set;
}

Result<NumberSet> NumberSet::Simplified(std::vector<NumberPiece> pieces) {
  constexpr int kRounds = 8;  // each is a step towards fewer pieces; rarely more than two happen
  std::vector<NumberPiece> points, wide;
  for (NumberPiece& piece : pieces) (piece.is_point() ? points : wide).push_back(std::move(piece));
  for (int round = 0; round < kRounds; ++round) {
    const bool merged = MergePoints(wide, points);
    if (!MergeWide(wide) && !merged) break;
  }
  if (wide.size() + points.size() > size_t{kMaxPieces}) return TooManyPieces();
  wide.insert(wide.end(), std::move_iterator(points.begin()), std::move_iterator(points.end()));
  std::ranges::sort(wide, BeginsBefore);
  NumberSet set;
  set.pieces_ = std::move(wide);
  return set;
}

Result<NumberSet> NumberSet::And(const NumberSet& other) const {
  return Joined(other, &NumberSet::AndPieces);
}

Result<NumberSet> NumberSet::Or(const NumberSet& other) const {
  return Joined(other, &NumberSet::OrPieces);
}

Result<NumberSet> NumberSet::Not() const {
  NumberSet set = TRY(NotPieces());
  if (!others_) return set;
  set = TRY(set.AndPieces(Integers()));  // digits alone write nothing else
  set.others_ = std::make_shared<const NumberSet>(TRY(others_->NotPieces()));
  return set;
}

Result<NumberSet> NumberSet::Joined(const NumberSet& other, Join join) const {
  NumberSet set = TRY((this->*join)(other));
  if (!others_ && !other.others_) return set;
  const NumberSet& left = others_ ? *others_ : *this;
  const NumberSet& right = other.others_ ? *other.others_ : other;
  set = TRY(set.AndPieces(Integers()));
  set.others_ = std::make_shared<const NumberSet>(TRY((left.*join)(right)));
  return set;
}

Result<NumberSet> NumberSet::AndPieces(const NumberSet& other) const {
  // Up to each piece, the one that goes farthest: pieces before that end too early for a left one
  // need not be looked at, nor those that begin after its end.
  std::vector<const NumberPiece*> farthest;
  for (const NumberPiece& piece : other.pieces_) {
    const bool goes_on = !farthest.empty() && EndsAfter(*farthest.back(), piece);
    farthest.push_back(goes_on ? farthest.back() : &piece);
  }
  std::vector<NumberPiece> common;
  for (const NumberPiece& left : pieces_) {
    const auto first = std::ranges::partition_point(farthest, [&](const NumberPiece* piece) {
      return piece->high && left.low && *piece->high < *left.low;
    });
    for (auto i = static_cast<size_t>(first - farthest.begin()); i < farthest.size(); ++i) {
      const NumberPiece& right = other.pieces_[i];
      if (right.low && left.high && *left.high < *right.low) break;
      auto both = TRY(Intersect(left, right));
      if (both) common.push_back(*std::move(both));
      if (common.size() > kSlack * kMaxPieces) return TooManyPieces();
    }
  }
  return Simplified(std::move(common));
}

Result<NumberSet> NumberSet::OrPieces(const NumberSet& other) const {
  std::vector<NumberPiece> all = pieces_;
  all.insert(all.end(), other.pieces_.begin(), other.pieces_.end());
  return Simplified(std::move(all));
}

Result<NumberSet> NumberSet::NotPieces() const {
  NumberPiece rest;  // the complement of all single values at once
  for (const NumberPiece& piece : pieces_) {
    if (const Decimal* value = piece.point()) rest.left_out.push_back(*value);
  }
  std::ranges::sort(rest.left_out);
  NumberSet result = Of(std::move(rest));
  for (const NumberPiece& piece : pieces_) {
    if (piece.is_point()) continue;
    NumberSet complement;
    complement.pieces_ = ComplementOf(piece);
    result = TRY(result.AndPieces(complement));
  }
  return result;
}

bool NumberSet::Has(const Decimal& value) const {
  return std::ranges::any_of(pieces_, [&](const NumberPiece& p) { return p.Has(value); });
}

bool NumberSet::Has(const Decimal& value, std::string_view text) const {
  return (others_ && !IsPlain(text) ? *others_ : *this).Has(value);
}

bool NumberSet::is_all() const {
  return pieces_.size() == 1 && pieces_[0].is_all() && (!others_ || others_->is_all());
}

bool NumberSet::is_none() const {
  return pieces_.empty() && (!others_ || others_->is_none());
}

bool NumberSet::HasIntegersOnly() const {
  return std::ranges::all_of(pieces_,
                             [](const NumberPiece& piece) {
                               const Decimal* point = piece.point();
                               return point != nullptr ? point->IsInteger()
                                                       : piece.step && piece.step->IsInteger();
                             }) &&
         (!others_ || others_->HasIntegersOnly());
}

NumberSet NumberSet::Spelled(NumberSpelling spelling) const {
  CHECK(others_ == nullptr);
  NumberSet set = *this;
  set.spelling_ = spelling;
  return set;
}

std::optional<std::string> NumberSet::Complete(std::string_view prefix) const {
  if (!others_) return NumberCompletion(pieces_, prefix, spelling_).Text();
  std::optional<std::string> other = others_->Complete(prefix);
  if (!IsPlain(prefix)) return other;
  if (other && IsPlain(*other)) *other += "e0";  // the same number
  std::optional<std::string> plain =
      NumberCompletion(pieces_, prefix, NumberSpelling::kDigits).Text();
  return plain && (!other || plain->size() <= other->size()) ? plain : other;
}

std::optional<uint32_t> NumberSet::CompletionLength(std::string_view prefix) const {
  if (!others_) return NumberCompletion(pieces_, prefix, spelling_).Length();
  const std::optional<std::string> rest = Complete(prefix);
  if (!rest) return std::nullopt;
  return static_cast<uint32_t>(rest->size());
}

}  // namespace bantam::grammar
