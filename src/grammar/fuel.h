// Fuel: how much work may still be done, where several steps share one limit.
#pragma once

#include <algorithm>
#include <cstdint>

namespace bantam::grammar {

// In units of whoever counts the work. What is burnt never comes back; more than there is leaves
// nothing.
class Fuel {
 public:
  constexpr explicit Fuel(uint64_t units) : left_(units) {}

  constexpr uint64_t left() const { return left_; }
  constexpr void Burn(uint64_t units) { left_ -= std::min(units, left_); }
  // What is left of it after so much.
  constexpr Fuel After(uint64_t units) const { return Fuel(left_ - std::min(units, left_)); }

 private:
  uint64_t left_;
};

}  // namespace bantam::grammar
