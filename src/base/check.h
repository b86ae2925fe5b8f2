// TRY, CHECK and DCHECK: the only macros of the code base besides kernel dispatch.
//
// TRY is for errors that come from outside; CHECK and DCHECK are for our own bugs only.
#pragma once

#include <utility>

#include "bantam/result.h"

namespace bantam {

// Prints the failed condition with its place and aborts. Never reached from bad input.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace bantam

// Evaluates a Result expression; returns its error from the enclosing function, or yields its
// value (statement expression, supported by clang and gcc). Usage: `auto x = TRY(Parse(text));`
#define TRY(expression)                                                       \
  __extension__({                                                             \
    auto try_result_ = (expression);                                          \
    if (!try_result_) return std::unexpected(std::move(try_result_).error()); \
    *std::move(try_result_);                                                  \
  })

#define CHECK(condition) \
  ((condition) ? (void)0 : ::bantam::CheckFailed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define DCHECK(condition) ((void)sizeof(condition))
#else
#define DCHECK(condition) CHECK(condition)
#endif
