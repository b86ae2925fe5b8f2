// StaticPages: the files of the chat page, where the program has them.
#pragma once

#include <memory>

#include "server/http/exchange.h"

namespace bantam::server {

// Thread-safe.
class StaticPages {
 public:
  virtual ~StaticPages() = default;
  virtual bool Has(const HttpRequest& head) const = 0;
  virtual void Answer(Exchange& exchange) const = 0;
};

}  // namespace bantam::server
