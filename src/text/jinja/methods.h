// Methods of Python's str, list, tuple, dict and float.
#pragma once

#include <string_view>

#include "text/jinja/objects.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

struct MethodEntry {
  const char* name;
  NativeFunction function;  // gets the object as self
};

// The method of that name for a value of that kind, or nullptr.
const MethodEntry* FindMethod(const Value& object, std::string_view name);

// Whether it is a method that would change a list or dict: the sandbox hides those.
bool ChangesObject(Kind kind, std::string_view name);

// string_methods.cc.
const MethodEntry* FindStringMethod(std::string_view name);

}  // namespace bantam::jinja
