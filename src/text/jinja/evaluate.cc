// Expressions.
#include <cmath>

#include "base/check.h"
#include "text/jinja/arithmetic.h"
#include "text/jinja/attributes.h"
#include "text/jinja/compare.h"
#include "text/jinja/dict.h"
#include "text/jinja/filters.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/print.h"
#include "text/jinja/tests.h"
#include "text/jinja/types.h"

namespace bantam::jinja {

Result<Value> Interpreter::Evaluate(const Expr& expr, const Value& activation) {
  const Deeper deeper(this);
  if (!deeper.ok()) return TooDeep();
  line_ = expr.line;
  TRY(Work());
  return EvaluateNode(expr, activation);
}

Result<Value> Interpreter::EvaluateNode(const Expr& expr, const Value& activation) {
  switch (expr.kind) {
    case ExprKind::kConstant: return ConstantValue(expr.constant);
    case ExprKind::kName:
    case ExprKind::kAttributeTarget: return EvaluateName(expr, activation);
    case ExprKind::kTuple:
    case ExprKind::kList: return EvaluateSequence(expr, activation);
    case ExprKind::kDict: return EvaluateDict(expr, activation);
    case ExprKind::kCondition: return EvaluateCondition(expr, activation);
    case ExprKind::kCall: return EvaluateCall(expr, activation, nullptr);
    case ExprKind::kFilter: return EvaluateFilter(expr, activation, nullptr);
    case ExprKind::kTest: return EvaluateTest(expr, activation);
    case ExprKind::kAttribute: return EvaluateAttribute(expr, activation);
    case ExprKind::kItem: return EvaluateItem(expr, activation);
    case ExprKind::kSlice: return EvaluateSlice(expr, activation);
    case ExprKind::kConcat: return EvaluateConcat(expr, activation);
    case ExprKind::kCompare: return EvaluateCompare(expr, activation);
    case ExprKind::kAnd:
    case ExprKind::kOr: return EvaluateLogic(expr, activation);
    case ExprKind::kNot:
    case ExprKind::kNegative:
    case ExprKind::kPositive: return EvaluateUnary(expr, activation);
    case ExprKind::kAdd:
    case ExprKind::kSubtract:
    case ExprKind::kMultiply:
    case ExprKind::kDivide:
    case ExprKind::kFloorDivide:
    case ExprKind::kModulo:
    case ExprKind::kPower: return EvaluateArithmetic(expr, activation);
  }
  return Value::None();
}

Value Interpreter::ConstantValue(uint32_t index) {
  Value& value = constants_[index];
  if (!value.IsMissing()) return value;
  const Constant& constant = program_.constants[index];
  if (const auto* boolean = std::get_if<bool>(&constant)) {
    value = Value::Bool(*boolean);
  } else if (const auto* integer = std::get_if<int64_t>(&constant)) {
    value = Value::Int(*integer);
  } else if (const auto* real = std::get_if<double>(&constant)) {
    value = Value::Float(*real);
  } else if (const auto* text = std::get_if<std::string>(&constant)) {
    value = String(*text);
  } else {
    value = Value::None();
  }
  return value;
}

Result<Value> Interpreter::EvaluateName(const Expr& expr, const Value& activation) {
  const Value& value = VariableOf(expr.variable, activation);
  if (value.IsMissing()) return Undefined("'" + expr.name + "' is undefined");
  return value;
}

Result<Value> Interpreter::EvaluateSequence(const Expr& expr, const Value& activation) {
  std::vector<Value> items;
  items.reserve(expr.operands.size());
  for (const ExprPtr& operand : expr.operands) {
    items.push_back(TRY(Evaluate(*operand, activation)));
  }
  return expr.kind == ExprKind::kTuple ? Tuple(std::move(items)) : List(std::move(items));
}

Result<Value> Interpreter::EvaluateDict(const Expr& expr, const Value& activation) {
  DictBuilder builder;
  for (size_t i = 0; i < expr.operands.size(); i += 2) {
    Value key = TRY(Evaluate(*expr.operands[i], activation));
    Value value = TRY(Evaluate(*expr.operands[i + 1], activation));
    builder.Add(std::move(key), std::move(value));
  }
  return builder.Finish(*this);
}

Result<Value> Interpreter::EvaluateCondition(const Expr& expr, const Value& activation) {
  const Value test = TRY(Evaluate(*expr.operands[0], activation));
  if (IsTrue(test)) return Evaluate(*expr.operands[1], activation);
  if (expr.operands[2]) return Evaluate(*expr.operands[2], activation);
  return Undefined("the inline if-expression on line " + std::to_string(expr.line) +
                   " evaluated to false and no else section was defined.");
}

Result<CallArguments> Interpreter::EvaluateArguments(const Expr& expr, const Value& activation) {
  CallArguments arguments;
  for (size_t i = 1; i < expr.operands.size(); ++i) {
    arguments.positional.push_back(TRY(Evaluate(*expr.operands[i], activation)));
  }
  for (const Keyword& keyword : expr.keywords) {
    Value value = TRY(Evaluate(*keyword.value, activation));
    arguments.named.emplace_back(keyword.name, std::move(value));
  }
  if (expr.more_arguments) {
    const Value more = TRY(Evaluate(*expr.more_arguments, activation));
    const Value items = TRY(Iterate(*this, more));
    for (const Value& item : ItemsOf(items)) arguments.positional.push_back(item);
  }
  if (expr.more_keywords) {
    const Value more = TRY(Evaluate(*expr.more_keywords, activation));
    if (!more.Is(Kind::kDict)) return Invalid("argument after ** must be a mapping");
    for (const auto& [key, value] : more.As<DictObject>().entries) {
      if (!key.IsString()) return Invalid("keywords must be strings");
      const std::string name(TextOf(key));
      for (const auto& [other, unused] : arguments.named) {
        TRY(Work());
        if (other == name) return Invalid("multiple values for keyword argument '" + name + "'");
      }
      arguments.named.emplace_back(name, value);
    }
  }
  return arguments;
}

Result<Value> Interpreter::EvaluateCall(const Expr& expr, const Value& activation,
                                        const Value* caller) {
  const Value callee = TRY(Evaluate(*expr.operands[0], activation));
  CallArguments arguments = TRY(EvaluateArguments(expr, activation));
  if (caller != nullptr) arguments.named.emplace_back("caller", *caller);
  line_ = expr.line;
  return Call(callee, arguments);
}

Result<Value> Interpreter::EvaluateFilter(const Expr& expr, const Value& activation,
                                          const Value* input) {
  if (expr.filter == nullptr) return Invalid("no filter named '" + expr.name + "' found");
  Value value;
  if (expr.operands[0]) {
    // The innermost filter of a block's chain has no input of its own: it takes the block's.
    const Expr& inner = *expr.operands[0];
    if (input != nullptr && inner.kind == ExprKind::kFilter) {
      value = TRY(EvaluateFilter(inner, activation, input));
    } else {
      value = TRY(Evaluate(inner, activation));
    }
  } else {
    value = *input;
  }
  const CallArguments arguments = TRY(EvaluateArguments(expr, activation));
  line_ = expr.line;
  return expr.filter->function(*this, value, arguments);
}

Result<Value> Interpreter::EvaluateTest(const Expr& expr, const Value& activation) {
  if (expr.test == nullptr) return Invalid("no test named '" + expr.name + "' found");
  const Value value = TRY(Evaluate(*expr.operands[0], activation));
  const CallArguments arguments = TRY(EvaluateArguments(expr, activation));
  line_ = expr.line;
  const bool passes = TRY(expr.test->function(*this, value, arguments));
  return Value::Bool(passes);
}

Result<Value> Interpreter::EvaluateAttribute(const Expr& expr, const Value& activation) {
  const Value object = TRY(Evaluate(*expr.operands[0], activation));
  line_ = expr.line;
  return GetAttribute(*this, object, expr.name);
}

Result<Value> Interpreter::EvaluateItem(const Expr& expr, const Value& activation) {
  const Value object = TRY(Evaluate(*expr.operands[0], activation));
  const Value key = TRY(Evaluate(*expr.operands[1], activation));
  line_ = expr.line;
  return GetItem(*this, object, key);
}

Result<Value> Interpreter::EvaluateSlice(const Expr& expr, const Value& activation) {
  const Value object = TRY(Evaluate(*expr.operands[0], activation));
  Value bounds[3] = {Value::None(), Value::None(), Value::None()};
  for (size_t i = 0; i < 3; ++i) {
    if (expr.operands[i + 1]) bounds[i] = TRY(Evaluate(*expr.operands[i + 1], activation));
  }
  line_ = expr.line;
  return GetSlice(*this, object, bounds[0], bounds[1], bounds[2]);
}

Result<Value> Interpreter::EvaluateConcat(const Expr& expr, const Value& activation) {
  std::vector<Value> values;
  values.reserve(expr.operands.size());
  for (const ExprPtr& operand : expr.operands) {
    values.push_back(TRY(Evaluate(*operand, activation)));
  }
  std::string text;
  for (const Value& value : values) TRY(AppendStr(*this, value, &text));
  return Text(std::move(text));
}

Result<Value> Interpreter::EvaluateCompare(const Expr& expr, const Value& activation) {
  Value left = TRY(Evaluate(*expr.operands[0], activation));
  for (size_t i = 0; i < expr.operators.size(); ++i) {
    Value right = TRY(Evaluate(*expr.operands[i + 1], activation));
    line_ = expr.line;
    const bool holds = TRY(Compare(*this, expr.operators[i], left, right));
    if (!holds) return Value::Bool(false);
    left = std::move(right);
  }
  return Value::Bool(true);
}

Result<Value> Interpreter::EvaluateLogic(const Expr& expr, const Value& activation) {
  Value left = TRY(Evaluate(*expr.operands[0], activation));
  if (IsTrue(left) == (expr.kind == ExprKind::kOr)) return left;
  return Evaluate(*expr.operands[1], activation);
}

Result<Value> Interpreter::EvaluateUnary(const Expr& expr, const Value& activation) {
  const Value value = TRY(Evaluate(*expr.operands[0], activation));
  if (expr.kind == ExprKind::kNot) return Value::Bool(!IsTrue(value));
  line_ = expr.line;
  return Negate(*this, value, expr.kind == ExprKind::kNegative);
}

Result<Value> Interpreter::EvaluateArithmetic(const Expr& expr, const Value& activation) {
  const Value left = TRY(Evaluate(*expr.operands[0], activation));
  const Value right = TRY(Evaluate(*expr.operands[1], activation));
  line_ = expr.line;
  return Arithmetic(*this, expr.kind, left, right);
}

}  // namespace bantam::jinja
