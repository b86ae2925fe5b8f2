// Hash64: a fast checksum of many bytes (XXH64). Not for secrets: whoever wants collisions finds
// them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bantam {

// Source: the specification of XXH64 (xxHash, doc/xxhash_spec.md). Several gigabytes a second. Not
// thread-safe.
class Hash64 {
 public:
  explicit Hash64(uint64_t seed = 0);

  void Update(std::span<const uint8_t> bytes);
  // Of everything so far; more may follow.
  uint64_t Digest() const;

 private:
  static constexpr size_t kStripe = 32;

  void Consume(const uint8_t* stripe);

  uint64_t seed_;
  std::array<uint64_t, 4> lanes_;
  std::array<uint8_t, kStripe> rest_{};  // bytes that do not fill a stripe yet
  size_t n_rest_ = 0;
  uint64_t total_bytes_ = 0;
};

}  // namespace bantam
