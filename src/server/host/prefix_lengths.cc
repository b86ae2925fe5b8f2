// Hashes and lengths.
#include "server/host/prefix_lengths.h"

#include "base/sha256.h"

namespace bantam::server {
namespace {

std::string KeyOf(const ChatInput& input) {
  Sha256 hash;
  const auto add = [&hash](const std::string& text) {
    const std::string size = std::to_string(text.size()) + ":";
    for (const std::string& part : {size, text}) {
      hash.Update({reinterpret_cast<const uint8_t*>(part.data()), part.size()});
    }
  };
  add(input.messages_json);
  add(input.tools_json);
  add(input.chat_template);
  add(input.extra_json);
  return HexText(hash.Finish());
}

}  // namespace

int PrefixLengths::Of(const Model& model, const ChatInput& input) {
  const std::string key = KeyOf(input);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = lengths_.find(key); found != lengths_.end()) return found->second;
  }
  const auto prefix = ChatPrefix(model, input);
  const int length = prefix ? static_cast<int>(prefix->size()) : 0;
  const std::lock_guard lock(mutex_);
  if (lengths_.size() >= kMost) lengths_.clear();
  lengths_.emplace(key, length);
  return length;
}

}  // namespace bantam::server
