// The kinds of objects a Value can refer to, and their making.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

class Interpreter;
struct Stmt;
struct CallArguments;

struct StringObject : Object {
  StringObject(std::string t, bool is_markup, Kind kind = Kind::kString)
      : Object(kind), text(std::move(t)), markup(is_markup) {}
  // Characters (code points); counted once.
  size_t Length() const;
  bool IsAscii() const { return Length() == text.size(); }

  const std::string text;
  const bool markup;  // markupsafe.Markup: what |safe and |escape give

 private:
  mutable size_t length_ = SIZE_MAX;
};

// A name nothing stands behind; using it is an error with this message.
struct UndefinedObject : Object {
  explicit UndefinedObject(std::string why) : Object(Kind::kUndefined), message(std::move(why)) {}
  const std::string message;
};

// A list or a tuple. Never changes once it is shared: the sandbox allows no method that would.
struct SequenceObject : Object {
  SequenceObject(Kind kind, std::vector<Value> values) : Object(kind), items(std::move(values)) {}
  std::vector<Value> items;
  bool group = false;  // a tuple of |groupby, with attributes `grouper` and `list`
};

// Keys in the order of their first appearance, unique (1, 1.0 and true are one key).
struct DictObject : Object {
  using Entry = std::pair<Value, Value>;
  DictObject() : Object(Kind::kDict) {}
  std::vector<Entry> entries;
  std::vector<uint32_t> order;  // entries by key; empty while there are few (dict.h)
};

struct ViewObject : Object {
  enum class Part : uint8_t { kKeys, kValues, kItems };
  ViewObject(Value d, Part p) : Object(Kind::kView), dict(std::move(d)), part(p) {}
  const Value dict;
  const Part part;
};

struct RangeObject : Object {
  RangeObject(int64_t first, int64_t past, int64_t by, int64_t n)
      : Object(Kind::kRange), start(first), stop(past), step(by), count(n) {}
  const int64_t start, stop, step, count;
};

// Produces its items when they are first asked for.
struct IteratorObject : CyclicObject {
  using Fill = std::function<Result<std::vector<Value>>(Interpreter&)>;
  IteratorObject(Fill f, const char* name)
      : CyclicObject(Kind::kIterator), fill(std::move(f)), type_name(name) {}
  void Clear() override;

  Fill fill;  // empty once used
  std::vector<Value> items;
  size_t next = 0;
  const char* type_name;
};

struct NamespaceObject : CyclicObject {
  NamespaceObject() : CyclicObject(Kind::kNamespace) {}
  void Clear() override;
  const Value* Find(std::string_view name) const;
  void Set(std::string_view name, Value value);

  std::vector<std::pair<std::string, Value>> attributes;  // in the order they were set

 private:
  std::map<std::string, size_t, std::less<>> index_;
};

// The variables of one running function: the template itself, a macro, a recursive loop.
struct ActivationObject : CyclicObject {
  ActivationObject(size_t slots, Value outer)
      : CyclicObject(Kind::kActivation), variables(slots), parent(std::move(outer)) {}
  void Clear() override;
  std::vector<Value> variables;
  Value parent;  // the activation the function was defined in, or missing
};

struct MacroObject : Object {
  MacroObject(const Stmt* s, Value where)
      : Object(Kind::kMacro), definition(s), activation(std::move(where)) {}
  const Stmt* const definition;
  const Value activation;  // it was defined in
};

using NativeFunction = Result<Value> (*)(Interpreter&, const Value& self, const CallArguments&);

// A built-in function, or a method bound to its object.
struct FunctionObject : Object {
  FunctionObject(const char* n, NativeFunction f, Value s)
      : Object(Kind::kFunction), name(n), function(f), self(std::move(s)) {}
  const char* const name;
  const NativeFunction function;
  const Value self;
};

struct CyclerObject : Object {
  explicit CyclerObject(std::vector<Value> values)
      : Object(Kind::kCycler), items(std::move(values)) {}
  const std::vector<Value> items;
  size_t position = 0;
};

struct JoinerObject : Object {
  explicit JoinerObject(Value s) : Object(Kind::kJoiner), separator(std::move(s)) {}
  const Value separator;
  bool used = false;
};

}  // namespace bantam::jinja
