// Block layouts of the GGUF types and the float32 value of their elements.
//
// Layouts: GGUF specification and ggml's block definitions. In the comments below, d and dmin are
// F16 factors of a block, and K-quants have a small scale for each group of 16 or 32 elements.
#include "kernels/scalar/dequantize.h"

#include <array>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "base/half.h"

namespace bantam {
namespace {

// The 16 levels of IQ4_NL and IQ4_XS, finer around zero as weights are.
constexpr std::array<int8_t, 16> kNonLinearLevels = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                     1,    13,   25,  38,  53,  69,  89,  113};

float F16At(const uint8_t* bytes) {
  return F16ToF32(LoadLe<uint16_t>(bytes));
}

// Unpacks kCount fields of kBits bits. The layout all types share: of every kStride bytes, the
// lowest fields come first, then the next higher ones, and so on.
template <int kCount, int kBits, int kStride>
std::array<uint8_t, kCount> Fields(const uint8_t* bytes) {
  constexpr int kPlanes = 8 / kBits;
  constexpr int kMask = (1 << kBits) - 1;
  std::array<uint8_t, kCount> fields;
  uint8_t* out = fields.data();
  for (int run = 0; run < kCount / (kPlanes * kStride); ++run) {
    for (int plane = 0; plane < kPlanes; ++plane) {
      for (int i = 0; i < kStride; ++i) {
        *out++ = static_cast<uint8_t>(bytes[run * kStride + i] >> (plane * kBits) & kMask);
      }
    }
  }
  return fields;
}

void DequantizeF32(const uint8_t* block, float* out) {
  *out = LoadLe<float>(block);
}

void DequantizeF16(const uint8_t* block, float* out) {
  *out = F16At(block);
}

void DequantizeBF16(const uint8_t* block, float* out) {
  *out = Bf16ToF32(LoadLe<uint16_t>(block));
}

// d, 16 bytes of codes: d × (code − 8)
void DequantizeQ4_0(const uint8_t* block, float* out) {
  const float d = F16At(block);
  const auto codes = Fields<32, 4, 16>(block + 2);
  for (size_t i = 0; i < 32; ++i) out[i] = d * static_cast<float>(codes[i] - 8);
}

// d, offset m, 16 bytes of codes: d × code + m
void DequantizeQ4_1(const uint8_t* block, float* out) {
  const float d = F16At(block);
  const float m = F16At(block + 2);
  const auto codes = Fields<32, 4, 16>(block + 4);
  for (size_t i = 0; i < 32; ++i) out[i] = d * static_cast<float>(codes[i]) + m;
}

// d, whole number z in half precision, 16 bytes of codes: d × (code + z)
void DequantizeQ4_Z(const uint8_t* block, float* out) {
  const float d = F16At(block);
  const float z = F16At(block + 2);
  const auto codes = Fields<32, 4, 16>(block + 4);
  for (size_t i = 0; i < 32; ++i) out[i] = d * (static_cast<float>(codes[i]) + z);
}

// The same with 32 signed codes.
void DequantizeQ8_Z(const uint8_t* block, float* out) {
  const float d = F16At(block);
  const float z = F16At(block + 2);
  for (size_t i = 0; i < 32; ++i) {
    out[i] = d * (static_cast<float>(LoadLe<int8_t>(block + 4 + i)) + z);
  }
}

// d, 32 fifth bits, 16 bytes of lower bits: d × (code − 16)
void DequantizeQ5_0(const uint8_t* block, float* out) {
  const float d = F16At(block);
  const auto high = Fields<32, 1, 1>(block + 2);
  const auto low = Fields<32, 4, 16>(block + 6);
  for (size_t i = 0; i < 32; ++i) {
    out[i] = d * static_cast<float>((low[i] | high[i] << 4) - 16);
  }
}

// d, offset m, 32 fifth bits, 16 bytes of lower bits: d × code + m
void DequantizeQ5_1(const uint8_t* block, float* out) {
  const float d = F16At(block);
  const float m = F16At(block + 2);
  const auto high = Fields<32, 1, 1>(block + 4);
  const auto low = Fields<32, 4, 16>(block + 8);
  for (size_t i = 0; i < 32; ++i) {
    out[i] = d * static_cast<float>(low[i] | high[i] << 4) + m;
  }
}

// d, 32 signed codes: d × code
void DequantizeQ8_0(const uint8_t* block, float* out) {
  const float d = F16At(block);
  for (size_t i = 0; i < 32; ++i) out[i] = d * static_cast<float>(LoadLe<int8_t>(block + 2 + i));
}

// 16 bytes of scales (lower half) and minima (upper half), 64 bytes of codes, d, dmin:
// (d × scale) × code − (dmin × minimum)
void DequantizeQ2_K(const uint8_t* block, float* out) {
  const auto codes = Fields<256, 2, 32>(block + 16);
  const float d = F16At(block + 80);
  const float dmin = F16At(block + 82);
  for (size_t i = 0; i < 256; ++i) {
    const float scale = d * static_cast<float>(block[i / 16] & 15);
    const float minimum = dmin * static_cast<float>(block[i / 16] >> 4);
    out[i] = scale * static_cast<float>(codes[i]) - minimum;
  }
}

// 32 bytes of third bits, 64 bytes of lower bits, 12 bytes of 6-bit scales (16 lower halves, then
// 16 upper quarters), d: (d × (scale − 32)) × (code − 4)
void DequantizeQ3_K(const uint8_t* block, float* out) {
  const auto high = Fields<256, 1, 32>(block);
  const auto low = Fields<256, 2, 32>(block + 32);
  const auto scale_low = Fields<16, 4, 8>(block + 96);
  const auto scale_high = Fields<16, 2, 4>(block + 104);
  const float d = F16At(block + 108);
  for (size_t i = 0; i < 256; ++i) {
    const int scale = (scale_low[i / 16] | scale_high[i / 16] << 4) - 32;
    out[i] = (d * static_cast<float>(scale)) * static_cast<float>((low[i] | high[i] << 2) - 4);
  }
}

// The factors of the 8 groups of a Q4_K or Q5_K block: d × scale and dmin × minimum.
struct GroupFactors {
  std::array<float, 8> scale;
  std::array<float, 8> minimum;
};

// d, dmin, 12 bytes of 6-bit scales and minima. Bytes 0–3: scales 0–3, bytes 4–7: minima 0–3, in
// the lower six bits. Bytes 8–11: lower four bits of scales 4–7, and in the upper half of minima
// 4–7; their upper two bits lie in the upper two of bytes 0–3 and 4–7.
GroupFactors GroupFactorsOf(const uint8_t* block) {
  const float d = F16At(block);
  const float dmin = F16At(block + 2);
  const uint8_t* packed = block + 4;
  GroupFactors factors;
  for (size_t i = 0; i < 4; ++i) {
    const int scale = packed[8 + i] % 16 | packed[i] / 64 << 4;
    const int minimum = packed[8 + i] / 16 | packed[4 + i] / 64 << 4;
    factors.scale[i] = d * static_cast<float>(packed[i] % 64);
    factors.scale[4 + i] = d * static_cast<float>(scale);
    factors.minimum[i] = dmin * static_cast<float>(packed[4 + i] % 64);
    factors.minimum[4 + i] = dmin * static_cast<float>(minimum);
  }
  return factors;
}

// 16 bytes as above, 128 bytes of codes: (d × scale) × code − (dmin × minimum)
void DequantizeQ4_K(const uint8_t* block, float* out) {
  const GroupFactors factors = GroupFactorsOf(block);
  const auto codes = Fields<256, 4, 32>(block + 16);
  for (size_t i = 0; i < 256; ++i) {
    out[i] = factors.scale[i / 32] * static_cast<float>(codes[i]) - factors.minimum[i / 32];
  }
}

// 16 bytes as above, 32 bytes of fifth bits, 128 bytes of lower bits; value as Q4_K
void DequantizeQ5_K(const uint8_t* block, float* out) {
  const GroupFactors factors = GroupFactorsOf(block);
  const auto high = Fields<256, 1, 32>(block + 16);
  const auto low = Fields<256, 4, 32>(block + 48);
  for (size_t i = 0; i < 256; ++i) {
    const auto code = static_cast<float>(low[i] | high[i] << 4);
    out[i] = factors.scale[i / 32] * code - factors.minimum[i / 32];
  }
}

// 128 bytes of lower bits, 64 bytes of upper two bits, 16 signed scales, d:
// (d × scale) × (code − 32)
void DequantizeQ6_K(const uint8_t* block, float* out) {
  const auto low = Fields<256, 4, 64>(block);
  const auto high = Fields<256, 2, 32>(block + 128);
  const float d = F16At(block + 208);
  for (size_t i = 0; i < 256; ++i) {
    const float scale = d * static_cast<float>(LoadLe<int8_t>(block + 192 + i / 16));
    out[i] = scale * static_cast<float>((low[i] | high[i] << 4) - 32);
  }
}

// d, 16 bytes of codes: d × level
void DequantizeIQ4_NL(const uint8_t* block, float* out) {
  const float d = F16At(block);
  const auto codes = Fields<32, 4, 16>(block + 2);
  for (size_t i = 0; i < 32; ++i) out[i] = d * static_cast<float>(kNonLinearLevels[codes[i]]);
}

// d, 2 bytes of upper and 4 bytes of lower scale bits, 128 bytes of codes:
// (d × (scale − 32)) × level
void DequantizeIQ4_XS(const uint8_t* block, float* out) {
  const float d = F16At(block);
  const auto scale_high = Fields<8, 2, 1>(block + 2);
  const auto scale_low = Fields<8, 4, 1>(block + 4);
  const auto codes = Fields<256, 4, 16>(block + 8);
  for (size_t i = 0; i < 256; ++i) {
    const int scale = (scale_low[i / 32] | scale_high[i / 32] << 4) - 32;
    out[i] = (d * static_cast<float>(scale)) * static_cast<float>(kNonLinearLevels[codes[i]]);
  }
}

using BlockFunction = void (*)(const uint8_t* block, float* out);

BlockFunction FunctionOf(DType type) {
  switch (type) {
    case DType::kF32: return DequantizeF32;
    case DType::kF16: return DequantizeF16;
    case DType::kBF16: return DequantizeBF16;
    case DType::kQ4_0: return DequantizeQ4_0;
    case DType::kQ4_1: return DequantizeQ4_1;
    case DType::kQ5_0: return DequantizeQ5_0;
    case DType::kQ5_1: return DequantizeQ5_1;
    case DType::kQ8_0: return DequantizeQ8_0;
    case DType::kQ2_K: return DequantizeQ2_K;
    case DType::kQ3_K: return DequantizeQ3_K;
    case DType::kQ4_K: return DequantizeQ4_K;
    case DType::kQ5_K: return DequantizeQ5_K;
    case DType::kQ6_K: return DequantizeQ6_K;
    case DType::kIQ4_NL: return DequantizeIQ4_NL;
    case DType::kIQ4_XS: return DequantizeIQ4_XS;
    case DType::kQ4_Z: return DequantizeQ4_Z;
    case DType::kQ8_Z: return DequantizeQ8_Z;
  }
  CheckFailed("every DType has a function", __FILE__, __LINE__);
}

}  // namespace

void DequantizeRow(DType type, const uint8_t* row, int64_t n, float* out) {
  const DTypeInfo& info = InfoOf(type);
  const BlockFunction dequantize = FunctionOf(type);
  for (int64_t i = 0; i < n; i += info.block_size) {
    dequantize(row, out + i);
    row += info.block_bytes;
  }
}

}  // namespace bantam
