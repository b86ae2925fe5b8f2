// Walks the tree as jinja2's code generator does, scope by scope.
#include "text/jinja/resolver.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "text/jinja/symbols.h"
#include "text/jinja/token.h"
#include "text/jinja/undeclared.h"

namespace bantam::jinja {
namespace {

// Where the walk is.
struct Frame {
  Symbols* symbols;
  bool toplevel = false;  // of the template, ifs included
  bool soft = false;      // inside an if or inline if: unknown filters are found when reached
};

class Resolver {
 public:
  Resolver(std::string_view source, Program* program) : source_(source), program_(program) {}

  Result<void> Run() {
    Function* root = NewFunction(nullptr);
    Symbols symbols(nullptr, root);
    symbols.Analyze(program_->body);
    TRY(Visit(program_->body, {&symbols, true}));
    program_->scope = symbols.Entries();
    program_->slots = root->slots;
    for (size_t i = 0; i < blocks_.size(); ++i) TRY(VisitBlockBody(*blocks_[i]));
    return {};
  }

 private:
  Result<void> Visit(const Body& body, const Frame& frame) {
    for (const StmtPtr& stmt : body) TRY(VisitStmt(*stmt, frame));
    return {};
  }
  Result<void> VisitStmt(Stmt& stmt, const Frame& frame);
  Result<void> VisitIf(Stmt& stmt, const Frame& frame);
  Result<void> VisitFor(Stmt& stmt, const Frame& frame);
  Result<void> VisitSetBlock(Stmt& stmt, const Frame& frame);
  Result<void> VisitWith(Stmt& stmt, const Frame& frame);
  Result<void> VisitInner(Stmt& stmt, const Frame& frame);
  Result<void> VisitMacro(Stmt& stmt, const Frame& frame);
  Result<void> VisitBlock(Stmt& stmt, const Frame& frame);
  Result<void> VisitBlockBody(Stmt& stmt);
  Result<void> VisitExpr(Expr& expr, const Frame& frame);
  Result<void> VisitTarget(Expr& target, const Frame& frame);
  Result<void> DeclareSpecial(Stmt& stmt, Symbols* symbols);

  // The variable of a name that its scope has declared or set.
  static Variable Known(const Symbols& symbols, std::string_view name) {
    const std::optional<Variable> variable = symbols.Find(name, symbols.function());
    CHECK(variable.has_value());
    return variable.value_or(Variable{});
  }
  Function* NewFunction(const Function* outer) {
    functions_.push_back(std::make_unique<Function>(outer));
    return functions_.back().get();
  }
  std::unexpected<Error> Wrong(size_t offset, std::string_view what) const {
    return SyntaxError(source_, offset, what);
  }

