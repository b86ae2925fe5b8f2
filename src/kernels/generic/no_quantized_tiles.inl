// For instruction sets that quantise token by token: what quantized_tiles_*.inl define elsewhere.

constexpr bool kQuantizesTiles = false;

// Quantises one group of sixteen tokens, which follow each other in `out` from slot `at` on. False,
// and nothing is done, if some number is infinite or none.
bool QuantizeTile(const float* x, int64_t x_stride, const Activations& out, int64_t at);
