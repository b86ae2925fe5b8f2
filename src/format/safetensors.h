// Safetensors: the header of a .safetensors file as named pieces of its bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/dtype.h"

namespace bantam {

// Element types of the format. Bantam reads weights in F32, F16 and BF16, packed codes in I32; the
// others are known so that a file that has them elsewhere can be read, and for messages.
enum class SafeType : uint8_t {
  kBool,
  kU8,
  kI8,
  kF8E5M2,
  kF8E4M3,
  kI16,
  kU16,
  kF16,
  kBF16,
  kI32,
  kU32,
  kF32,
  kF64,
  kI64,
  kU64,
};

std::string_view NameOf(SafeType type);           // as files spell it: "BF16"
int BytesOf(SafeType type);                       // of one element
std::optional<DType> FloatTypeOf(SafeType type);  // as weights are read, or nothing

struct SafeTensor {
  std::string name;
  SafeType type = SafeType::kF32;
  std::vector<int64_t> shape;     // outermost first, as PyTorch writes it; empty: a single number
  const uint8_t* data = nullptr;  // size_bytes bytes, aligned to nothing
  uint64_t size_bytes = 0;

  int64_t elements() const {
    int64_t n = 1;
    for (const int64_t extent : shape) n *= extent;
    return n;
  }
};

// Headers beyond this are refused, as by the reference implementation.
inline constexpr uint64_t kMaxSafetensorsHeader = 100'000'000;

// Parses a whole file in memory, which must outlive the result; `name` stands for it in messages.
// The tensors in the order of their data. Checked: the header is a JSON object of unique names;
// sizes follow from type and shape; the data sections follow each other without gap or overlap and
// fill the file to its end; each begins at a multiple of its element size in the data section.
// kCorrupt for bytes that break the format, kUnsupported for types this build does not know and
// more than 131,072 tensors. Takes memory in proportion to the header alone.
// Source: the README of huggingface/safetensors, "Format".
Result<std::vector<SafeTensor>> ParseSafetensors(std::span<const uint8_t> bytes,
                                                 const std::string& name);

}  // namespace bantam
