// x.name, x[key] and x[start:stop:step].
#pragma once

#include <string_view>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

// The attribute, else the item of that name, else an undefined value. Methods of Python's types
// are attributes, so that a dict's `items` is its method. An undefined object is an error.
Result<Value> GetAttribute(Interpreter& in, const Value& object, std::string_view name);

// The item, else (for a string) the attribute of that name, else an undefined value.
Result<Value> GetItem(Interpreter& in, const Value& object, const Value& key);

// The attribute alone, or missing: what |attr finds.
Result<Value> FindAttribute(Interpreter& in, const Value& object, std::string_view name);

Result<Value> GetSlice(Interpreter& in, const Value& object, const Value& start, const Value& stop,
                       const Value& step);

// "a.b.0": items of items, as in |map(attribute=…). An integer or a string; None: the value itself.
// Where an item is undefined, it goes on with `fallback`, unless that is None.
Result<Value> GetPath(Interpreter& in, const Value& object, const Value& path,
                      const Value& fallback = Value::None());

}  // namespace bantam::jinja
