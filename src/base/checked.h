// Arithmetic on sizes read from files: results that do not fit are nothing.
#pragma once

#include <cstdint>
#include <optional>

namespace bantam {

constexpr std::optional<uint64_t> CheckedAdd(uint64_t a, uint64_t b) {
  uint64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

constexpr std::optional<uint64_t> CheckedMultiply(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// The least multiple of `alignment` (a power of two) that is not below n.
constexpr std::optional<uint64_t> CheckedAlign(uint64_t n, uint64_t alignment) {
  const std::optional<uint64_t> sum = CheckedAdd(n, alignment - 1);
  if (!sum) return std::nullopt;
  return *sum & ~(alignment - 1);
}

}  // namespace bantam
