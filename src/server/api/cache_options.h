// ReplyCacheOptions: whether replies are kept, and which.
#pragma once

#include <memory>
#include <string>

#include "store/cache/response_cache.h"

namespace bantam::server {

struct ReplyCacheOptions {
  std::shared_ptr<store::ResponseCache> cache;  // null: none
  bool sampled = false;                         // also replies that are drawn anew each time
  std::string computed_by = {};                 // what of the server's options changes replies
};

}  // namespace bantam::server
