// range, dict, namespace, cycler, joiner, raise_exception, strftime_now.
#include "text/jinja/globals.h"

#include <string>
#include <utility>

#include "base/check.h"
#include "text/jinja/arguments.h"
#include "text/jinja/dict.h"
#include "text/jinja/print.h"
#include "text/jinja/strftime.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

using Arguments = CallArguments;

// Keeps all arithmetic on ranges inside 64 bits.
constexpr int64_t kFarthest = int64_t{1} << 60;

Result<Value> Range(Interpreter& in, const Value&, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "range", {"*start", "*stop", "*step"}, 1));
  const bool one = arguments.positional.size() == 1;
  const int64_t start = one ? 0 : TRY(bound.Int(0, 0));
  const int64_t stop = one ? TRY(bound.Int(0, 0)) : TRY(bound.Int(1, 0));
  const int64_t step = TRY(bound.Int(2, 1));
  if (step == 0) return Invalid("range() arg 3 must not be zero");
  for (const int64_t bound_value : {start, stop, step}) {
    if (bound_value > kFarthest || bound_value < -kFarthest) {
      return Invalid("range() reaches too far");
    }
  }
  const int64_t distance = step > 0 ? stop - start : start - stop;
  const int64_t stride = step > 0 ? step : -step;
  const int64_t count = distance > 0 ? (distance - 1) / stride + 1 : 0;
  if (count > kMaxRange) {
    return Fail(ErrorCode::kResourceExhausted,
                "range too big: more than " + std::to_string(kMaxRange) + " items");
  }
  return Value(in.heap().New<RangeObject>(0, start, stop, step, count));
}

Result<Value> Dict(Interpreter& in, const Value&, const Arguments& arguments) {
  if (arguments.positional.size() > 1) return Invalid("dict expected at most 1 argument");
  DictBuilder builder;
  if (!arguments.positional.empty()) {
    if (arguments.positional[0].IsUndefined()) return UseOfUndefined(arguments.positional[0]);
    TRY(AddEntriesOf(in, arguments.positional[0], &builder));
  }
  for (const auto& [name, value] : arguments.named) builder.Add(in.String(name), value);
  return builder.Finish(in);
}

Result<Value> Namespace(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Value entries = TRY(Dict(in, self, arguments));
  auto* space = in.heap().New<NamespaceObject>(0);
  const Value value(space);
  for (const auto& [key, item] : entries.As<DictObject>().entries) {
    if (!key.IsString()) continue;  // it could not be read back
    if (TextOf(key).starts_with('_')) {
      return Invalid(
          "chat templates cannot store underscore-prefixed attributes on a namespace, "
          "but got '" +
          std::string(TextOf(key)) + "'");
    }
    in.heap().Grow(space, 128 + TextOf(key).size());
    space->Set(TextOf(key), item);
  }
  return value;
}

Result<Value> Cycler(Interpreter& in, const Value&, const Arguments& arguments) {
  if (!arguments.named.empty()) return Invalid("cycler() takes no keyword arguments");
  if (arguments.positional.empty()) return Invalid("at least one item has to be provided");
  const size_t bytes = arguments.positional.size() * sizeof(Value);
  return Value(in.heap().New<CyclerObject>(bytes, arguments.positional));
}

Result<Value> Joiner(Interpreter& in, const Value&, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "joiner", {"sep"}));
  return Value(in.heap().New<JoinerObject>(0, bound.Has(0) ? bound[0] : in.String(", ")));
}

Result<Value> RaiseException(Interpreter& in, const Value&, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "raise_exception", {"message"}, 1));
  return Invalid(TRY(ToStr(in, bound[0])));
}

Result<Value> StrftimeNow(Interpreter& in, const Value&, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "strftime_now", {"format"}, 1));
  const std::string_view format = TRY(bound.String(0, {}));
  TRY(in.WorkOnBytes(format.size() * 16));
  return in.Text(FormatTime(format, in.now_s()));
}

Result<Value> Lipsum(Interpreter&, const Value&, const Arguments&) {
  return Invalid("lipsum() is not supported");
}

}  // namespace

void AddGlobals(Interpreter* in) {
  constexpr std::pair<const char*, NativeFunction> kGlobals[] = {
      {"range", &Range},         {"dict", &Dict},
      {"namespace", &Namespace}, {"cycler", &Cycler},
      {"joiner", &Joiner},       {"raise_exception", &RaiseException},
      {"lipsum", &Lipsum},       {"strftime_now", &StrftimeNow}};
  for (const auto& [name, function] : kGlobals) {
    in->SetVariable(name, in->Function(name, function));
  }
}

}  // namespace bantam::jinja
