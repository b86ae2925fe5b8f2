// The arithmetic operators, on numbers, strings and lists.
#pragma once

#include "bantam/result.h"
#include "text/jinja/ast.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

// a op b for kAdd … kPower. Integers have 64 bits; a result beyond them is an error.
Result<Value> Arithmetic(Interpreter& in, ExprKind op, const Value& a, const Value& b);

// -value or +value.
Result<Value> Negate(Interpreter& in, const Value& value, bool negative);

}  // namespace bantam::jinja
