// ReferenceLogits: a .ref file of tests/golden/models (its format is described in make.py there).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bantam/result.h"

namespace bantam {

struct ReferenceSequence {
  std::vector<int32_t> tokens;
  std::vector<int> positions;  // ascending
  std::vector<float> logits;   // [positions.size()][vocabulary_size]
};

struct ReferenceLogits {
  int vocabulary_size = 0;
  std::vector<ReferenceSequence> sequences;
};

// Fails with kIo or kCorrupt, naming the file.
Result<ReferenceLogits> ReadReferenceLogits(const std::string& path);

}  // namespace bantam
