// ShapeCache: compiled shapes of one model, so that a schema that comes again is ready at once.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "bantam/result.h"
#include "bantam/shape.h"

namespace bantam::server {

// Thread-safe. What it gives is for one model's engine: shapes fill caches while they are used.
class ShapeCache {
 public:
  explicit ShapeCache(size_t max_shapes = 32) : max_shapes_(max_shapes) {}

  // Fails as Shape::Compile does. Shapes that copy from texts are compiled anew each time.
  Result<std::shared_ptr<const Shape>> Get(const ShapeSpec& spec);

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const Shape>>;

  const size_t max_shapes_;
  std::mutex mutex_;
  std::list<Entry> recent_;  // the latest first
  std::map<std::string, std::list<Entry>::iterator, std::less<>> places_;
};

}  // namespace bantam::server
