// From the bit planes of a packed group (kernels/packed_matrix.h) to eight slots of codes, one a
// byte: what all instruction sets do alike.

// Nibbles of one plane, slot v + 4 above slot v.
[[gnu::always_inline]] inline void LoadNibbles(const uint8_t* p, Bytes* out) {
  const Bytes mask = SplatByte(15);
  for (int v = 0; v < 4; ++v) {
    const Bytes both = LoadBytes(p + v * 64);
    out[v] = And(both, mask);
    out[v + 4] = And(ShiftRight<4>(both), mask);
  }
}

// out[4 v + i] |= (pair i of byte) << kAt
template <int kAt>
[[gnu::always_inline]] inline void AddPairs(const uint8_t* p, Bytes* out) {
  const Bytes mask = SplatByte(3 << kAt);
  for (int v = 0; v < 2; ++v) {
    const Bytes pairs = LoadBytes(p + v * 64);
    Bytes* slot = out + v * 4;
    if constexpr (kAt == 0) {
      slot[0] = Or(slot[0], And(pairs, mask));
      slot[1] = Or(slot[1], And(ShiftRight<2>(pairs), mask));
      slot[2] = Or(slot[2], And(ShiftRight<4>(pairs), mask));
      slot[3] = Or(slot[3], And(ShiftRight<6>(pairs), mask));
    } else {
      slot[0] = Or(slot[0], And(ShiftLeft<4>(pairs), mask));
      slot[1] = Or(slot[1], And(ShiftLeft<2>(pairs), mask));
      slot[2] = Or(slot[2], And(pairs, mask));
      slot[3] = Or(slot[3], And(ShiftRight<2>(pairs), mask));
    }
  }
}

template <int kAt, int kSlot>
[[gnu::always_inline]] inline void AddBit(Bytes bits, Bytes* out) {
  const Bytes mask = SplatByte(1 << kAt);
  if constexpr (kSlot == kAt) {
    out[kSlot] = Or(out[kSlot], And(bits, mask));
  } else if constexpr (kSlot > kAt) {
    out[kSlot] = Or(out[kSlot], And(ShiftRight<kSlot - kAt>(bits), mask));
  } else {
    out[kSlot] = Or(out[kSlot], And(ShiftLeft<kAt - kSlot>(bits), mask));
  }
}

// out[s] |= (bit s of byte) << kAt
template <int kAt>
[[gnu::always_inline]] inline void AddBits(const uint8_t* p, Bytes* out) {
  const Bytes bits = LoadBytes(p);
  AddBit<kAt, 0>(bits, out);
  AddBit<kAt, 1>(bits, out);
  AddBit<kAt, 2>(bits, out);
  AddBit<kAt, 3>(bits, out);
  AddBit<kAt, 4>(bits, out);
  AddBit<kAt, 5>(bits, out);
  AddBit<kAt, 6>(bits, out);
  AddBit<kAt, 7>(bits, out);
}
