// 16-bit floats as bits: IEEE 754 binary16 (F16) and bfloat16 (BF16) to and from float32.
//
// Portable and usable at compile time; every value equals what the hardware instructions give
// (vcvtph2ps, vcvtps2ph, fcvt), including subnormals, infinities and quieted NaNs.
#pragma once

#include <bit>
#include <cstdint>

namespace bantam {

// Exact: every F16 value is a float32 value. Signalling NaNs come out quiet.
constexpr float F16ToF32(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  const uint32_t magnitude = half & 0x7fff;
  if (magnitude < 0x0400) {  // zero and subnormals are whole multiples of 2^-24
    const float value = static_cast<float>(magnitude) * 0x1p-24f;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(value) | sign);
  }
  uint32_t bits = magnitude << 13;
  if (magnitude < 0x7c00) {
    bits += (127 - 15) << 23;  // another exponent bias
  } else {
    bits |= 0x7f80'0000 | (magnitude > 0x7c00 ? 0x0040'0000 : 0);
  }
  return std::bit_cast<float>(bits | sign);
}

// Nearest F16, ties to even; 65520 and more become infinity. NaNs keep their upper bits, quiet.
constexpr uint16_t F32ToF16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = bits >> 16 & 0x8000;
  const uint32_t magnitude = bits & 0x7fff'ffff;
  uint32_t half = 0;
  if (magnitude > 0x7f80'0000) {
    half = 0x7e00 | (magnitude >> 13 & 0x03ff);
  } else if (magnitude >= std::bit_cast<uint32_t>(65520.0f)) {
    half = 0x7c00;
  } else if (magnitude < std::bit_cast<uint32_t>(0x1p-14f)) {
    // A float in [0.5, 1) has steps of 2^-24, as F16 subnormals have: the addition rounds.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    half = std::bit_cast<uint32_t>(shifted) - std::bit_cast<uint32_t>(0.5f);
  } else {
    const uint32_t is_odd = magnitude >> 13 & 1;
    half = (magnitude - ((127 - 15) << 23) + 0x0fff + is_odd) >> 13;
  }
  return static_cast<uint16_t>(half | sign);
}

// Exact: BF16 is the upper half of a float32.
constexpr float Bf16ToF32(uint16_t bf16) {
  return std::bit_cast<float>(static_cast<uint32_t>(bf16) << 16);
}

// Nearest BF16, ties to even. NaNs keep their upper bits, quiet.
constexpr uint16_t F32ToBf16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fff'ffff) > 0x7f80'0000) return static_cast<uint16_t>(bits >> 16 | 0x0040);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

}  // namespace bantam
