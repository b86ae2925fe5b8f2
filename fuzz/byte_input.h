// For fuzz targets that make their inputs of bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bantam {

// Takes values off the front of the input; zeros when it is used up.
class ByteInput {
 public:
  ByteInput(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return static_cast<uint8_t>(c);
  }
  std::string Bytes(size_t size) {
    const std::string bytes(rest_.substr(0, size));
    rest_.remove_prefix(bytes.size());
    return bytes;
  }
  template <size_t kSize>
  std::string_view Pick(const std::array<std::string_view, kSize>& from) {
    return from[Byte() % kSize];
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace bantam
