// The kernel table of the enclosing namespace's instruction set.
constexpr Kernels MakeTable(std::string_view name) {
  return Kernels{name,       Quantize,    Quantize16, Matmul,    QuantizeWide, PackWide,
                 WideMatmul, FloatMatmul, Pack,       Attention, RmsNorm,      LayerNorm,
                 SiluGate,   GeluGate,    GeluErf,    SoftCap};
}
