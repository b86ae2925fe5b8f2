// How groups come from a packed panel into registers. Shifts that insert into what is there do in
// one step what takes a shift, a mask and an or elsewhere: nibble and upper bits of a code meet in
// one instruction.

// What is still to be subtracted from the codes of a type as they come from LoadCodes: those of
// five bits come with their upper bit as the sign, sixteen below their value.
constexpr int ZeroOf(DType type) {
  return CodecOf(type).zero - (CodecOf(type).bits == 5 ? 16 : 0);
}
// Whether they come as signed bytes.
constexpr bool ComeSigned(DType type) {
  return CodecOf(type).table || CodecOf(type).bits == 5 || CodecOf(type).bits == 8;
}
// Whether panels unpacked beforehand get their zero point taken out: signed bytes cost nothing.
constexpr bool kRecentred = true;

// nibble (low four bits) | upper << 4
[[gnu::always_inline]] inline Bytes LowCode(Bytes nibbles, Bytes upper) {
  return vsliq_n_u8(nibbles, upper, 4);
}
// nibble (high four bits) >> 4 | the four high bits of upper
[[gnu::always_inline]] inline Bytes HighCode(Bytes nibbles, Bytes upper) {
  return vsriq_n_u8(upper, nibbles, 4);
}

// The value itself, of which the compiler knows nothing: it would turn a test of a bit into a mask
// and a comparison, and fill registers again and again with what could stay there.
[[gnu::always_inline]] inline Bytes Opaque(Bytes a) {
  __asm__("" : "+w"(a));
  return a;
}

template <int kVector>
[[gnu::always_inline]] inline void FiveBitPair(const uint8_t* p, Bytes clear, Bytes* out) {
  const Bytes nibbles = LoadBytes(p + kVector * 64);
  // All ones where the upper bit is clear: the code minus sixteen is negative.
  const Bytes high_sign = vtstq_u8(clear, Opaque(SplatByte(1 << (kVector + 4))));
  const Bytes low_sign = vtstq_u8(clear, Opaque(SplatByte(1 << kVector)));
  out[kVector + 4] = HighCode(nibbles, high_sign);
  out[kVector] = LowCode(nibbles, low_sign);
}

[[gnu::always_inline]] inline void LoadFiveBits(const uint8_t* p, Bytes* out) {
  const Bytes clear = Opaque(vmvnq_u8(LoadBytes(p + 256)));
  FiveBitPair<0>(p, clear, out);
  FiveBitPair<1>(p, clear, out);
  FiveBitPair<2>(p, clear, out);
  FiveBitPair<3>(p, clear, out);
}

[[gnu::always_inline]] inline void LoadSixBits(const uint8_t* p, Bytes* out) {
  const Bytes nibble = SplatByte(15);
  const Bytes two = SplatByte(3);
  const Bytes middle = SplatByte(0x30);
  Bytes n[4];
  for (int v = 0; v < 4; ++v) n[v] = LoadBytes(p + v * 64);
  const Bytes above_high = LoadBytes(p + 256 + 64);
  out[4] = HighCode(n[0], And(ShiftLeft<4>(above_high), middle));
  out[5] = HighCode(n[1], And(ShiftLeft<2>(above_high), middle));
  out[6] = HighCode(n[2], And(above_high, middle));
  out[7] = HighCode(n[3], ShiftRight<2>(above_high));  // what is below is overwritten
  const Bytes above_low = LoadBytes(p + 256);
  out[0] = LowCode(n[0], And(above_low, two));
  out[1] = LowCode(n[1], And(ShiftRight<2>(above_low), two));
  out[2] = Or(And(n[2], nibble), And(above_low, middle));
  out[3] = LowCode(n[3], ShiftRight<6>(above_low));
}

// Signed bytes from two nibble planes of their values plus 128.
[[gnu::always_inline]] inline void LoadEightBits(const uint8_t* high, const uint8_t* low,
                                                 Bytes* out) {
  const Bytes signs = SplatByte(0x88);
  for (int v = 0; v < 4; ++v) {
    const Bytes h = veorq_u8(LoadBytes(high + v * 64), signs);
    const Bytes l = LoadBytes(low + v * 64);
    out[v] = LowCode(l, h);
    out[v + 4] = HighCode(l, h);
  }
}

// Bytes lane … lane + 3 of sixteen, each as byte kAt of a word whose other bytes are zero.
template <int kAt>
[[gnu::always_inline]] inline Ints SpreadBytes(const uint8_t* sixteen, int lane) {
  constexpr int kShift = 8 * kAt;
  constexpr uint32_t kNone = ~(255U << kShift);  // indices beyond 15 give zero
  const auto first = static_cast<uint32_t>(lane) << kShift;
  const uint32x4_t steps = {0, 1U << kShift, 2U << kShift, 3U << kShift};
  const uint32x4_t index = vorrq_u32(vaddq_u32(steps, vdupq_n_u32(first)), vdupq_n_u32(kNone));
  return vreinterpretq_s32_u8(vqtbl1q_u8(vld1q_u8(sixteen), vreinterpretq_u8_u32(index)));
}
// Scales of four rows from `lane` on, of a panel's sixteen. In the top byte of a word they have
// their sign, and 24 bits behind the point.
[[gnu::always_inline]] inline Lanes SignedLanes(const uint8_t* sixteen, int lane) {
  return vcvtq_n_f32_s32(SpreadBytes<3>(sixteen, lane), 24);
}
[[gnu::always_inline]] inline Lanes UnsignedLanes(const uint8_t* sixteen, int lane) {
  return ToFloat(SpreadBytes<0>(sixteen, lane));
}

// How many vectors of rows a tile of so many tokens has: as many as make eight sums, so that what
// is loaded of a token serves all of them.
constexpr int RowVectors(int tokens) {
  return tokens == 1 ? 4 : tokens < 8 ? 8 / tokens : 1;
}
// Keeps the compiler from starting with what follows before it has finished two sums: it would run
// out of registers.
[[gnu::always_inline]] inline void KeepOrder(Lanes* a, Lanes* b) {
  __asm__ volatile("" : "+w"(*a), "+w"(*b));
}
