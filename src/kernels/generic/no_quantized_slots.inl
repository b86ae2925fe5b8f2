// For instruction sets that quantise group by group: what quantized_slots_*.inl define elsewhere.

constexpr bool kQuantizesSlots = false;

template <int kSlots, class Rows>
bool QuantizeSlots(const Rows&, const Activations&, int64_t) {
  return false;
}
