// Type names, truth, length and iteration.
#include "text/jinja/types.h"

#include <optional>
#include <utility>

#include "base/check.h"
#include "text/jinja/characters.h"
#include "text/jinja/loop.h"

namespace bantam::jinja {

std::string_view TypeName(const Value& value) {
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kUndefined: return "Undefined";
    case Kind::kNone: return "NoneType";
    case Kind::kBool: return "bool";
    case Kind::kInt:
    case Kind::kBigInt: return "int";
    case Kind::kFloat: return "float";
    case Kind::kString: return IsMarkup(value) ? "Markup" : "str";
    case Kind::kList: return "list";
    case Kind::kTuple: return "tuple";
    case Kind::kDict: return "dict";
    case Kind::kView: {
      const ViewObject::Part part = value.As<ViewObject>().part;
      return part == ViewObject::Part::kKeys     ? "dict_keys"
             : part == ViewObject::Part::kValues ? "dict_values"
                                                 : "dict_items";
    }
    case Kind::kRange: return "range";
    case Kind::kIterator: return value.As<IteratorObject>().type_name;
    case Kind::kNamespace: return "Namespace";
    case Kind::kMacro: return "Macro";
    case Kind::kFunction: return "function";
    case Kind::kLoop: return "LoopContext";
    case Kind::kCycler: return "Cycler";
    case Kind::kJoiner: return "Joiner";
    case Kind::kActivation: return "frame";
  }
  return "object";
}

bool IsTrue(const Value& value) {
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kNone:
    case Kind::kUndefined: return false;
    case Kind::kBool:
    case Kind::kInt: return value.AsInt() != 0;
    case Kind::kFloat: return value.AsFloat() != 0;
    default: {
      const std::optional<size_t> length = LengthOf(value);
      return !length || *length > 0;
    }
  }
}

std::optional<size_t> LengthOf(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined: return 0;
    case Kind::kString: return value.As<StringObject>().Length();
    case Kind::kList:
    case Kind::kTuple: return ItemsOf(value).size();
    case Kind::kDict: return value.As<DictObject>().entries.size();
    case Kind::kView: return value.As<ViewObject>().dict.As<DictObject>().entries.size();
    case Kind::kRange: return static_cast<size_t>(value.As<RangeObject>().count);
    default: return std::nullopt;
  }
}

std::unexpected<Error> UseOfUndefined(const Value& undefined) {
  return Invalid(undefined.As<UndefinedObject>().message);
}

namespace {

std::string Described(const Value& object) {
  if (object.IsNone()) return "None";
  return std::string(TypeName(object)) + " object";
}

}  // namespace

Value NoAttribute(Interpreter& in, const Value& object, std::string_view name) {
  std::string message = "'";
  message += Described(object);
  message += "' has no attribute '";
  message += name.substr(0, 200);
  message += '\'';
  return in.Undefined(std::move(message));
}

Value NoElement(Interpreter& in, const Value& object, std::string_view key) {
  std::string message = Described(object);
  message += " has no element ";
  message += key.substr(0, 200);
  return in.Undefined(std::move(message));
}

Value ListOfView(Interpreter& in, const DictObject& dict, ViewObject::Part part) {
  std::vector<Value> items;
  items.reserve(dict.entries.size());
  for (const auto& [key, value] : dict.entries) {
    if (part == ViewObject::Part::kItems) {
      items.push_back(in.Tuple({key, value}));
    } else {
      items.push_back(part == ViewObject::Part::kKeys ? key : value);
    }
  }
  return in.List(std::move(items));
}

namespace {

Result<Value> Characters(Interpreter& in, std::string_view text) {
  TRY(in.Work(text.size()));
  std::vector<Value> items;
  for (size_t at = 0; at < text.size();) {
    const size_t length = CharacterAt(text, at).length;
    items.push_back(in.String(text.substr(at, length)));
    at += length;
  }
  return in.List(std::move(items));
}

// Runs a generator that has not run yet.
Result<void> Fill(Interpreter& in, IteratorObject& iterator) {
  if (!iterator.fill) return {};
  const Interpreter::Deeper deeper(&in);  // it may fill others that it takes its items from
  if (!deeper.ok()) return Interpreter::TooDeep();
  const IteratorObject::Fill fill = std::exchange(iterator.fill, nullptr);
  iterator.items = TRY(fill(in));
  TRY(in.Work(iterator.items.size()));
  in.heap().Grow(&iterator, iterator.items.size() * sizeof(Value));
  return {};
}

}  // namespace

Result<Value> NextOf(Interpreter& in, const Value& value) {
  auto& iterator = value.As<IteratorObject>();
  TRY(Fill(in, iterator));
  if (iterator.next >= iterator.items.size()) return Value();
  return iterator.items[iterator.next++];
}

Result<Value> Iterate(Interpreter& in, const Value& value) {
  switch (value.kind()) {
    case Kind::kList:
    case Kind::kTuple: return value;
    case Kind::kString: return Characters(in, TextOf(value));
    case Kind::kUndefined: return in.List({});
    case Kind::kDict: {
      TRY(in.Work(LengthOf(value).value_or(0)));
      return ListOfView(in, value.As<DictObject>(), ViewObject::Part::kKeys);
    }
    case Kind::kView: {
      TRY(in.Work(LengthOf(value).value_or(0)));
      const auto& view = value.As<ViewObject>();
      return ListOfView(in, view.dict.As<DictObject>(), view.part);
    }
    case Kind::kRange: {
      const auto& range = value.As<RangeObject>();
      TRY(in.Work(static_cast<size_t>(range.count)));
      std::vector<Value> items;
      items.reserve(static_cast<size_t>(range.count));
      for (int64_t i = 0; i < range.count; ++i) {
        items.push_back(Value::Int(range.start + i * range.step));
      }
      return in.List(std::move(items));
    }
    case Kind::kIterator: {
      auto& iterator = value.As<IteratorObject>();
      TRY(Fill(in, iterator));
      std::vector<Value> items(iterator.items.begin() + static_cast<std::ptrdiff_t>(iterator.next),
                               iterator.items.end());
      iterator.next = iterator.items.size();
      return in.List(std::move(items));
    }
    default: {
      std::string message = "'";
      message += TypeName(value);
      return Invalid(message + "' object is not iterable");
    }
  }
}

}  // namespace bantam::jinja
