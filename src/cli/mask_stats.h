// MaskStats: how long the masks of a text's tokens take.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "cli/environment.h"

namespace bantam::cli {

// Processor time of the calling thread in microseconds: other programs do not count.
double ThreadMicroseconds();

// The masks along one text, written token by token.
struct MaskTrace {
  std::vector<double> mask_us;             // at each position, also after the last token
  std::vector<uint32_t> completion_bytes;  // of a shortest way to the end, there
  bool accepted = false;                   // by the masks: each token, and the end after them
};

// Computes a whole mask at every position, as long as they allow the text's tokens. `shape` should
// be fresh, for its caches to be empty.
Result<MaskTrace> TraceMasks(const Environment& env, std::shared_ptr<const Shape> shape,
                             std::shared_ptr<const Model> model, std::string_view text);

// {"p50":…,"p99":…,"p99.9":…,"max":…}; quantiles are values that were measured.
std::string QuantilesJson(std::vector<double> values);

}  // namespace bantam::cli
