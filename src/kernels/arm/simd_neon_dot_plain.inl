// Integer dot products without the dot-product extension: widening multiplies.

inline int8x16_t Four(const int8_t* x) {
  int32_t four;
  __builtin_memcpy(&four, x, sizeof(four));
  return vreinterpretq_s8_s32(vdupq_n_s32(four));
}

// start + sum over slots of codes · x. Codes are below 128 or signed, so both operands are signed
// bytes; the 8-bit products of one slot widen to 16 bits exactly and add up in pairs.
template <int kBits, int kSlots>
[[gnu::always_inline]] inline Ints Dot(Ints start, const Bytes* codes, const int8_t* x) {
  for (int s = 0; s < kSlots; ++s) {
    const int8x16_t code = vreinterpretq_s8_u8(codes[s]);
    const int8x16_t four = Four(x + s * 4);
    const int16x8_t low = vmull_s8(vget_low_s8(code), vget_low_s8(four));
    const int16x8_t high = vmull_high_s8(code, four);
    start = vaddq_s32(start, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high)));
  }
  return start;
}
