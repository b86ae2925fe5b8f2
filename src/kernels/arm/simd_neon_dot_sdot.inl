// Integer dot products with the ARMv8.2 dot-product extension.

// start + sum over slots of codes · x. Codes are below 128 or signed: sdot takes them as they are.
template <int kBits, int kSlots>
[[gnu::always_inline]] inline Ints Dot(Ints start, const Bytes* codes, const int8_t* x) {
  for (int s = 0; s < kSlots; ++s) {
    start = vdotq_s32(start, vreinterpretq_s8_u8(codes[s]), Four(x + s * 4));
  }
  return start;
}
