// Embedder: texts to unit vectors, as the response cache needs them. Whoever has an encoder wraps
// it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam::store {

// The cache calls it from one thread at a time.
class Embedder {
 public:
  virtual ~Embedder() = default;
  // What tells this encoder's vectors from any other's (a hash of its file). Never changes.
  virtual std::string id() const = 0;
  // A vector of length 1; always of as many numbers.
  virtual Result<std::vector<float>> Embed(std::string_view text) = 0;
};

}  // namespace bantam::store
