// Decoding and placing of GGUF tensors (GGUF specification, "File Structure": gguf_tensor_info_t).
#include "format/gguf_tensors.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>

#include "base/check.h"
#include "base/checked.h"
#include "base/dtype.h"
#include "base/quote.h"

namespace bantam {
namespace {

constexpr uint64_t kMaxTensors = 1 << 17;  // the largest published models have some thousands
constexpr uint64_t kMaxNameBytes = 255;
// Name length, one byte of name, dimension count, one dimension, type, offset.
constexpr uint64_t kMinTensorBytes = 8 + 1 + 4 + 8 + 4 + 8;

std::string Place(const TensorView& tensor) {
  return "tensor " + Quote(tensor.name);
}

Result<std::string> ReadName(GgufCursor& cursor) {
  const std::string_view name = TRY(cursor.ReadString("a tensor name"));
  if (name.empty() || name.size() > kMaxNameBytes) {
    return cursor.Corrupt("expected a name of 1 to 255 bytes, got " + std::to_string(name.size()));
  }
  TRY(cursor.Charge(sizeof(TensorView) + name.size() + sizeof(uint64_t)));
  return std::string(name);
}

Result<void> ReadShape(GgufCursor& cursor, TensorView& tensor) {
  const auto n_dims = TRY(cursor.Read<uint32_t>("a dimension count"));
  if (n_dims < 1 || n_dims > tensor.shape.size()) {
    return cursor.Corrupt("expected 1 to 4 dimensions, got " + std::to_string(n_dims));
  }
  tensor.n_dims = static_cast<int>(n_dims);
  uint64_t elements = 1;
  for (uint32_t i = 0; i < n_dims; ++i) {
    const auto extent = TRY(cursor.Read<uint64_t>("a dimension"));
    const std::optional<uint64_t> product = CheckedMultiply(elements, extent);
    if (extent == 0 || !product || *product > INT64_MAX) {
      return cursor.Corrupt("dimension " + std::to_string(i) + " is " + std::to_string(extent) +
                            ", expected 1 or more and fewer than 2^63 elements in all");
    }
    elements = *product;
    tensor.shape[i] = static_cast<int64_t>(extent);
  }
  return {};
}

Result<void> ReadType(GgufCursor& cursor, TensorView& tensor) {
  const auto number = TRY(cursor.Read<uint32_t>("a tensor type"));
  const std::optional<DType> type = DTypeFromGgml(number);
  if (!type) {
    const std::string name(GgmlTypeName(number).value_or("unknown"));
    return cursor.Failure(ErrorCode::kUnsupported, "has type " + std::to_string(number) + " (" +
                                                       name + "), which Bantam does not read");
  }
  tensor.type = *type;
  const DTypeInfo& info = InfoOf(*type);
  if (tensor.row_length() % info.block_size != 0) {
    return cursor.Corrupt("has rows of " + std::to_string(tensor.row_length()) +
                          " elements, expected a multiple of " + std::to_string(info.block_size) +
                          " for type " + std::string(info.name));
  }
  const auto elements = static_cast<uint64_t>(tensor.row_length() * tensor.n_rows());
  const auto size = CheckedMultiply(elements / static_cast<uint64_t>(info.block_size),
                                    static_cast<uint64_t>(info.block_bytes));
  if (!size || *size > cursor.bytes().size()) {
    return cursor.Corrupt("has " + std::to_string(elements) + " elements of type " +
                          std::string(info.name) + ", more than the file of " +
                          std::to_string(cursor.bytes().size()) + " bytes can hold");
  }
  tensor.size_bytes = *size;
  return {};
}

// Sets tensor.data from its offset into the data section.
Result<void> PlaceData(GgufCursor& cursor, uint64_t data_start, uint64_t offset,
                       TensorView& tensor) {
  const std::optional<uint64_t> begin = CheckedAdd(data_start, offset);
  const uint64_t file_size = cursor.bytes().size();
  if (!begin || *begin > file_size || tensor.size_bytes > file_size - *begin) {
    cursor.At("data of " + Place(tensor), begin.value_or(offset));
    return cursor.Corrupt("its " + std::to_string(tensor.size_bytes) +
                          " bytes lie outside the file, which ends at byte " +
                          std::to_string(file_size));
  }
  tensor.data = cursor.bytes().data() + *begin;
  return {};
}

// Data lies without gaps but those of alignment, as all writers leave it and llama.cpp demands it:
// a tensor whose type or shape was damaged into a smaller one is found by the gap that it leaves.
Result<void> CheckLayout(GgufCursor& cursor, const std::vector<TensorView>& tensors,
                         uint64_t data_start, uint64_t alignment) {
  std::vector<uint32_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](uint32_t i) { return tensors[i].data; });
  uint64_t end = data_start;  // a multiple of the alignment
  for (size_t i = 0; i < order.size(); ++i) {
    const TensorView& tensor = tensors[order[i]];
    const auto begin = static_cast<uint64_t>(tensor.data - cursor.bytes().data());
    cursor.At("data of " + Place(tensor), begin);
    if (begin < end) return cursor.Corrupt("overlaps that of " + Place(tensors[order[i - 1]]));
    const uint64_t expected = CheckedAlign(end, alignment).value_or(end);
    if (begin > expected) {
      return cursor.Corrupt("leaves a gap before it, expected at byte " + std::to_string(expected) +
                            (i == 0 ? "" : ", after that of " + Place(tensors[order[i - 1]])));
    }
    end = begin + tensor.size_bytes;
  }
  return {};
}

}  // namespace

Result<std::vector<TensorView>> ReadGgufTensors(GgufCursor& cursor, uint64_t count,
                                                uint64_t alignment) {
  if (count > kMaxTensors || count > cursor.remaining() / kMinTensorBytes) {
    cursor.At("header", kGgufTensorCountOffset);
    return cursor.Corrupt("claims " + std::to_string(count) + " tensors, at most " +
                          std::to_string(kMaxTensors) + " are read and " +
                          std::to_string(cursor.remaining()) + " bytes are left for them");
  }
  std::vector<TensorView> tensors(count);
  std::vector<uint64_t> offsets(count);
  for (uint64_t i = 0; i < count; ++i) {
    cursor.At("tensor " + std::to_string(i));
    tensors[i].name = TRY(ReadName(cursor));
    cursor.At(Place(tensors[i]));
    TRY(ReadShape(cursor, tensors[i]));
    TRY(ReadType(cursor, tensors[i]));
    offsets[i] = TRY(cursor.Read<uint64_t>("a data offset"));
    if (offsets[i] % alignment != 0) {
      return cursor.Corrupt("has data at offset " + std::to_string(offsets[i]) +
                            ", expected a multiple of the alignment " + std::to_string(alignment));
    }
  }
  const std::optional<uint64_t> data_start = CheckedAlign(cursor.offset(), alignment);
  if (!data_start) return cursor.Corrupt("alignment overflows");
  for (uint64_t i = 0; i < count; ++i) {
    TRY(PlaceData(cursor, *data_start, offsets[i], tensors[i]));
  }
  TRY(CheckLayout(cursor, tensors, *data_start, alignment));
  return tensors;
}

}  // namespace bantam
