// SHA-256 (FIPS 180-4), for fingerprints of files and of numbers.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace bantam {

// Not thread-safe.
class Sha256 {
 public:
  using Digest = std::array<uint8_t, 32>;

  void Update(std::span<const uint8_t> bytes);
  // The digest of everything so far; the object starts anew.
  Digest Finish();

 private:
  void Compress(const uint8_t* block);

  std::array<uint32_t, 8> state_ = kInitial;
  std::array<uint8_t, 64> block_{};
  uint64_t total_bytes_ = 0;

  static constexpr std::array<uint32_t, 8> kInitial = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                                       0xa54ff53a, 0x510e527f, 0x9b05688c,
                                                       0x1f83d9ab, 0x5be0cd19};
};

// Lower-case hexadecimal.
std::string HexText(std::span<const uint8_t> bytes);

}  // namespace bantam
