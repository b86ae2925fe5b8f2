// Object members that need more than a line.
#include "text/jinja/objects.h"

#include "base/utf8.h"

namespace bantam::jinja {

size_t StringObject::Length() const {
  if (length_ == SIZE_MAX) length_ = CountCharacters(text);
  return length_;
}

void IteratorObject::Clear() {
  fill = nullptr;
  items.clear();
}

void NamespaceObject::Clear() {
  attributes.clear();
  index_.clear();
}

const Value* NamespaceObject::Find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &attributes[found->second].second;
}

void NamespaceObject::Set(std::string_view name, Value value) {
  const auto found = index_.find(name);
  if (found != index_.end()) {
    attributes[found->second].second = std::move(value);
    return;
  }
  index_.emplace(name, attributes.size());
  attributes.emplace_back(name, std::move(value));
}

void ActivationObject::Clear() {
  variables.clear();
  parent = Value();
}

}  // namespace bantam::jinja
