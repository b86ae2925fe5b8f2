// PrefixLengths: how many tokens all chats of a model begin with that have the same system messages
// and tools.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "bantam/model.h"

namespace bantam::server {

// Thread-safe. Remembers the lengths, so that a prefix is not rendered again for each request.
class PrefixLengths {
 public:
  // Of the system messages in front of a chat (`input` has no others) and its tools, as its
  // template and the variables for that render them; 0 if they cannot be rendered.
  int Of(const Model& model, const ChatInput& input);

 private:
  static constexpr size_t kMost = 1024;

  std::mutex mutex_;
  std::map<std::string, int, std::less<>> lengths_;  // by a hash of all four texts
};

}  // namespace bantam::server
