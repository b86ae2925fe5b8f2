// What values are called and whether they count as true: small questions about one value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/objects.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

// Python's name of the type: "str", "int", "NoneType", …
std::string_view TypeName(const Value& value);

// bool(value).
bool IsTrue(const Value& value);

// len(value), or nothing if it has none. An undefined value has length 0.
std::optional<size_t> LengthOf(const Value& value);

inline std::string_view TextOf(const Value& string) {
  return string.As<StringObject>().text;
}
inline bool IsMarkup(const Value& v) {
  return v.IsString() && v.As<StringObject>().markup;
}
inline const std::vector<Value>& ItemsOf(const Value& sequence) {
  return sequence.As<SequenceObject>().items;
}

// The error of using an undefined value for anything but printing, testing and iterating.
std::unexpected<Error> UseOfUndefined(const Value& undefined);

// "'X object' has no attribute 'name'", as an undefined value.
Value NoAttribute(Interpreter& in, const Value& object, std::string_view name);
Value NoElement(Interpreter& in, const Value& object, std::string_view key);

// All items of anything that can be iterated, as a list or tuple; generators are used up.
Result<Value> Iterate(Interpreter& in, const Value& value);

// The next item of a generator, or missing at its end.
Result<Value> NextOf(Interpreter& in, const Value& iterator);

// The pairs, keys or values of a dict as a list.
Value ListOfView(Interpreter& in, const DictObject& dict, ViewObject::Part part);

}  // namespace bantam::jinja
