// Schoolbook arithmetic on limbs of nine decimal digits.
#include "grammar/number/natural.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace bantam::grammar {

struct Natural::Division {
  Natural quotient;
  Natural remainder;
};

Natural::Natural(uint64_t value) {
  for (; value > 0; value /= kBase) limbs_.push_back(static_cast<uint32_t>(value % kBase));
}

Natural Natural::FromDigits(std::string_view digits, int64_t zeros) {
  Natural result;
  const int64_t total = static_cast<int64_t>(digits.size()) + zeros;
  result.limbs_.reserve(static_cast<size_t>(total / 9 + 1));
  for (int64_t end = total; end > 0; end -= 9) {  // digits [end - 9, end) are one limb
    uint32_t limb = 0;
    for (int64_t at = std::max<int64_t>(0, end - 9); at < end; ++at) {
      const bool inside = at < static_cast<int64_t>(digits.size());
      limb =
          limb * 10 + (inside ? static_cast<uint32_t>(digits[static_cast<size_t>(at)] - '0') : 0);
    }
    result.limbs_.push_back(limb);
  }
  result.Trim();
  return result;
}

std::string Natural::ToDigits() const {
  std::string digits;
  digits.reserve(limbs_.size() * 9);
  for (size_t i = limbs_.size(); i-- > 0;) {
    char text[9];
    uint32_t limb = limbs_[i];
    for (size_t j = 9; j-- > 0; limb /= 10) text[j] = static_cast<char>('0' + limb % 10);
    digits.append(text, 9);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

void Natural::Trim() {
  while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
}

std::strong_ordering Natural::operator<=>(const Natural& other) const {
  if (limbs_.size() != other.limbs_.size()) return limbs_.size() <=> other.limbs_.size();
  for (size_t i = limbs_.size(); i-- > 0;) {
    if (limbs_[i] != other.limbs_[i]) return limbs_[i] <=> other.limbs_[i];
  }
  return std::strong_ordering::equal;
}

Natural& Natural::operator+=(const Natural& other) {
  if (limbs_.size() < other.limbs_.size()) limbs_.resize(other.limbs_.size());
  uint32_t carry = 0;
  for (size_t i = 0; i < limbs_.size(); ++i) {
    const uint32_t sum = limbs_[i] + carry + (i < other.limbs_.size() ? other.limbs_[i] : 0);
    carry = sum >= kBase ? 1 : 0;
    limbs_[i] = sum - carry * kBase;
  }
  if (carry > 0) limbs_.push_back(carry);
  return *this;
}

Natural& Natural::operator-=(const Natural& other) {
  uint32_t borrow = 0;
  for (size_t i = 0; i < limbs_.size(); ++i) {
    const uint32_t take = borrow + (i < other.limbs_.size() ? other.limbs_[i] : 0);
    borrow = limbs_[i] < take ? 1 : 0;
    limbs_[i] += borrow * kBase - take;
  }
  DCHECK(borrow == 0);
  Trim();
  return *this;
}

Natural operator*(const Natural& left, const Natural& right) {
  Natural product;
  product.limbs_.assign(left.limbs_.size() + right.limbs_.size(), 0);
  for (size_t i = 0; i < left.limbs_.size(); ++i) {
    uint64_t carry = 0;
    for (size_t j = 0; j < right.limbs_.size() || carry > 0; ++j) {
      uint64_t sum = product.limbs_[i + j] + carry;
      if (j < right.limbs_.size()) sum += uint64_t{left.limbs_[i]} * right.limbs_[j];
      product.limbs_[i + j] = static_cast<uint32_t>(sum % Natural::kBase);
      carry = sum / Natural::kBase;
    }
  }
  product.Trim();
  return product;
}

void Natural::MultiplyBySmall(uint32_t factor) {
  uint64_t carry = 0;
  for (uint32_t& limb : limbs_) {
    carry += uint64_t{limb} * factor;
    limb = static_cast<uint32_t>(carry % kBase);
    carry /= kBase;
  }
  if (carry > 0) limbs_.push_back(static_cast<uint32_t>(carry));
}

uint32_t Natural::DivideBySmall(uint32_t divisor) {
  uint64_t rest = 0;
  for (size_t i = limbs_.size(); i-- > 0;) {
    rest = rest * kBase + limbs_[i];
    limbs_[i] = static_cast<uint32_t>(rest / divisor);
    rest %= divisor;
  }
  Trim();
  return static_cast<uint32_t>(rest);
}

// Knuth's algorithm D.
Natural::Division Natural::Divide(const Natural& left, const Natural& right) {
  DCHECK(!right.is_zero());
  if (left < right) return {Natural(), left};
  Division result;
  if (right.limbs_.size() == 1) {
    result.quotient = left;
    result.remainder = Natural(result.quotient.DivideBySmall(right.limbs_[0]));
    return result;
  }
  const size_t n = right.limbs_.size();
  const uint32_t scale = kBase / (right.limbs_.back() + 1);
  Natural v = right;
  v.MultiplyBySmall(scale);
  Natural scaled = left;
  scaled.MultiplyBySmall(scale);
  std::vector<uint32_t>& u = scaled.limbs_;
  if (u.size() == left.limbs_.size()) u.push_back(0);
  const size_t m = u.size() - n - 1;  // index of the quotient's first limb
  result.quotient.limbs_.assign(m + 1, 0);
  for (size_t j = m + 1; j-- > 0;) {
    const uint64_t head = uint64_t{u[j + n]} * kBase + u[j + n - 1];
    uint64_t guess = head / v.limbs_[n - 1];
    uint64_t rest = head % v.limbs_[n - 1];
    while (guess >= kBase || guess * v.limbs_[n - 2] > rest * kBase + u[j + n - 2]) {
      --guess;
      rest += v.limbs_[n - 1];
      if (rest >= kBase) break;
    }
    int64_t borrow = 0;
    for (size_t i = 0; i <= n; ++i) {
      const uint64_t product = i < n ? guess * v.limbs_[i] : 0;
      int64_t digit = int64_t{u[i + j]} - borrow - static_cast<int64_t>(product % kBase);
      borrow = static_cast<int64_t>(product / kBase);
      if (digit < 0) {
        digit += kBase;
        ++borrow;
      }
      if (digit < 0) {
        digit += kBase;
        ++borrow;
      }
      u[i + j] = static_cast<uint32_t>(digit);
    }
    if (borrow > 0) {  // the guess was one too great
      --guess;
      uint32_t carry = 0;
      for (size_t i = 0; i <= n; ++i) {
        const uint32_t sum = u[i + j] + carry + (i < n ? v.limbs_[i] : 0);
        carry = sum >= kBase ? 1 : 0;
        u[i + j] = sum - carry * kBase;
      }
    }
    result.quotient.limbs_[j] = static_cast<uint32_t>(guess);
  }
  result.quotient.Trim();
  scaled.Trim();
  scaled.DivideBySmall(scale);
  result.remainder = std::move(scaled);
  return result;
}

Natural operator/(const Natural& left, const Natural& right) {
  return Natural::Divide(left, right).quotient;
}

Natural operator%(const Natural& left, const Natural& right) {
  return Natural::Divide(left, right).remainder;
}

Natural GreatestCommonDivisor(Natural left, Natural right) {
  while (!right.is_zero()) {
    Natural rest = left % right;
    left = std::move(right);
    right = std::move(rest);
  }
  return left;
}

}  // namespace bantam::grammar
