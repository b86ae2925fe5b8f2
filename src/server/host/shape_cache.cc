// Least recently used shapes leave.
#include "server/host/shape_cache.h"

#include <utility>

#include "base/check.h"

namespace bantam::server {
namespace {

std::string KeyOf(const ShapeSpec& spec) {
  std::string key = std::to_string(static_cast<int>(spec.kind));
  key += spec.assert_formats ? "f" : "n";
  key += spec.plain_numbers ? "p" : "a";
  key += spec.listed_members ? "l" : "o";
  const auto add = [&key](const std::string& text) {
    key += std::to_string(text.size()) + ":" + text;
  };
  add(spec.text);
  for (const std::string& item : spec.items) add(item);
  return key;
}

}  // namespace

Result<std::shared_ptr<const Shape>> ShapeCache::Get(const ShapeSpec& spec) {
  if (!spec.copy_from.empty() || !spec.registry.empty()) return Shape::Compile(spec);
  std::string key = KeyOf(spec);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = places_.find(key); found != places_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second);
      return found->second->second;
    }
  }
  auto shape = TRY(Shape::Compile(spec));
  const std::lock_guard lock(mutex_);
  if (places_.contains(key)) return shape;
  recent_.emplace_front(key, shape);
  places_.emplace(std::move(key), recent_.begin());
  while (recent_.size() > max_shapes_) {
    places_.erase(recent_.back().first);
    recent_.pop_back();
  }
  return shape;
}

}  // namespace bantam::server
