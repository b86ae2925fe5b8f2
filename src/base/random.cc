// Philox4x32-10 and seeds from the operating system.
#include "base/random.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

#include "base/clock.h"

#if defined(__linux__)
#include <sys/random.h>
#endif

namespace bantam {

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  constexpr uint64_t kMultiplier0 = 0xD2511F53;
  constexpr uint64_t kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9;  // golden ratio
  constexpr uint32_t kWeyl1 = 0xBB67AE85;  // sqrt(3) - 1
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = kMultiplier0 * counter[0];
    const uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

double UniformDraw(uint64_t seed, uint32_t choice, uint64_t position) {
  const std::array<uint32_t, 4> bits = Philox4x32(
      {static_cast<uint32_t>(position), static_cast<uint32_t>(position >> 32), choice, 0},
      {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  const uint64_t word = static_cast<uint64_t>(bits[1]) << 32 | bits[0];
  return static_cast<double>(word >> 11) * 0x1p-53;
}

uint64_t SystemSeed() {
  uint64_t seed = 0;
#if defined(__linux__)
  size_t filled = 0;
  while (filled < sizeof(seed)) {
    const ssize_t got =
        getrandom(reinterpret_cast<char*>(&seed) + filled, sizeof(seed) - filled, 0);
    if (got > 0) {
      filled += static_cast<size_t>(got);
    } else if (errno != EINTR) {
      break;
    }
  }
  if (filled == sizeof(seed)) return seed & ((uint64_t{1} << 53) - 1);
#endif
  // No entropy source (old kernels, other systems): the clock, spread over all bits.
  static std::atomic<uint32_t> calls = 0;
  const uint64_t now = MonotonicNanoseconds();
  const std::array<uint32_t, 4> bits = Philox4x32(
      {static_cast<uint32_t>(now), static_cast<uint32_t>(now >> 32), calls.fetch_add(1), 1},
      {0, 0});
  seed = static_cast<uint64_t>(bits[1]) << 32 | bits[0];
  return seed & ((uint64_t{1} << 53) - 1);
}

}  // namespace bantam
