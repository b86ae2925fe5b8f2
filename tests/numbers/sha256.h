// SHA-256 (FIPS 180-4), to name the bytes of logits in a form that can be compared across machines.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace bantam {

class Sha256 {
 public:
  void Update(std::span<const uint8_t> bytes);
  // The digest of all that was given, in hexadecimal. Nothing may follow.
  std::string Finish();

 private:
  void Block(const uint8_t* block);

  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> buffer_{};
  size_t buffered_ = 0;
  uint64_t total_ = 0;
};

std::string Sha256Of(std::span<const uint8_t> bytes);

}  // namespace bantam
