// Rope: rotary position embeddings (arXiv 2104.09864) with linear, YaRN (arXiv 2309.00071), long
// (arXiv 2402.13753) and per-frequency scaling.
#pragma once

#include <span>
#include <vector>

#include "model/config.h"

namespace bantam {

// Immutable after construction. Angles are float32 products as the reference computes them.
class Rope {
 public:
  // `factors` [rope_dim / 2] divide the frequencies; empty: none.
  Rope(const ModelConfig& config, std::span<const float> factors);

  int pairs() const { return static_cast<int>(frequencies_.size()); }

  // cos and sin of every pair's angle at a position, times the magnitude that YaRN or the model
  // gives.
  void Angles(int position, float* cos, float* sin) const;

  // Rotates the first rope_dim elements of a head in place.
  void Rotate(const float* cos, const float* sin, float* head) const;

 private:
  RopeStyle style_;
  std::vector<float> frequencies_;  // [rope_dim / 2] radians a position
  float magnitude_ = 1;
};

}  // namespace bantam
