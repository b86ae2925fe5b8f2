// Conversions go through float32, which holds all others.
#include "format/float_conversion.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "base/half.h"

namespace bantam {
namespace {

constexpr int64_t kAtOnce = 1024;

void Narrow(DType type, const float* values, int64_t n, uint8_t* out) {
  if (type == DType::kF32) {
    std::memcpy(out, values, static_cast<size_t>(n) * sizeof(float));
    return;
  }
  for (int64_t i = 0; i < n; ++i) {
    const uint16_t bits = type == DType::kF16 ? F32ToF16(values[i]) : F32ToBf16(values[i]);
    std::memcpy(out + i * 2, &bits, sizeof(bits));
  }
}

// The least magnitude that rounds to infinity.
float Overflow(DType type) {
  if (type == DType::kF16) return 65520.0F;
  if (type == DType::kBF16) return 0x1.FFp127F;
  return __builtin_inff();
}

}  // namespace

void WidenFloats(DType type, const uint8_t* data, int64_t n, float* out) {
  if (type == DType::kF32) {
    std::memcpy(out, data, static_cast<size_t>(n) * sizeof(float));
    return;
  }
  for (int64_t i = 0; i < n; ++i) {
    const auto bits = LoadLe<uint16_t>(data + i * 2);
    out[i] = type == DType::kF16 ? F16ToF32(bits) : Bf16ToF32(bits);
  }
}

Result<void> ConvertFloats(const FloatConversion& conversion, std::span<uint8_t> out) {
  const int64_t from_bytes = InfoOf(conversion.from).block_bytes;
  const int64_t to_bytes = InfoOf(conversion.to).block_bytes;
  CHECK(out.size() == static_cast<size_t>(conversion.elements * to_bytes));
  const float overflow = Overflow(conversion.to);
  float values[kAtOnce];
  for (int64_t at = 0; at < conversion.elements; at += kAtOnce) {
    const int64_t n = std::min(kAtOnce, conversion.elements - at);
    WidenFloats(conversion.from, conversion.data + at * from_bytes, n, values);
    bool too_large = false;
    for (int64_t i = 0; i < n; ++i) {
      const float magnitude = __builtin_fabsf(values[i]);
      too_large |= magnitude >= overflow && magnitude < __builtin_inff();
    }
    if (too_large) {
      const auto place = std::find_if(values, values + n, [overflow](float value) {
        const float magnitude = __builtin_fabsf(value);
        return magnitude >= overflow && magnitude < __builtin_inff();
      });
      return Fail(ErrorCode::kUnsupported, "holds " + std::to_string(*place) + " at " +
                                               std::to_string(at + (place - values)) +
                                               ", more than " +
                                               std::string(InfoOf(conversion.to).name) +
                                               " has: choose the type of the file or float32");
    }
    Narrow(conversion.to, values, n, out.data() + at * to_bytes);
  }
  return {};
}

}  // namespace bantam
