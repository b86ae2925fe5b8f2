// Integer dot products with the ARMv8.2 dot-product extension.

// kSlot of sixteen activations with the codes of one slot.
template <int kSlot>
[[gnu::always_inline]] inline Ints DotSlot(Ints sum, Bytes codes, int8x16_t x) {
  return vdotq_laneq_s32(sum, vreinterpretq_s8_u8(codes), x, kSlot);
}

// start + sum over slots of codes · x. Codes are below 128 or signed: sdot takes them as they are,
// and four activations as a lane of those of half a group.
template <int kBits, int kSlots>
[[gnu::always_inline]] inline Ints Dot(Ints start, const Bytes* codes, const int8_t* x) {
  static_assert(kSlots % 4 == 0);
  for (int half = 0; half < kSlots / 4; ++half) {
    const int8x16_t sixteen = vld1q_s8(x + half * 16);
    start = DotSlot<0>(start, codes[half * 4], sixteen);
    start = DotSlot<1>(start, codes[half * 4 + 1], sixteen);
    start = DotSlot<2>(start, codes[half * 4 + 2], sixteen);
    start = DotSlot<3>(start, codes[half * 4 + 3], sixteen);
  }
  return start;
}
