// Filters on sequences and dicts that keep their order, and default and attr.
#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "text/jinja/arguments.h"
#include "text/jinja/arithmetic.h"
#include "text/jinja/attributes.h"
#include "text/jinja/characters.h"
#include "text/jinja/filters.h"
#include "text/jinja/loop.h"
#include "text/jinja/print.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

using Arguments = CallArguments;

Result<Value> Length(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "length", {}));
  if (input.Is(Kind::kLoop)) return Value::Int(static_cast<int64_t>(TRY(LoopLength(in, input))));
  const std::optional<size_t> length = LengthOf(input);
  if (length) return Value::Int(static_cast<int64_t>(*length));
  return Invalid("object of type '" + std::string(TypeName(input)) + "' has no len()");
}

Result<Value> First(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "first", {}));
  Value first;
  if (input.Is(Kind::kIterator)) {
    first = TRY(NextOf(in, input));
  } else if (input.IsString()) {
    const std::string_view text = TextOf(input);
    if (!text.empty()) first = in.String(text.substr(0, CharacterAt(text, 0).length));
  } else {
    const Value items = TRY(Iterate(in, input));
    if (!ItemsOf(items).empty()) first = ItemsOf(items).front();
  }
  return first.IsMissing() ? in.Undefined("No first item, sequence was empty.") : first;
}

Result<Value> Last(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "last", {}));
  if (input.Is(Kind::kIterator)) {
    return Invalid("'" + std::string(TypeName(input)) + "' object is not reversible");
  }
  if (input.IsString() && !TextOf(input).empty()) {
    const std::string_view text = TextOf(input);
    return in.String(text.substr(text.size() - CharacterBefore(text, text.size()).length));
  }
  const Value items = TRY(Iterate(in, input));
  if (ItemsOf(items).empty()) return in.Undefined("No last item, sequence was empty.");
  return ItemsOf(items).back();
}

Result<Value> ToList(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "list", {}));
  const Value items = TRY(Iterate(in, input));
  return items.Is(Kind::kList) ? items : in.List(ItemsOf(items));
}

Result<Value> Items(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "items", {}));
  return in.Iterator([input](Interpreter& later) -> Result<std::vector<Value>> {
    if (input.IsUndefined()) return std::vector<Value>();
    if (!input.Is(Kind::kDict)) return Invalid("can only get item pairs from a mapping.");
    return ItemsOf(ListOfView(later, input.As<DictObject>(), ViewObject::Part::kItems));
  });
}

Result<Value> Default(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "default", {"default_value", "boolean"}));
  const bool replace = input.IsUndefined() || (bound.Flag(1, false) && !IsTrue(input));
  if (!replace) return input;
  return bound.Has(0) ? bound[0] : in.String("");
}

Result<Value> Attribute(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "attr", {"name"}, 1));
  const std::string_view name = TRY(bound.String(0, {}));
  Value found = TRY(FindAttribute(in, input, name));
  return found.IsMissing() ? NoAttribute(in, input, name) : found;
}

Result<Value> Join(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "join", {"d", "attribute"}));
  const std::string joint = bound.Has(0) ? TRY(ToStr(in, bound[0])) : "";
  const Value items = TRY(Iterate(in, input));
  std::string out;
  for (size_t i = 0; i < ItemsOf(items).size(); ++i) {
    if (i > 0) out += joint;
    Value item = ItemsOf(items)[i];
    if (bound.Given(1)) item = TRY(GetPath(in, item, bound[1]));
    TRY(AppendStr(in, item, &out));
  }
  return in.Text(std::move(out));
}

Result<Value> Reverse(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "reverse", {}));
  if (input.IsString()) {
    return GetSlice(in, input, Value::None(), Value::None(), Value::Int(-1));
  }
  const Result<Value> items = Iterate(in, input);
  if (!items) return std::unexpected(items.error());
  std::vector<Value> reversed(ItemsOf(*items).rbegin(), ItemsOf(*items).rend());
  if (input.Is(Kind::kIterator)) return in.List(std::move(reversed));
  return in.Iterator([reversed](Interpreter&) -> Result<std::vector<Value>> { return reversed; },
                     "list_reverseiterator");
}

Result<Value> Batch(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "batch", {"linecount", "fill_with"}, 1));
  const int64_t count = TRY(bound.Int(0, 0));
  const Value fill = bound.Has(1) ? bound[1] : Value::None();
  return in.Iterator([input, count, fill](Interpreter& later) -> Result<std::vector<Value>> {
    const Value items = TRY(Iterate(later, input));
    std::vector<Value> batches;
    std::vector<Value> batch;
    for (const Value& item : ItemsOf(items)) {
      if (static_cast<int64_t>(batch.size()) == count) {
        batches.push_back(later.List(std::exchange(batch, {})));
      }
      batch.push_back(item);
    }
    if (batch.empty()) return batches;
    if (!fill.IsNone() && static_cast<int64_t>(batch.size()) < count) {
      const auto missing = static_cast<size_t>(count) - batch.size();
      TRY(later.Work(missing));
      TRY(later.CheckSize(missing));
      batch.insert(batch.end(), missing, fill);
    }
    batches.push_back(later.List(std::move(batch)));
    return batches;
  });
}

Result<Value> Slice(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "slice", {"slices", "fill_with"}, 1));
  const int64_t slices = TRY(bound.Int(0, 0));
  const Value fill = bound.Has(1) ? bound[1] : Value::None();
  return in.Iterator([input, slices, fill](Interpreter& later) -> Result<std::vector<Value>> {
    const Value all = TRY(Iterate(later, input));
    const std::vector<Value>& items = ItemsOf(all);
    if (slices == 0) return Invalid("integer division or modulo by zero");
    const auto length = static_cast<int64_t>(items.size());
    std::vector<Value> parts;
    if (slices < 0) return parts;
    int64_t begin = 0;
    for (int64_t i = 0; i < slices; ++i) {
      TRY(later.Work(4));
      const bool extra = i < length % slices;
      const int64_t end = begin + length / slices + (extra ? 1 : 0);
      std::vector<Value> part(items.begin() + begin, items.begin() + end);
      if (!fill.IsNone() && !extra) part.push_back(fill);
      parts.push_back(later.List(std::move(part)));
      begin = end;
    }
    return parts;
  });
}

Result<Value> Sum(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "sum", {"attribute", "start"}));
  Value total = bound.Has(1) ? bound[1] : Value::Int(0);
  if (total.IsString()) return Invalid("sum() can't sum strings");
  const Value items = TRY(Iterate(in, input));
  for (Value item : ItemsOf(items)) {
    if (bound.Given(0)) item = TRY(GetPath(in, item, bound[0]));
    total = TRY(Arithmetic(in, ExprKind::kAdd, total, item));
  }
  return total;
}

constexpr FilterEntry kFilters[] = {
    {"attr", &Attribute},  {"batch", &Batch},   {"count", &Length}, {"d", &Default},
    {"default", &Default}, {"first", &First},   {"items", &Items},  {"join", &Join},
    {"last", &Last},       {"length", &Length}, {"list", &ToList},  {"reverse", &Reverse},
    {"slice", &Slice},     {"sum", &Sum},
};

}  // namespace

std::span<const FilterEntry> SequenceFilters() {
  return kFilters;
}

}  // namespace bantam::jinja
