// The registry of documents that references may lead to, by URI.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/json.h"

namespace bantam::grammar {

// The document of a URI with or without the empty fragment '#', or nullptr.
inline const Json* FindInRegistry(const std::map<std::string, Json, std::less<>>& registry,
                                  std::string_view uri) {
  if (uri.ends_with('#')) uri.remove_suffix(1);
  auto found = registry.find(uri);
  if (found == registry.end()) found = registry.find(std::string(uri) + "#");
  return found == registry.end() ? nullptr : &found->second;
}

}  // namespace bantam::grammar
