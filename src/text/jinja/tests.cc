// jinja2's tests.
#include "text/jinja/tests.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "text/jinja/arguments.h"
#include "text/jinja/arithmetic.h"
#include "text/jinja/compare.h"
#include "text/jinja/filters.h"
#include "text/jinja/print.h"
#include "text/jinja/text.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

using Arguments = CallArguments;

template <bool (*kAsk)(const Value&)>
Result<bool> Simple(Interpreter&, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "test", {}));
  return kAsk(input);
}

bool IsDefined(const Value& v) {
  return !v.IsUndefined();
}
bool IsUndefinedValue(const Value& v) {
  return v.IsUndefined();
}
bool IsNoneValue(const Value& v) {
  return v.IsNone();
}
bool IsBoolean(const Value& v) {
  return v.Is(Kind::kBool);
}
bool IsFalse(const Value& v) {
  return v.Is(Kind::kBool) && !v.AsBool();
}
bool IsTrueValue(const Value& v) {
  return v.Is(Kind::kBool) && v.AsBool();
}
bool IsInteger(const Value& v) {
  return v.Is(Kind::kInt) || v.Is(Kind::kBigInt);
}
bool IsFloat(const Value& v) {
  return v.Is(Kind::kFloat);
}
bool IsAnyNumber(const Value& v) {
  return v.IsNumber() || v.Is(Kind::kBigInt);
}
bool IsText(const Value& v) {
  return v.IsString();
}
bool IsMapping(const Value& v) {
  return v.Is(Kind::kDict);
}
bool IsEscaped(const Value& v) {
  return IsMarkup(v);
}

bool IsSequenceLike(const Value& v) {
  return v.IsUndefined() || v.IsString() || v.IsSequence() || v.Is(Kind::kDict) ||
         v.Is(Kind::kRange);
}

bool IsIterable(const Value& v) {
  return IsSequenceLike(v) || v.Is(Kind::kView) || v.Is(Kind::kIterator) || v.Is(Kind::kLoop);
}

bool IsCallable(const Value& v) {
  return v.IsUndefined() || v.Is(Kind::kMacro) || v.Is(Kind::kFunction) || v.Is(Kind::kLoop) ||
         v.Is(Kind::kJoiner);
}

template <bool (*kAsk)(std::string_view)>
Result<bool> AskText(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "test", {}));
  const std::string text = TRY(ToStr(in, input));
  return kAsk(text);
}

template <Comparison kComparison>
Result<bool> Compared(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "test", {"*other"}, 1));
  return Compare(in, kComparison, input, bound[0]);
}

// input % divisor == rest.
Result<bool> LeavesRest(Interpreter& in, const Value& input, const Value& divisor, int64_t rest) {
  const Value left = TRY(Arithmetic(in, ExprKind::kModulo, input, divisor));
  return Equal(in, left, Value::Int(rest));
}

Result<bool> Odd(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "odd", {}));
  return LeavesRest(in, input, Value::Int(2), 1);
}

Result<bool> Even(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "even", {}));
  return LeavesRest(in, input, Value::Int(2), 0);
}

Result<bool> DivisibleBy(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "divisibleby", {"num"}, 1));
  return LeavesRest(in, input, bound[0], 0);
}

Result<bool> SameAs(Interpreter&, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "sameas", {"other"}, 1));
  return input.SameAs(bound[0]);
}

Result<bool> In(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "in", {"seq"}, 1));
  return Contains(in, bound[0], input);
}

Result<bool> IsFilter(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "filter", {}));
  TRY(CheckHashable(in, input));
  return input.IsString() && FindFilter(TextOf(input)) != nullptr;
}

Result<bool> IsTest(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "test", {}));
  TRY(CheckHashable(in, input));
  return input.IsString() && FindTest(TextOf(input)) != nullptr;
}

constexpr TestEntry kTests[] = {
    {"!=", &Compared<Comparison::kNe>},
    {"<", &Compared<Comparison::kLt>},
    {"<=", &Compared<Comparison::kLe>},
    {"==", &Compared<Comparison::kEq>},
    {">", &Compared<Comparison::kGt>},
    {">=", &Compared<Comparison::kGe>},
    {"boolean", &Simple<IsBoolean>},
    {"callable", &Simple<IsCallable>},
    {"defined", &Simple<IsDefined>},
    {"divisibleby", &DivisibleBy},
    {"eq", &Compared<Comparison::kEq>},
    {"equalto", &Compared<Comparison::kEq>},
    {"escaped", &Simple<IsEscaped>},
    {"even", &Even},
    {"false", &Simple<IsFalse>},
    {"filter", &IsFilter},
    {"float", &Simple<IsFloat>},
    {"ge", &Compared<Comparison::kGe>},
    {"greaterthan", &Compared<Comparison::kGt>},
    {"gt", &Compared<Comparison::kGt>},
    {"in", &In},
    {"integer", &Simple<IsInteger>},
    {"iterable", &Simple<IsIterable>},
    {"le", &Compared<Comparison::kLe>},
    {"lessthan", &Compared<Comparison::kLt>},
    {"lower", &AskText<IsLowerText>},
    {"lt", &Compared<Comparison::kLt>},
    {"mapping", &Simple<IsMapping>},
    {"ne", &Compared<Comparison::kNe>},
    {"none", &Simple<IsNoneValue>},
    {"number", &Simple<IsAnyNumber>},
    {"odd", &Odd},
    {"sameas", &SameAs},
    {"sequence", &Simple<IsSequenceLike>},
    {"string", &Simple<IsText>},
    {"test", &IsTest},
    {"true", &Simple<IsTrueValue>},
    {"undefined", &Simple<IsUndefinedValue>},
    {"upper", &AskText<IsUpperText>},
};

}  // namespace

const TestEntry* FindTest(std::string_view name) {
  const auto* found = std::find_if(std::begin(kTests), std::end(kTests),
                                   [&](const TestEntry& entry) { return entry.name == name; });
  return found == std::end(kTests) ? nullptr : found;
}

}  // namespace bantam::jinja
