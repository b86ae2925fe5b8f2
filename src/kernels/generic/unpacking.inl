// How groups come from a packed panel into registers: codes of five, six and eight bits from their
// planes, by masks and shifts, and whole scales. An instruction set that can do better brings a
// file with the same names instead.

// What is still to be subtracted from the codes of a type as they come from LoadCodes.
constexpr int ZeroOf(DType type) {
  return CodecOf(type).zero;
}
// Whether they come as signed bytes; kSignedZero is then added to them.
constexpr bool ComeSigned(DType type) {
  return CodecOf(type).table || CodecOf(type).bits == 8;
}
// Whether panels unpacked beforehand get their zero point taken out.
constexpr bool kRecentred = kSignedZero != 0;

[[gnu::always_inline]] inline void LoadFiveBits(const uint8_t* p, Bytes* out) {
  LoadNibbles(p, out);
  AddBits<4>(p + 256, out);
}

[[gnu::always_inline]] inline void LoadSixBits(const uint8_t* p, Bytes* out) {
  LoadNibbles(p, out);
  AddPairs<4>(p + 256, out);
}

// Signed bytes from two nibble planes of their values plus 128.
[[gnu::always_inline]] inline void LoadEightBits(const uint8_t* high, const uint8_t* low,
                                                 Bytes* out) {
  const Bytes nibble = SplatByte(15);
  const Bytes upper = SplatByte(0xF0);
  const Bytes offset = SplatByte(0x80);
  for (int v = 0; v < 4; ++v) {
    const Bytes h = LoadBytes(high + v * 64);
    const Bytes l = LoadBytes(low + v * 64);
    const Bytes first = Or(And(ShiftLeft<4>(h), upper), And(l, nibble));
    const Bytes second = Or(And(h, upper), And(ShiftRight<4>(l), nibble));
    out[v] = FromSigned(AddBytes(first, offset));
    out[v + 4] = FromSigned(AddBytes(second, offset));
  }
}

// Scales of kLanes rows from `lane` on, of a panel's sixteen.
inline Lanes SignedLanes(const uint8_t* sixteen, int lane) {
  return ToFloat(LoadSigned(sixteen + lane));
}
inline Lanes UnsignedLanes(const uint8_t* sixteen, int lane) {
  return ToFloat(LoadUnsigned(sixteen + lane));
}

// How many vectors of rows a tile of so many tokens has.
constexpr int RowVectors(int) {
  return 1;
}
inline void KeepOrder(Lanes*, Lanes*) {}
