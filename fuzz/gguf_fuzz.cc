// Fuzzes the GGUF reader, metadata access and dequantisation: any bytes give an error or a model
// whose every tensor lies inside them.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "format/gguf_reader.h"
#include "kernels/scalar/dequantize.h"

namespace bantam {
namespace {

void UseMetadata(const Metadata& metadata) {
  for (const auto& [key, value] : metadata.entries()) {
    CHECK(metadata.Find(key) == &value);
    // Exactly the getters that fit the type may succeed; none may crash.
    (void)metadata.GetUint(key);
    (void)metadata.GetFloat(key);
    (void)metadata.GetBool(key);
    (void)metadata.GetString(key);
    (void)metadata.GetStrings(key);
    (void)metadata.GetInts(key);
    (void)metadata.GetFloats(key);
  }
}

void UseTensor(const TensorView& tensor, std::span<const uint8_t> bytes) {
  const auto row_bytes = RowBytes(tensor.type, tensor.row_length());
  CHECK(tensor.data >= bytes.data());
  CHECK(tensor.data + tensor.size_bytes <= bytes.data() + bytes.size());
  CHECK(tensor.size_bytes == static_cast<uint64_t>(row_bytes * tensor.n_rows()));
  std::vector<float> row(static_cast<size_t>(tensor.row_length()));
  const uint8_t* last = tensor.data + tensor.size_bytes - row_bytes;
  DequantizeRow(tensor.type, tensor.data, tensor.row_length(), row.data());
  DequantizeRow(tensor.type, last, tensor.row_length(), row.data());
}

}  // namespace
}  // namespace bantam

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  const auto contents = bantam::GgufReader::Parse(bytes, "fuzz");
  if (!contents) {
    CHECK(contents.error().message.starts_with("fuzz: "));
    return 0;
  }
  bantam::UseMetadata(contents->metadata);
  for (const bantam::TensorView& tensor : contents->tensors) bantam::UseTensor(tensor, bytes);
  return 0;
}
