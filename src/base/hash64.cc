// XXH64: four lanes of multiplications and rotations, then an avalanche.
#include "base/hash64.h"

#include <algorithm>
#include <bit>

#include "base/bytes.h"

namespace bantam {
namespace {

constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87;
constexpr uint64_t kPrime2 = 0xC2B2AE3D27D4EB4F;
constexpr uint64_t kPrime3 = 0x165667B19E3779F9;
constexpr uint64_t kPrime4 = 0x85EBCA77C2B2AE63;
constexpr uint64_t kPrime5 = 0x27D4EB2F165667C5;

uint64_t Round(uint64_t lane, uint64_t word) {
  return std::rotl(lane + word * kPrime2, 31) * kPrime1;
}

uint64_t Merge(uint64_t hash, uint64_t lane) {
  return (hash ^ Round(0, lane)) * kPrime1 + kPrime4;
}

}  // namespace

Hash64::Hash64(uint64_t seed)
    : seed_(seed), lanes_{seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1} {}

void Hash64::Consume(const uint8_t* stripe) {
  for (size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i] = Round(lanes_[i], LoadLe<uint64_t>(stripe + i * 8));
  }
}

void Hash64::Update(std::span<const uint8_t> bytes) {
  total_bytes_ += bytes.size();
  if (n_rest_ > 0) {
    const size_t n = std::min(kStripe - n_rest_, bytes.size());
    std::copy_n(bytes.begin(), n, rest_.begin() + static_cast<std::ptrdiff_t>(n_rest_));
    n_rest_ += n;
    bytes = bytes.subspan(n);
    if (n_rest_ < kStripe) return;
    Consume(rest_.data());
    n_rest_ = 0;
  }
  for (; bytes.size() >= kStripe; bytes = bytes.subspan(kStripe)) Consume(bytes.data());
  std::ranges::copy(bytes, rest_.begin());
  n_rest_ = bytes.size();
}

uint64_t Hash64::Digest() const {
  uint64_t hash = seed_ + kPrime5;
  if (total_bytes_ >= kStripe) {
    hash = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) +
           std::rotl(lanes_[3], 18);
    for (const uint64_t lane : lanes_) hash = Merge(hash, lane);
  }
  hash += total_bytes_;
  size_t at = 0;
  for (; at + 8 <= n_rest_; at += 8) {
    hash ^= Round(0, LoadLe<uint64_t>(rest_.data() + at));
    hash = std::rotl(hash, 27) * kPrime1 + kPrime4;
  }
  if (at + 4 <= n_rest_) {
    hash ^= LoadLe<uint32_t>(rest_.data() + at) * kPrime1;
    hash = std::rotl(hash, 23) * kPrime2 + kPrime3;
    at += 4;
  }
  for (; at < n_rest_; ++at) {
    hash ^= rest_[at] * kPrime5;
    hash = std::rotl(hash, 11) * kPrime1;
  }
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

}  // namespace bantam
