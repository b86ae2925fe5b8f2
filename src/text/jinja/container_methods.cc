// The methods of list, tuple, dict, float, range and of jinja2's helpers.
#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "text/jinja/arguments.h"
#include "text/jinja/compare.h"
#include "text/jinja/dict.h"
#include "text/jinja/methods.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

using Arguments = CallArguments;

Result<Value> Get(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "get", {"*key", "*default"}, 1));
  const Value* found = TRY(DictFind(in, self.As<DictObject>(), bound[0]));
  if (found != nullptr) return *found;
  return bound.Has(1) ? bound[1] : Value::None();
}

template <ViewObject::Part kPart>
Result<Value> View(Interpreter& in, const Value& self, const Arguments& arguments) {
  TRY(Bind(arguments, "dict method", {}));
  return Value(in.heap().New<ViewObject>(0, self, kPart));
}

Result<Value> Same(Interpreter&, const Value& self, const Arguments& arguments) {
  TRY(Bind(arguments, "copy", {}));
  return self;  // nothing can change it, so that it is its own copy
}

Result<Value> FromKeys(Interpreter& in, const Value&, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "fromkeys", {"*iterable", "*value"}, 1));
  const Value keys = TRY(Iterate(in, bound[0]));
  DictBuilder builder;
  for (const Value& key : ItemsOf(keys)) builder.Add(key, bound.Has(1) ? bound[1] : Value::None());
  return builder.Finish(in);
}

Result<Value> CountItem(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "count", {"*value"}, 1));
  const Value items = TRY(Iterate(in, self));
  int64_t count = 0;
  for (const Value& item : ItemsOf(items)) {
    const bool equal = TRY(Equal(in, item, bound[0]));
    count += equal ? 1 : 0;
  }
  return Value::Int(count);
}

Result<Value> IndexOf(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "index", {"*value", "*start", "*stop"}, 1));
  const Value items = TRY(Iterate(in, self));
  const auto length = static_cast<int64_t>(ItemsOf(items).size());
  const auto clamp = [length](int64_t i) {
    return std::clamp<int64_t>(i < 0 ? i + length : i, 0, length);
  };
  const int64_t start = clamp(TRY(bound.Int(1, 0)));
  const int64_t stop = clamp(TRY(bound.Int(2, length)));
  for (int64_t i = start; i < stop; ++i) {
    const bool equal = TRY(Equal(in, ItemsOf(items)[static_cast<size_t>(i)], bound[0]));
    if (equal) return Value::Int(i);
  }
  return Invalid("the value is not in the list");
}

Result<Value> IsInteger(Interpreter&, const Value& self, const Arguments& arguments) {
  TRY(Bind(arguments, "is_integer", {}));
  const double value = self.AsFloat();
  return Value::Bool(std::isfinite(value) && std::trunc(value) == value);
}

Result<Value> CyclerNext(Interpreter&, const Value& self, const Arguments& arguments) {
  TRY(Bind(arguments, "next", {}));
  auto& cycler = self.As<CyclerObject>();
  const size_t at = cycler.position;
  cycler.position = (at + 1) % cycler.items.size();
  return cycler.items[at];
}

Result<Value> CyclerReset(Interpreter&, const Value& self, const Arguments& arguments) {
  TRY(Bind(arguments, "reset", {}));
  self.As<CyclerObject>().position = 0;
  return Value::None();
}

constexpr MethodEntry kDictMethods[] = {{"get", &Get},
                                        {"items", &View<ViewObject::Part::kItems>},
                                        {"keys", &View<ViewObject::Part::kKeys>},
                                        {"values", &View<ViewObject::Part::kValues>},
                                        {"copy", &Same},
                                        {"fromkeys", &FromKeys}};
constexpr MethodEntry kListMethods[] = {
    {"count", &CountItem}, {"index", &IndexOf}, {"copy", &Same}};
constexpr MethodEntry kTupleMethods[] = {{"count", &CountItem}, {"index", &IndexOf}};
constexpr MethodEntry kFloatMethods[] = {{"is_integer", &IsInteger}};
// dict itself; no other function has attributes that a template may see.
constexpr MethodEntry kDictFunctionMethods[] = {{"fromkeys", &FromKeys}};
constexpr MethodEntry kCyclerMethods[] = {{"next", &CyclerNext}, {"reset", &CyclerReset}};

template <size_t kCount>
const MethodEntry* FindIn(const MethodEntry (&entries)[kCount], std::string_view name) {
  const auto* found = std::find_if(std::begin(entries), std::end(entries),
                                   [&](const MethodEntry& entry) { return entry.name == name; });
  return found == std::end(entries) ? nullptr : found;
}

}  // namespace

const MethodEntry* FindMethod(const Value& object, std::string_view name) {
  switch (object.kind()) {
    case Kind::kString: return FindStringMethod(name);
    case Kind::kDict: return FindIn(kDictMethods, name);
    case Kind::kList: return FindIn(kListMethods, name);
    case Kind::kRange:
    case Kind::kTuple: return FindIn(kTupleMethods, name);
    case Kind::kFloat: return FindIn(kFloatMethods, name);
    case Kind::kFunction:
      if (std::string_view(object.As<FunctionObject>().name) != "dict") return nullptr;
      return FindIn(kDictFunctionMethods, name);
    case Kind::kCycler: return FindIn(kCyclerMethods, name);
    default: return nullptr;
  }
}

bool ChangesObject(Kind kind, std::string_view name) {
  constexpr std::string_view kOfDicts[] = {"clear", "pop", "popitem", "setdefault", "update"};
  constexpr std::string_view kOfLists[] = {"append", "clear", "pop",    "reverse",
                                           "insert", "sort",  "extend", "remove"};
  const auto among = [name](const auto& names) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
  };
  if (kind == Kind::kDict) return among(kOfDicts);
  return kind == Kind::kList && among(kOfLists);
}

}  // namespace bantam::jinja
