// GgufTestFile: writes small GGUF files for tests, right or wrong as asked.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace bantam {

// A value with its type number, as GGUF stores it.
struct GgufTestValue {
  uint32_t type;
  std::string bytes;
};

template <typename T>
std::string LeBytes(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

inline std::string GgufText(std::string_view text) {
  return LeBytes<uint64_t>(text.size()) + std::string(text);
}

inline GgufTestValue U16(uint16_t value) {
  return {2, LeBytes(value)};
}
inline GgufTestValue U32(uint32_t value) {
  return {4, LeBytes(value)};
}
inline GgufTestValue I32(int32_t value) {
  return {5, LeBytes(value)};
}
inline GgufTestValue F32(float value) {
  return {6, LeBytes(value)};
}
inline GgufTestValue Bool(uint8_t value) {
  return {7, LeBytes(value)};
}
inline GgufTestValue Text(std::string_view text) {
  return {8, GgufText(text)};
}

// An array of `type` whose elements are those bytes.
inline GgufTestValue Array(uint32_t type, uint64_t count, std::string_view elements) {
  return {9, LeBytes(type) + LeBytes(count) + std::string(elements)};
}

inline GgufTestValue Texts(const std::vector<std::string>& texts) {
  std::string elements;
  for (const std::string& text : texts) elements += GgufText(text);
  return Array(8, texts.size(), elements);
}

class GgufTestFile {
 public:
  std::string magic = "GGUF";
  uint32_t version = 3;
  uint64_t alignment = 32;
  int64_t extra_keys = 0;  // added to the counts in the header
  int64_t extra_tensors = 0;

  GgufTestFile& Key(std::string_view name, const GgufTestValue& value) {
    keys_ += GgufText(name) + LeBytes(value.type) + value.bytes;
    ++n_keys_;
    return *this;
  }

  // A tensor of raw ggml type whose data is `bytes`, placed after those before it.
  GgufTestFile& Tensor(std::string_view name, std::vector<uint64_t> shape, uint32_t type,
                       const std::string& bytes) {
    TensorAt(name, shape, type, data_.size());
    data_ += bytes;
    data_.resize((data_.size() + alignment - 1) / alignment * alignment);
    return *this;
  }

  // A tensor description alone, with any offset.
  GgufTestFile& TensorAt(std::string_view name, const std::vector<uint64_t>& shape, uint32_t type,
                         uint64_t offset) {
    tensors_ += GgufText(name) + LeBytes(static_cast<uint32_t>(shape.size()));
    for (const uint64_t extent : shape) tensors_ += LeBytes(extent);
    tensors_ += LeBytes(type) + LeBytes(offset);
    ++n_tensors_;
    return *this;
  }

  // Everything before the data section, without padding.
  std::string Head() const {
    return magic + LeBytes(version) + LeBytes(n_tensors_ + extra_tensors) +
           LeBytes(n_keys_ + extra_keys) + keys_ + tensors_;
  }

  std::string Bytes() const {
    std::string bytes = Head();
    bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
    return bytes + data_;
  }

 private:
  std::string keys_;
  std::string tensors_;
  std::string data_;
  int64_t n_keys_ = 0;
  int64_t n_tensors_ = 0;
};

}  // namespace bantam
