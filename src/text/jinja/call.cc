// Calls: functions, macros, recursive loops, and filters and tests by name.
#include <algorithm>

#include "base/check.h"
#include "text/jinja/dict.h"
#include "text/jinja/filters.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/tests.h"
#include "text/jinja/types.h"

namespace bantam::jinja {

Result<Value> Interpreter::Call(const Value& callee, const CallArguments& arguments) {
  TRY(Work());
  switch (callee.kind()) {
    case Kind::kUndefined: return UseOfUndefined(callee);
    case Kind::kMacro: return CallMacro(callee, arguments);
    case Kind::kFunction: {
      const auto& function = callee.As<FunctionObject>();
      return function.function(*this, function.self, arguments);
    }
    case Kind::kLoop:
      if (arguments.positional.size() != 1 || !arguments.named.empty()) {
        return Invalid("loop() takes exactly one argument");
      }
      return CallLoop(callee, arguments.positional[0]);
    case Kind::kJoiner: {
      if (!arguments.positional.empty() || !arguments.named.empty()) {
        return Invalid("a joiner takes no arguments");
      }
      auto& joiner = callee.As<JoinerObject>();
      return std::exchange(joiner.used, true) ? joiner.separator : String("");
    }
    default: return Invalid("'" + std::string(TypeName(callee)) + "' object is not callable");
  }
}

Result<Value> Interpreter::CallFilter(std::string_view name, const Value& input,
                                      const CallArguments& rest) {
  const FilterEntry* filter = FindFilter(name);
  if (filter == nullptr) return Invalid("no filter named '" + std::string(name) + "'");
  TRY(Work());
  return filter->function(*this, input, rest);
}

Result<bool> Interpreter::CallTest(std::string_view name, const Value& input,
                                   const CallArguments& rest) {
  const TestEntry* test = FindTest(name);
  if (test == nullptr) return Invalid("no test named '" + std::string(name) + "'");
  TRY(Work());
  return test->function(*this, input, rest);
}

// Parameters take positional arguments, then keywords by name; what is left over goes to varargs,
// kwargs and caller if the macro uses them, and is an error otherwise.
Result<void> Interpreter::BindMacro(const Stmt& stmt, const CallArguments& arguments,
                                    Value* activation) {
  const MacroPlan& plan = *stmt.macro;
  const std::string called = "macro '" + stmt.name + "' ";
  const auto set = [activation](uint32_t slot, Value value) {
    VariableOf({0, slot}, *activation) = std::move(value);
  };
  std::vector<std::pair<std::string, Value>> named = arguments.named;
  const auto take = [&named](std::string_view name) {
    const auto found = std::find_if(named.begin(), named.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    if (found == named.end()) return Value();
    Value value = std::move(found->second);
    named.erase(found);
    return value;
  };
  const std::vector<Value>& positional = arguments.positional;
  const size_t taken = std::min(positional.size(), stmt.targets.size());
  for (size_t i = 0; i < taken; ++i) set(plan.parameters[i], positional[i]);
  for (size_t i = taken; i < stmt.targets.size(); ++i) {
    set(plan.parameters[i], take(stmt.targets[i]->name));
  }
  if (plan.takes_caller && !plan.explicit_caller) {
    Value caller = take("caller");
    if (caller.IsMissing() || caller.IsNone()) caller = Undefined("No caller defined");
    set(plan.caller_slot, std::move(caller));
  }
  if (plan.takes_kwargs) {
    DictBuilder builder;
    for (const auto& [name, value] : named) builder.Add(String(name), value);
    set(plan.kwargs_slot, TRY(builder.Finish(*this)));
  } else if (!named.empty()) {
    return Invalid(called + "takes no keyword argument '" + named[0].first + "'");
  }
  if (plan.takes_varargs) {
    const auto rest = positional.begin() + static_cast<std::ptrdiff_t>(taken);
    set(plan.varargs_slot, Tuple(std::vector<Value>(rest, positional.end())));
  } else if (positional.size() > taken) {
    return Invalid(called + "takes not more than " + std::to_string(stmt.targets.size()) +
                   " argument(s)");
  }
  return {};
}

Result<Value> Interpreter::CallMacro(const Value& macro, const CallArguments& arguments) {
  const Deeper deeper(this);
  if (!deeper.ok()) return TooDeep();
  const auto& object = macro.As<MacroObject>();
  const Stmt& stmt = *object.definition;
  const MacroPlan& plan = *stmt.macro;
  Value activation(
      heap_.New<ActivationObject>(plan.slots * sizeof(Value), plan.slots, object.activation));
  TRY(BindMacro(stmt, arguments, &activation));
  EnterScope(stmt.scope, activation);
  const size_t without_default = stmt.targets.size() - stmt.expressions.size();
  for (size_t i = 0; i < stmt.targets.size(); ++i) {
    const uint32_t slot = plan.parameters[i];
    if (!VariableOf({0, slot}, activation).IsMissing()) continue;
    Value value;
    if (i >= without_default) {
      value = TRY(Evaluate(*stmt.expressions[i - without_default], activation));
    } else {
      value = Undefined("parameter '" + stmt.targets[i]->name + "' was not provided");
    }
    VariableOf({0, slot}, activation) = std::move(value);
  }
  Capture capture(this);
  const Result<Flow> flow = Execute(stmt.body, activation);
  if (!flow) return std::unexpected(flow.error());
  return Text(std::move(capture.text()));
}

}  // namespace bantam::jinja
