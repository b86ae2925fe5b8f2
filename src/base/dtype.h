// DType: the element types of tensors and the shape of their blocks in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bantam {

// Values are those of the GGUF specification (ggml_type), so that files need no mapping, and
// Bantam's own from 200 on.
enum class DType : uint8_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ2_K = 10,
  kQ3_K = 11,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kIQ4_NL = 20,
  kIQ4_XS = 23,
  kBF16 = 30,
  // Of no GGUF file: d × (code + z), where z is a whole number in half precision (AWQ, GPTQ).
  kQ4_Z = 200,
  kQ8_Z = 201,
};

struct DTypeInfo {
  std::string_view name;  // "Q4_K"
  int block_size;         // elements per block along the row
  int block_bytes;        // bytes per block
};

// Information about a type; every DType enumerator has an entry.
const DTypeInfo& InfoOf(DType type);

// The DType of a ggml_type number, or nothing when Bantam does not read it.
std::optional<DType> DTypeFromGgml(uint32_t ggml_type);

// The name of any ggml_type, also of those that are not read; "type 99" style for unknown ones is
// left to the caller (nothing returned).
std::optional<std::string_view> GgmlTypeName(uint32_t ggml_type);

// Bytes of a row of n elements. n must be a multiple of the block size.
inline int64_t RowBytes(DType type, int64_t n) {
  const DTypeInfo& info = InfoOf(type);
  return n / info.block_size * info.block_bytes;
}

}  // namespace bantam
