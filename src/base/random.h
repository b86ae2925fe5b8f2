// Random numbers as a pure function of what they are for: no state, so draws never depend on the
// order in which requests run.
//
// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3"
// (SC'11).
#pragma once

#include <array>
#include <cstdint>

namespace bantam {

// The generator itself: 128 random bits for a counter and a key.
std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// A number in [0, 1), uniform over the multiples of 2^-53, for one draw of one request.
double UniformDraw(uint64_t seed, uint32_t choice, uint64_t position);

// A seed from the operating system, below 2^53 so that it survives JSON readers that keep numbers
// as doubles.
uint64_t SystemSeed();

}  // namespace bantam
