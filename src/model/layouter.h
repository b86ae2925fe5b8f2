// Layouter: work buffers one after the other in one piece of memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernels.h"

namespace bantam {

// Hands out aligned pieces of a memory block, or only counts when there is none.
class Layouter {
 public:
  explicit Layouter(uint8_t* memory) : memory_(memory) {}

  uint8_t* Bytes(size_t bytes) {
    // 64 bytes beyond a multiple of 4096 keep equally sized buffers from sharing cache sets.
    uint8_t* p = memory_ == nullptr ? nullptr : memory_ + used_;
    used_ += (bytes + 63) / 64 * 64 + 64;
    return p;
  }
  float* Floats(int64_t n) {
    return reinterpret_cast<float*>(Bytes(static_cast<size_t>(n) * sizeof(float)));
  }
  Activations Codes(int columns, int n) {
    uint8_t* p = Bytes(ActivationBytes(columns, n));
    return p == nullptr ? Activations() : LayOutActivations(p, columns, n);
  }
  WideActivations WideCodes(int columns, int n) {
    uint8_t* p = Bytes(WideActivationBytes(columns, n));
    return p == nullptr ? WideActivations() : LayOutWideActivations(p, columns, n);
  }
  size_t used() const { return used_; }

 private:
  uint8_t* memory_;
  size_t used_ = 0;
};

}  // namespace bantam
