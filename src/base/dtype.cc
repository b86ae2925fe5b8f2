// The table of element types.
#include "base/dtype.h"

#include <array>

#include "base/check.h"

namespace bantam {
namespace {

struct Row {
  uint32_t ggml_type;
  DTypeInfo info;
};

// Block layouts as the GGUF specification and the reference `gguf` package define them; then those
// of no file.
constexpr uint32_t kFirstOwn = 200;
constexpr std::array<Row, 17> kTypes = {{
    {0, {"F32", 1, 4}},
    {1, {"F16", 1, 2}},
    {2, {"Q4_0", 32, 18}},
    {3, {"Q4_1", 32, 20}},
    {6, {"Q5_0", 32, 22}},
    {7, {"Q5_1", 32, 24}},
    {8, {"Q8_0", 32, 34}},
    {10, {"Q2_K", 256, 84}},
    {11, {"Q3_K", 256, 110}},
    {12, {"Q4_K", 256, 144}},
    {13, {"Q5_K", 256, 176}},
    {14, {"Q6_K", 256, 210}},
    {20, {"IQ4_NL", 32, 18}},
    {23, {"IQ4_XS", 256, 136}},
    {30, {"BF16", 1, 2}},
    {200, {"Q4_Z", 32, 20}},
    {201, {"Q8_Z", 32, 36}},
}};

struct UnreadType {
  uint32_t ggml_type;
  std::string_view name;
};

// Types other programs write that Bantam does not read; named so that the error can say so.
constexpr std::array<UnreadType, 19> kUnread = {{
    {9, "Q8_1"},   {15, "Q8_K"},  {16, "IQ2_XXS"}, {17, "IQ2_XS"},   {18, "IQ3_XXS"},
    {19, "IQ1_S"}, {21, "IQ3_S"}, {22, "IQ2_S"},   {24, "I8"},       {25, "I16"},
    {26, "I32"},   {27, "I64"},   {28, "F64"},     {29, "IQ1_M"},    {34, "TQ1_0"},
    {35, "TQ2_0"}, {39, "MXFP4"}, {40, "NVFP4"},   {31, "Q4_0_4_4"},
}};

}  // namespace

const DTypeInfo& InfoOf(DType type) {
  for (const Row& row : kTypes) {
    if (row.ggml_type == static_cast<uint32_t>(type)) return row.info;
  }
  CheckFailed("every DType has a row", __FILE__, __LINE__);
}

std::optional<DType> DTypeFromGgml(uint32_t ggml_type) {
  if (ggml_type >= kFirstOwn) return std::nullopt;
  for (const Row& row : kTypes) {
    if (row.ggml_type == ggml_type) return static_cast<DType>(ggml_type);
  }
  return std::nullopt;
}

std::optional<std::string_view> GgmlTypeName(uint32_t ggml_type) {
  if (ggml_type >= kFirstOwn) return std::nullopt;
  for (const Row& row : kTypes) {
    if (row.ggml_type == ggml_type) return row.info.name;
  }
  for (const UnreadType& row : kUnread) {
    if (row.ggml_type == ggml_type) return row.name;
  }
  return std::nullopt;
}

}  // namespace bantam
