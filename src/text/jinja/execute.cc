// Statements.
#include "base/check.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/print.h"
#include "text/jinja/types.h"

namespace bantam::jinja {

Value& Interpreter::VariableOf(const Variable& variable, const Value& activation) {
  const Value* where = &activation;
  for (uint32_t i = 0; i < variable.hops; ++i) where = &where->As<ActivationObject>().parent;
  return where->As<ActivationObject>().variables[variable.slot];
}

const Value& Interpreter::Resolve(const std::string& name) const {
  static const Value kMissing;
  const auto found = context_.find(name);
  return found == context_.end() ? kMissing : found->second;
}

void Interpreter::EnterScope(const Scope& scope, const Value& activation) {
  for (const ScopeEntry& entry : scope) {
    if (entry.action == ScopeEntry::Action::kGiven) continue;
    Value value;
    if (entry.action == ScopeEntry::Action::kResolve) value = Resolve(entry.name);
    if (entry.action == ScopeEntry::Action::kCopy) value = VariableOf(entry.source, activation);
    VariableOf({0, entry.slot}, activation) = std::move(value);
  }
}

void Interpreter::LeaveScope(const Scope& scope, const Value& activation) {
  for (const ScopeEntry& entry : scope) VariableOf({0, entry.slot}, activation) = Value();
}

Result<void> Interpreter::Emit(std::string_view text) {
  captured_ += text.size();
  TRY(CheckSize(captured_));
  TRY(WorkOnBytes(text.size()));
  *out_ += text;
  return {};
}

Result<void> Interpreter::EmitValue(const Value& value) {
  if (value.IsString()) return Emit(TextOf(value));
  const std::string text = TRY(ToStr(*this, value));
  return Emit(text);
}

Result<void> Interpreter::EmitText(const Value& value) {
  if (value.IsString()) return Emit(TextOf(value));
  return Invalid("a filter or call block must give a string, not " + std::string(TypeName(value)));
}

Result<Interpreter::Flow> Interpreter::Execute(const Body& body, const Value& activation) {
  for (const StmtPtr& stmt : body) {
    const Flow flow = TRY(ExecuteStmt(*stmt, activation));
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Result<Interpreter::Flow> Interpreter::ExecuteStmt(const Stmt& stmt, const Value& activation) {
  const Deeper deeper(this);
  if (!deeper.ok()) return TooDeep();
  line_ = stmt.line;
  TRY(Work());
  switch (stmt.kind) {
    case StmtKind::kText: TRY(Emit(stmt.text)); return Flow::kNext;
    case StmtKind::kPrint: return ExecutePrint(stmt, activation);
    case StmtKind::kIf: return ExecuteIf(stmt, activation);
    case StmtKind::kFor: return ExecuteFor(stmt, activation);
    case StmtKind::kSet: return ExecuteSet(stmt, activation);
    case StmtKind::kSetBlock: return ExecuteSetBlock(stmt, activation);
    case StmtKind::kMacro: return ExecuteMacro(stmt, activation);
    case StmtKind::kCallBlock: return ExecuteCallBlock(stmt, activation);
    case StmtKind::kFilterBlock: return ExecuteFilterBlock(stmt, activation);
    case StmtKind::kWith: return ExecuteWith(stmt, activation);
    case StmtKind::kBlock: return ExecuteBlock(stmt, activation);
    case StmtKind::kAutoescape: return ExecuteAutoescape(stmt, activation);
    case StmtKind::kBreak: return Flow::kBreak;
    case StmtKind::kContinue: return Flow::kContinue;
    case StmtKind::kUnsupported:
      return Invalid("'" + stmt.text + "' needs other templates, which a chat template has not");
  }
  return Flow::kNext;
}

Result<Interpreter::Flow> Interpreter::ExecutePrint(const Stmt& stmt, const Value& activation) {
  for (const ExprPtr& expr : stmt.expressions) {
    const Value value = TRY(Evaluate(*expr, activation));
    TRY(EmitValue(value));
  }
  return Flow::kNext;
}

Result<Interpreter::Flow> Interpreter::ExecuteIf(const Stmt& stmt, const Value& activation) {
  for (const Branch& branch : stmt.branches) {
    const Value test = TRY(Evaluate(*branch.test, activation));
    if (IsTrue(test)) return Execute(branch.body, activation);
  }
  return Execute(stmt.otherwise, activation);
}

// Only namespaces can have attributes set; all are checked before anything is.
Result<void> Interpreter::CheckNamespaces(const Expr& target, const Value& activation) {
  if (target.kind == ExprKind::kAttributeTarget &&
      !VariableOf(target.variable, activation).Is(Kind::kNamespace)) {
    return Invalid("cannot assign attribute on non-namespace object");
  }
  for (const ExprPtr& item : target.operands) TRY(CheckNamespaces(*item, activation));
  return {};
}

Result<void> Interpreter::AssignName(const Expr& target, Value value, const Value& activation) {
  Value& variable = VariableOf(target.variable, activation);
  if (target.kind == ExprKind::kName) {
    variable = std::move(value);
    return {};
  }
  if (!variable.Is(Kind::kNamespace)) {
    return Invalid("cannot assign attribute on non-namespace object");
  }
  if (target.attribute.starts_with('_')) {
    return Invalid(
        "chat templates cannot store underscore-prefixed attributes on a namespace, "
        "but got '" +
        target.attribute + "'");
  }
  auto& space = variable.As<NamespaceObject>();
  if (space.Find(target.attribute) == nullptr) heap_.Grow(&space, 128);
  space.Set(target.attribute, std::move(value));
  return {};
}

Result<void> Interpreter::Assign(const Expr& target, Value value, const Value& activation) {
  if (target.kind != ExprKind::kTuple) return AssignName(target, std::move(value), activation);
  const Value items = TRY(Iterate(*this, value));
  if (ItemsOf(items).size() != target.operands.size()) {
    return Invalid("cannot unpack " + std::to_string(ItemsOf(items).size()) + " values into " +
                   std::to_string(target.operands.size()));
  }
  for (size_t i = 0; i < target.operands.size(); ++i) {
    TRY(Assign(*target.operands[i], ItemsOf(items)[i], activation));
  }
  return {};
}

Value Interpreter::Repacked(const Expr& target, const Value& activation) {
  if (target.kind != ExprKind::kTuple) return VariableOf(target.variable, activation);
  std::vector<Value> items;
  for (const ExprPtr& item : target.operands) items.push_back(Repacked(*item, activation));
  return Tuple(std::move(items));
}

void Interpreter::Export(const Expr& target, const Value& activation) {
  if (target.kind == ExprKind::kName)
    SetVariable(target.name, VariableOf(target.variable, activation));
  for (const ExprPtr& item : target.operands) Export(*item, activation);
}

Result<Interpreter::Flow> Interpreter::ExecuteSet(const Stmt& stmt, const Value& activation) {
  TRY(CheckNamespaces(*stmt.target, activation));
  Value value = TRY(Evaluate(*stmt.value, activation));
  TRY(Assign(*stmt.target, std::move(value), activation));
  if (stmt.exported) Export(*stmt.target, activation);
  return Flow::kNext;
}

Result<Interpreter::Flow> Interpreter::ExecuteSetBlock(const Stmt& stmt, const Value& activation) {
  EnterScope(stmt.scope, activation);
  Value value;
  {
    Capture capture(this);
    const Flow flow = TRY(Execute(stmt.body, activation));
    if (flow != Flow::kNext) return flow;
    value = TRY(Text(std::move(capture.text())));
  }
  if (stmt.value) value = TRY(EvaluateFilter(*stmt.value, activation, &value));
  TRY(Assign(*stmt.target, std::move(value), activation));
  if (stmt.exported) Export(*stmt.target, activation);
  LeaveScope(stmt.scope, activation);
  return Flow::kNext;
}

Result<Interpreter::Flow> Interpreter::ExecuteMacro(const Stmt& stmt, const Value& activation) {
  const Value macro(heap_.New<MacroObject>(0, &stmt, activation));
  VariableOf(stmt.variable, activation) = macro;
  if (stmt.exported) SetVariable(stmt.name, macro);
  return Flow::kNext;
}

Result<Interpreter::Flow> Interpreter::ExecuteCallBlock(const Stmt& stmt, const Value& activation) {
  const Value caller(heap_.New<MacroObject>(0, &stmt, activation));
  const Value text =
      stmt.value ? TRY(EvaluateCall(*stmt.value, activation, &caller)) : TRY(CallMacro(caller, {}));
  TRY(EmitText(text));
  return Flow::kNext;
}

Result<Interpreter::Flow> Interpreter::ExecuteFilterBlock(const Stmt& stmt,
                                                          const Value& activation) {
  EnterScope(stmt.scope, activation);
  Value value;
  {
    Capture capture(this);
    const Flow flow = TRY(Execute(stmt.body, activation));
    if (flow != Flow::kNext) return flow;
    value = TRY(Text(std::move(capture.text())));
  }
  value = TRY(EvaluateFilter(*stmt.value, activation, &value));
  TRY(EmitText(value));
  LeaveScope(stmt.scope, activation);
  return Flow::kNext;
}

Result<Interpreter::Flow> Interpreter::ExecuteWith(const Stmt& stmt, const Value& activation) {
  EnterScope(stmt.scope, activation);
  for (size_t i = 0; i < stmt.targets.size(); ++i) {
    Value value = TRY(Evaluate(*stmt.expressions[i], activation));
    TRY(Assign(*stmt.targets[i], std::move(value), activation));
  }
  const Flow flow = TRY(Execute(stmt.body, activation));
  if (flow == Flow::kNext) LeaveScope(stmt.scope, activation);
  return flow;
}

// A block is printed where it stands: nothing can override it. It sees the context; if scoped,
// also the variables around it.
Result<Interpreter::Flow> Interpreter::ExecuteBlock(const Stmt& stmt, const Value& activation) {
  if (stmt.required) return Invalid("required block '" + stmt.name + "' not found");
  std::map<std::string, Value, std::less<>> hidden;
  if (stmt.scoped) {
    hidden = context_;
    for (const auto& [name, variable] : stmt.visible) {
      const Value& value = VariableOf(variable, activation);
      if (!value.IsMissing()) SetVariable(name, value);
    }
  }
  const size_t bytes = stmt.slots * sizeof(Value);
  const Value inner(heap_.New<ActivationObject>(bytes, stmt.slots, Value()));
  EnterScope(stmt.scope, inner);
  const Result<Flow> flow = Execute(stmt.body, inner);
  if (stmt.scoped) std::swap(context_, hidden);
  return flow;
}

Result<Interpreter::Flow> Interpreter::ExecuteAutoescape(const Stmt& stmt,
                                                         const Value& activation) {
  EnterScope(stmt.scope, activation);
  const Value escape = TRY(Evaluate(*stmt.value, activation));
  if (IsTrue(escape)) return Invalid("autoescape is not supported: chat templates are no HTML");
  const Flow flow = TRY(Execute(stmt.body, activation));
  if (flow == Flow::kNext) LeaveScope(stmt.scope, activation);
  return flow;
}

}  // namespace bantam::jinja
