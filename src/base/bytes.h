// Little-endian values in byte buffers, at any alignment.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace bantam {

static_assert(std::endian::native == std::endian::little, "big-endian hosts are not supported");

// The value of trivially copyable type T that starts at `bytes`.
template <typename T>
T LoadLe(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

}  // namespace bantam
