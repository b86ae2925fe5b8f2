// Binding what a call passes to the parameters of a built-in function.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"

namespace bantam::jinja {

inline constexpr size_t kMaxParameters = 8;

// The parameters of a call, by position; nullptr where nothing was passed.
class Bound {
 public:
  // A value that must have been passed (Bind has checked it).
  const Value& operator[](size_t i) const { return *values_[i]; }
  bool Has(size_t i) const { return values_[i] != nullptr; }
  // Passed and not None.
  bool Given(size_t i) const { return values_[i] != nullptr && !values_[i]->IsNone(); }

  // What was passed as a bool, an integer or a string, else `fallback`. Another type is an error.
  bool Flag(size_t i, bool fallback) const;
  Result<int64_t> Int(size_t i, int64_t fallback) const;
  Result<std::string_view> String(size_t i, std::string_view fallback) const;

 private:
  friend Result<Bound> Bind(const CallArguments&, std::string_view,
                            std::initializer_list<std::string_view>, size_t);
  std::string NameOf(size_t i) const;

  std::array<const Value*, kMaxParameters> values_{};
  std::array<std::string_view, kMaxParameters> names_{};
  std::string_view function_;
};

// Fails if arguments are too many, unknown, given twice, or one of the first `required` is missing.
// A name that begins with '*' is for position only. `arguments` must outlive the result.
Result<Bound> Bind(const CallArguments& arguments, std::string_view function,
                   std::initializer_list<std::string_view> names, size_t required = 0);

}  // namespace bantam::jinja
