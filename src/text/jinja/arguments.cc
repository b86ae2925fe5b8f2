// Binding of arguments.
#include "text/jinja/arguments.h"

#include <algorithm>

#include "base/check.h"
#include "text/jinja/types.h"

namespace bantam::jinja {

Result<Bound> Bind(const CallArguments& arguments, std::string_view function,
                   std::initializer_list<std::string_view> names, size_t required) {
  CHECK(names.size() <= kMaxParameters);
  const std::string called = std::string(function) + "() ";
  Bound bound;
  bound.function_ = function;
  std::copy(names.begin(), names.end(), bound.names_.begin());
  if (arguments.positional.size() > names.size()) {
    return Invalid(called + "takes at most " + std::to_string(names.size()) + " arguments (" +
                   std::to_string(arguments.positional.size()) + " given)");
  }
  for (size_t i = 0; i < arguments.positional.size(); ++i) {
    bound.values_[i] = &arguments.positional[i];
  }
  for (const auto& [name, value] : arguments.named) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      return Invalid(called + "got an unexpected keyword argument '" + name + "'");
    }
    const Value*& slot = bound.values_[static_cast<size_t>(found - names.begin())];
    if (slot != nullptr) return Invalid(called + "got multiple values for argument '" + name + "'");
    slot = &value;
  }
  for (size_t i = 0; i < required; ++i) {
    if (bound.values_[i] != nullptr) continue;
    return Invalid(called + "is missing its argument '" + bound.NameOf(i) + "'");
  }
  return bound;
}

std::string Bound::NameOf(size_t i) const {
  return std::string(names_[i].substr(names_[i].starts_with('*') ? 1 : 0));
}

bool Bound::Flag(size_t i, bool fallback) const {
  return Has(i) ? IsTrue(*values_[i]) : fallback;
}

Result<int64_t> Bound::Int(size_t i, int64_t fallback) const {
  if (!Has(i)) return fallback;
  const Value& value = *values_[i];
  if (value.IsUndefined()) return UseOfUndefined(value);
  if (value.IsIntegral()) return value.AsInt();
  std::string message(function_);
  message += "(): '";
  message += NameOf(i);
  message += "' must be an integer, not ";
  return Invalid(message.append(TypeName(value)));
}

Result<std::string_view> Bound::String(size_t i, std::string_view fallback) const {
  if (!Has(i)) return fallback;
  const Value& value = *values_[i];
  if (value.IsUndefined()) return UseOfUndefined(value);
  if (value.IsString()) return TextOf(value);
  std::string message(function_);
  message += "(): '";
  message += NameOf(i);
  message += "' must be a string, not ";
  return Invalid(message.append(TypeName(value)));
}

}  // namespace bantam::jinja