  std::string_view source_;
  Program* program_;
  std::vector<std::unique_ptr<Function>> functions_;
  std::vector<Stmt*> blocks_;
  int fors_ = 0;   // around this statement: `loop` cannot be set
  int loops_ = 0;  // around it in the same function: break is possible
};

Result<void> Resolver::VisitExpr(Expr& expr, const Frame& frame) {
  Frame inside = frame;
  if (expr.kind == ExprKind::kCondition) inside.soft = true;
  if (expr.kind == ExprKind::kName || expr.kind == ExprKind::kAttributeTarget) {
    const auto variable = frame.symbols->Find(expr.name, frame.symbols->function());
    // As in jinja2, the arguments of a set block's filter see only names that are used elsewhere.
    if (!variable) return Wrong(expr.offset, "'" + expr.name + "' is not known here");
    expr.variable = *variable;
  } else if (expr.kind == ExprKind::kFilter && expr.filter == nullptr && !frame.soft) {
    return Wrong(expr.offset, "no filter named '" + expr.name + "'");
  } else if (expr.kind == ExprKind::kTest && expr.test == nullptr && !frame.soft) {
    return Wrong(expr.offset, "no test named '" + expr.name + "'");
  }
  for (const ExprPtr& operand : expr.operands) {
    if (operand) TRY(VisitExpr(*operand, inside));
  }
  for (const Keyword& keyword : expr.keywords) TRY(VisitExpr(*keyword.value, inside));
  if (expr.more_arguments) TRY(VisitExpr(*expr.more_arguments, inside));
  if (expr.more_keywords) TRY(VisitExpr(*expr.more_keywords, inside));
  return {};
}

Result<void> Resolver::VisitTarget(Expr& target, const Frame& frame) {
  if (fors_ > 0 && target.kind == ExprKind::kName && target.name == "loop") {
    return Wrong(target.offset, "cannot assign to the special variable 'loop' in a for");
  }
  if (target.kind != ExprKind::kTuple) return VisitExpr(target, frame);
  for (const ExprPtr& item : target.operands) TRY(VisitTarget(*item, frame));
  return {};
}

Result<void> Resolver::VisitStmt(Stmt& stmt, const Frame& frame) {
  switch (stmt.kind) {
    case StmtKind::kText: return {};
    case StmtKind::kPrint:
      for (const ExprPtr& expr : stmt.expressions) TRY(VisitExpr(*expr, frame));
      return {};
    case StmtKind::kIf: return VisitIf(stmt, frame);
    case StmtKind::kFor: return VisitFor(stmt, frame);
    case StmtKind::kSet:
      stmt.exported = frame.toplevel;
      TRY(VisitExpr(*stmt.value, frame));
      return VisitTarget(*stmt.target, frame);
    case StmtKind::kSetBlock: return VisitSetBlock(stmt, frame);
    case StmtKind::kMacro:
      stmt.exported = frame.toplevel;
      stmt.variable = Known(*frame.symbols, stmt.name);
      return VisitMacro(stmt, frame);
    case StmtKind::kCallBlock:
      if (stmt.value) TRY(VisitExpr(*stmt.value, frame));
      return VisitMacro(stmt, frame);
    case StmtKind::kWith: return VisitWith(stmt, frame);
    case StmtKind::kFilterBlock:
    case StmtKind::kAutoescape: return VisitInner(stmt, frame);
    case StmtKind::kBlock: return VisitBlock(stmt, frame);
    case StmtKind::kBreak:
    case StmtKind::kContinue:
      if (loops_ == 0) return Wrong(stmt.offset, "break or continue outside of a loop");
      return {};
    case StmtKind::kUnsupported: return VisitExpr(*stmt.value, frame);
  }
  return {};
}

Result<void> Resolver::VisitIf(Stmt& stmt, const Frame& frame) {
  Frame inside = frame;
  inside.soft = true;
  for (const Branch& branch : stmt.branches) {
    TRY(VisitExpr(*branch.test, inside));
    TRY(Visit(branch.body, inside));
  }
  return Visit(stmt.otherwise, inside);
}

ExprPtr CopyTarget(const Expr& target) {
  auto copy = std::make_unique<Expr>(target.kind, target.line);
  copy->name = target.name;
  copy->offset = target.offset;
  for (const ExprPtr& item : target.operands) copy->operands.push_back(CopyTarget(*item));
  return copy;
}

Result<void> Resolver::VisitFor(Stmt& stmt, const Frame& frame) {
  Function* function = &frame.symbols->function();
  Function* body_function = stmt.recursive ? NewFunction(function) : function;
  ++fors_;
  TRY(VisitExpr(*stmt.value, frame));

  if (stmt.test) {  // the filter of the items is a function of its own, with its own target
    Function* test_function = NewFunction(function);
    Symbols symbols(frame.symbols, test_function);
    symbols.DeclareTarget(*stmt.target);
    symbols.AnalyzeExpr(*stmt.test);
    stmt.test_target = CopyTarget(*stmt.target);
    TRY(VisitTarget(*stmt.test_target, {&symbols}));
    TRY(VisitExpr(*stmt.test, {&symbols}));
    stmt.test_scope = symbols.Entries();
    stmt.test_slots = test_function->slots;
  }

  Symbols symbols(frame.symbols, body_function);
  symbols.Declare("loop");
  symbols.DeclareTarget(*stmt.target);
  symbols.Analyze(stmt.body);
  stmt.loop_slot = Known(symbols, "loop").slot;
  const int loops = std::exchange(loops_, stmt.recursive ? 0 : loops_);
  ++loops_;
  TRY(VisitTarget(*stmt.target, {&symbols}));
  TRY(Visit(stmt.body, {&symbols}));
  --loops_;
  stmt.scope = symbols.Entries();

  Symbols otherwise(frame.symbols, body_function);
  otherwise.Analyze(stmt.otherwise);
  TRY(Visit(stmt.otherwise, {&otherwise}));
  stmt.otherwise_scope = otherwise.Entries();
  stmt.slots = body_function->slots;
  loops_ = loops;
  --fors_;
  return {};
}

Result<void> Resolver::VisitSetBlock(Stmt& stmt, const Frame& frame) {
  stmt.exported = frame.toplevel;
  Symbols symbols(frame.symbols, &frame.symbols->function());
  symbols.Analyze(stmt.body);
  TRY(Visit(stmt.body, {&symbols}));
  TRY(VisitTarget(*stmt.target, frame));
  if (stmt.value) TRY(VisitExpr(*stmt.value, {&symbols}));
  stmt.scope = symbols.Entries();
  return {};
}

Result<void> Resolver::VisitWith(Stmt& stmt, const Frame& frame) {
  Symbols symbols(frame.symbols, &frame.symbols->function());
  for (const ExprPtr& target : stmt.targets) symbols.DeclareTarget(*target);
  symbols.Analyze(stmt.body);
  for (const ExprPtr& expr : stmt.expressions) TRY(VisitExpr(*expr, frame));
  for (const ExprPtr& target : stmt.targets) TRY(VisitExpr(*target, {&symbols}));
  TRY(Visit(stmt.body, {&symbols}));
  stmt.scope = symbols.Entries();
  return {};
}

// A filter block or autoescape: a scope that holds body and expression.
Result<void> Resolver::VisitInner(Stmt& stmt, const Frame& frame) {
  Symbols symbols(frame.symbols, &frame.symbols->function());
  symbols.Analyze(stmt.body);
  symbols.AnalyzeExpr(*stmt.value);
  TRY(Visit(stmt.body, {&symbols}));
  TRY(VisitExpr(*stmt.value, {&symbols}));
  stmt.scope = symbols.Entries();
  return {};
}

// Macros use `caller`, `varargs` and `kwargs` without declaring them.
Result<void> Resolver::DeclareSpecial(Stmt& stmt, Symbols* symbols) {
  MacroPlan& plan = *stmt.macro;
  bool own_varargs = false;
  bool own_kwargs = false;
  for (size_t i = 0; i < stmt.targets.size(); ++i) {
    const std::string& name = stmt.targets[i]->name;
    own_varargs |= name == "varargs";
    own_kwargs |= name == "kwargs";
    if (name == "caller") plan.explicit_caller = true;
    const bool has_default = i >= stmt.targets.size() - stmt.expressions.size();
    if (name == "caller" && !has_default && UsesUndeclared(stmt.body, "caller")) {
      return Wrong(stmt.offset, "the parameter 'caller' must be left out or have a default");
    }
  }
  plan.takes_caller = UsesUndeclared(stmt.body, "caller");
  plan.takes_varargs = UsesUndeclared(stmt.body, "varargs") && !own_varargs;
  plan.takes_kwargs = UsesUndeclared(stmt.body, "kwargs") && !own_kwargs;
  if (plan.takes_caller && !plan.explicit_caller) symbols->Declare("caller");
  if (plan.takes_varargs) symbols->Declare("varargs");
  if (plan.takes_kwargs) symbols->Declare("kwargs");
  return {};
}

Result<void> Resolver::VisitMacro(Stmt& stmt, const Frame& frame) {
  Function* function = NewFunction(&frame.symbols->function());
  Symbols symbols(frame.symbols, function);
  stmt.macro = std::make_unique<MacroPlan>();
  for (const ExprPtr& parameter : stmt.targets) symbols.Declare(parameter->name);
  TRY(DeclareSpecial(stmt, &symbols));
  for (const ExprPtr& expr : stmt.expressions) symbols.AnalyzeExpr(*expr);
  symbols.Analyze(stmt.body);

  const int loops = std::exchange(loops_, 0);
  for (const ExprPtr& expr : stmt.expressions) TRY(VisitExpr(*expr, {&symbols}));
  TRY(Visit(stmt.body, {&symbols}));
  loops_ = loops;

  MacroPlan& plan = *stmt.macro;
  const auto slot = [&](std::string_view name) { return Known(symbols, name).slot; };
  for (const ExprPtr& parameter : stmt.targets) plan.parameters.push_back(slot(parameter->name));
  if (plan.takes_caller) plan.caller_slot = slot("caller");
  if (plan.takes_varargs) plan.varargs_slot = slot("varargs");
  if (plan.takes_kwargs) plan.kwargs_slot = slot("kwargs");
  plan.slots = function->slots;
  stmt.scope = symbols.Entries();
  return {};
}

Result<void> Resolver::VisitBlock(Stmt& stmt, const Frame& frame) {
  if (!program_->blocks.emplace(stmt.name, &stmt).second) {
    return Wrong(stmt.offset, "the block '" + stmt.name + "' is defined twice");
  }
  for (auto& [name, variable] : frame.symbols->Stored()) stmt.visible.emplace_back(name, variable);
  blocks_.push_back(&stmt);
  return {};
}

// The body of a block is a function that sees the context, not the variables around it.
Result<void> Resolver::VisitBlockBody(Stmt& stmt) {
  Function* function = NewFunction(nullptr);
  Symbols symbols(nullptr, function);
  symbols.Analyze(stmt.body);
  TRY(Visit(stmt.body, {&symbols}));
  stmt.scope = symbols.Entries();
  stmt.slots = function->slots;
  return {};
}

}  // namespace

Result<void> Resolve(std::string_view source, Program* program) {
  return Resolver(source, program).Run();
}

}  // namespace bantam::jinja
