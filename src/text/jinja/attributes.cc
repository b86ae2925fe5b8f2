// Attributes, items and slices.
#include "text/jinja/attributes.h"

#include <charconv>

#include "base/check.h"
#include "text/jinja/characters.h"
#include "text/jinja/dict.h"
#include "text/jinja/loop.h"
#include "text/jinja/methods.h"
#include "text/jinja/numbers.h"
#include "text/jinja/print.h"
#include "text/jinja/text.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

Value Unsafe(Interpreter& in, const Value& object, std::string_view name) {
  std::string message = "access to attribute '";
  message += name.substr(0, 200);
  message += "' of '";
  message += TypeName(object);
  return in.Undefined(message + "' object is unsafe.");
}

Value MacroAttribute(Interpreter& in, const Value& value, std::string_view name) {
  const Stmt& stmt = *value.As<MacroObject>().definition;
  if (name == "name") return stmt.name.empty() ? Value::None() : in.String(stmt.name);
  if (name == "caller") return Value::Bool(stmt.macro->takes_caller);
  if (name == "catch_kwargs") return Value::Bool(stmt.macro->takes_kwargs);
  if (name == "catch_varargs") return Value::Bool(stmt.macro->takes_varargs);
  if (name != "arguments") return Value();
  std::vector<Value> names;
  for (const ExprPtr& parameter : stmt.targets) names.push_back(in.String(parameter->name));
  return in.Tuple(std::move(names));
}

// The character or item at an index from Python's point of view; missing if there is none.
Result<Value> ItemAt(Interpreter& in, const Value& object, int64_t index) {
  const auto length = static_cast<int64_t>(LengthOf(object).value_or(0));
  if (index < 0) index += length;
  if (index < 0 || index >= length) return Value();
  const auto at = static_cast<size_t>(index);
  if (object.IsSequence()) return ItemsOf(object)[at];
  if (object.Is(Kind::kRange)) {
    const auto& range = object.As<RangeObject>();
    return Value::Int(range.start + index * range.step);
  }
  const std::string_view text = TextOf(object);
  if (object.As<StringObject>().IsAscii())
    return in.Text(std::string(1, text[at]), IsMarkup(object));
  TRY(in.WorkOnBytes(text.size()));
  const size_t offset = OffsetOfCharacter(text, at);
  const size_t bytes = CharacterAt(text, offset).length;
  return in.Text(std::string(text.substr(offset, bytes)), IsMarkup(object));
}

// Start, count and step of a slice over `length` items, as slice.indices does it.
struct Span {
  int64_t start;
  int64_t stop;
  int64_t count;
  int64_t step;
};

Result<Span> SpanOf(int64_t length, const Value& start, const Value& stop, const Value& step) {
  for (const Value* bound : {&start, &stop, &step}) {
    if (!bound->IsNone() && !bound->IsIntegral()) {
      return Invalid("slice indices must be integers or None");
    }
  }
  const int64_t by = step.IsNone() ? 1 : step.AsInt();
  if (by == 0) return Invalid("slice step cannot be zero");
  const int64_t low = by < 0 ? -1 : 0;
  const int64_t high = by < 0 ? length - 1 : length;
  const auto clamp = [&](const Value& bound, int64_t missing) {
    if (bound.IsNone()) return missing;
    const int64_t value = bound.AsInt();
    if (value >= 0) return value > high ? high : value;
    return value < -length ? low : std::max(value + length, low);
  };
  const int64_t first = clamp(start, by < 0 ? high : low);
  const int64_t past = clamp(stop, by < 0 ? low : high);
  const int64_t distance = by < 0 ? first - past : past - first;
  if (distance <= 0) return Span{first, past, 0, by};
  const uint64_t stride =
      by < 0 ? uint64_t{0} - static_cast<uint64_t>(by) : static_cast<uint64_t>(by);
  const uint64_t last = (static_cast<uint64_t>(distance) - 1) / stride;
  return Span{first, past, static_cast<int64_t>(last) + 1, by};
}

Result<Value> SliceText(Interpreter& in, const Value& object, const Span& span) {
  const std::string_view text = TextOf(object);
  TRY(in.WorkOnBytes(text.size()));
  std::string out;
  const auto first = static_cast<size_t>(span.start);
  const auto count = static_cast<size_t>(span.count);
  if (span.count == 0) return in.Text({}, IsMarkup(object));
  if (span.step == 1) {
    const bool ascii = object.As<StringObject>().IsAscii();
    const size_t begin = ascii ? first : OffsetOfCharacter(text, first);
    const std::string_view rest = text.substr(begin);
    out = rest.substr(0, ascii ? count : OffsetOfCharacter(rest, count));
    return in.Text(std::move(out), IsMarkup(object));
  }
  std::vector<size_t> offsets;
  for (size_t at = 0; at < text.size(); at += CharacterAt(text, at).length) offsets.push_back(at);
  for (int64_t i = 0; i < span.count; ++i) {
    const size_t at = offsets[static_cast<size_t>(span.start + i * span.step)];
    out += text.substr(at, CharacterAt(text, at).length);
  }
  return in.Text(std::move(out), IsMarkup(object));
}

}  // namespace

