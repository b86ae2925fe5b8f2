// Equality, order and membership, as Python defines them.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "bantam/result.h"
#include "text/jinja/ast.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

// a == b.
Result<bool> Equal(Interpreter& in, const Value& a, const Value& b, int depth = 0);

// Any comparison. Order between different kinds, and of undefined values, is an error.
Result<bool> Compare(Interpreter& in, Comparison comparison, const Value& a, const Value& b);

// item in container.
Result<bool> Contains(Interpreter& in, const Value& container, const Value& item);

// A total order over values that can be keys of a dict (lists and dicts cannot: an error).
// Equal keys (1, 1.0, true) compare as 0.
Result<int> CompareKeys(Interpreter& in, const Value& a, const Value& b, int depth = 0);

// An error for what cannot be a key or in a set.
Result<void> CheckHashable(Interpreter& in, const Value& value);

// The positions 0 … n-1 in the order `less` gives, stably.
using Less = std::function<Result<bool>(uint32_t, uint32_t)>;
Result<std::vector<uint32_t>> SortedOrder(Interpreter& in, size_t n, const Less& less);

}  // namespace bantam::jinja