Result<Value> FindAttribute(Interpreter& in, const Value& object, std::string_view name) {
  if (object.IsUndefined()) return UseOfUndefined(object);
  switch (object.kind()) {
    case Kind::kNamespace: {
      const Value* found = object.As<NamespaceObject>().Find(name);
      if (found == nullptr) return Value();
      return name.starts_with('_') ? Unsafe(in, object, name) : *found;
    }
    case Kind::kLoop: return LoopAttribute(in, object, name);
    case Kind::kMacro: return MacroAttribute(in, object, name);
    case Kind::kTuple:
      if (object.As<SequenceObject>().group && name == "grouper") return ItemsOf(object)[0];
      if (object.As<SequenceObject>().group && name == "list") return ItemsOf(object)[1];
      break;
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat:
      if (name == "real") return object.Is(Kind::kBool) ? Value::Int(object.AsInt()) : object;
      break;
    case Kind::kCycler:
      if (name == "current") {
        const auto& cycler = object.As<CyclerObject>();
        return cycler.items[cycler.position];
      }
      break;
    default: break;
  }
  if (ChangesObject(object.kind(), name)) return Unsafe(in, object, name);
  const MethodEntry* method = FindMethod(object, name);
  if (method == nullptr) return Value();
  return in.Function(method->name, method->function, object);
}

Result<Value> GetAttribute(Interpreter& in, const Value& object, std::string_view name) {
  Value found = TRY(FindAttribute(in, object, name));
  if (!found.IsMissing()) return found;
  if (object.Is(Kind::kDict)) {
    if (const Value* item = DictFind(object.As<DictObject>(), name)) return *item;
  }
  return NoAttribute(in, object, name);
}

Result<Value> GetItem(Interpreter& in, const Value& object, const Value& key) {
  if (object.IsUndefined()) return UseOfUndefined(object);
  if (object.Is(Kind::kDict)) {
    const Result<const Value*> found = DictFind(in, object.As<DictObject>(), key);
    if (found && *found != nullptr) return **found;
    if (!found && found.error().code != ErrorCode::kInvalidArgument) {
      return std::unexpected(found.error());
    }
  } else if (key.IsIntegral() &&
             (object.IsString() || object.IsSequence() || object.Is(Kind::kRange))) {
    Value item = TRY(ItemAt(in, object, key.AsInt()));
    if (!item.IsMissing()) return item;
  }
  if (!key.IsString()) {
    std::string shown;
    TRY(AppendRepr(in, key, &shown));
    return NoElement(in, object, shown);
  }
  Value found = TRY(FindAttribute(in, object, TextOf(key)));
  return found.IsMissing() ? NoAttribute(in, object, TextOf(key)) : found;
}

Result<Value> GetSlice(Interpreter& in, const Value& object, const Value& start, const Value& stop,
                       const Value& step) {
  if (object.IsUndefined()) return UseOfUndefined(object);
  if (!object.IsString() && !object.IsSequence() && !object.Is(Kind::kRange)) {
    std::string message = "'";
    message += TypeName(object);
    return Invalid(message + "' object cannot be sliced");
  }
  for (const Value* bound : {&start, &stop, &step}) {
    if (bound->IsUndefined()) return UseOfUndefined(*bound);
  }
  const auto length = static_cast<int64_t>(LengthOf(object).value_or(0));
  const Span span = TRY(SpanOf(length, start, stop, step));
  if (object.IsString()) return SliceText(in, object, span);
  TRY(in.Work(static_cast<size_t>(span.count)));
  if (object.Is(Kind::kRange)) {
    const auto& range = object.As<RangeObject>();
    const auto at = [&range](int64_t index, int64_t* value) {
      return !__builtin_mul_overflow(index, range.step, value) &&
             !__builtin_add_overflow(range.start, *value, value);
    };
    int64_t first = 0;
    int64_t past = 0;
    int64_t by = 0;
    if (!at(span.start, &first) || !at(span.stop, &past) ||
        __builtin_mul_overflow(range.step, span.step, &by)) {
      return Invalid("integer overflow (64 bits)");
    }
    return Value(in.heap().New<RangeObject>(0, first, past, by, span.count));
  }
  std::vector<Value> items;
  items.reserve(static_cast<size_t>(span.count));
  for (int64_t i = 0; i < span.count; ++i) {
    items.push_back(ItemsOf(object)[static_cast<size_t>(span.start + i * span.step)]);
  }
  return object.Is(Kind::kList) ? in.List(std::move(items)) : in.Tuple(std::move(items));
}

Result<Value> GetPath(Interpreter& in, const Value& object, const Value& path,
                      const Value& fallback) {
  if (path.IsNone()) return object;
  const auto or_fallback = [&](Value value) {
    return value.IsUndefined() && !fallback.IsNone() ? fallback : value;
  };
  if (!path.IsString()) return or_fallback(TRY(GetItem(in, object, path)));
  Value value = object;
  for (const std::string_view part : SplitAt(TextOf(path), ".", -1, false)) {
    TRY(in.Work());
    Value key = in.String(part);
    if (AllHave(part, kDigit)) {
      const std::optional<int64_t> index = TRY(ParseInt(part, 10));
      if (index) key = Value::Int(*index);
    }
    value = or_fallback(TRY(GetItem(in, value, key)));
  }
  return value;
}

}  // namespace bantam::jinja
