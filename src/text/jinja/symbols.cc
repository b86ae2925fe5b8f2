// Reading and setting of names, scope by scope.
#include "text/jinja/symbols.h"

namespace bantam::jinja {

using Action = ScopeEntry::Action;

uint32_t Function::SlotOf(int level, std::string_view name) {
  const auto [it, added] = slot_of.try_emplace(std::pair(level, std::string(name)), slots);
  if (added) ++slots;
  return it->second;
}

Symbols::Known& Symbols::Define(const std::string& name, Action action) {
  Known known{function_->SlotOf(level_, name), action, {}};
  return known_.insert_or_assign(name, known).first->second;
}

void Symbols::Declare(const std::string& name) {
  Define(name, Action::kGiven).stored = true;
}

void Symbols::DeclareTarget(const Expr& target) {
  if (target.kind == ExprKind::kName) Declare(target.name);
  for (const ExprPtr& item : target.operands) DeclareTarget(*item);
}

std::optional<Symbols::Place> Symbols::FindPlace(std::string_view name) const {
  for (const Symbols* scope = this; scope != nullptr; scope = scope->parent_) {
    const auto found = scope->known_.find(name);
    if (found != scope->known_.end()) return Place{scope->function_, found->second.slot};
  }
  return std::nullopt;
}

std::optional<Variable> Symbols::Find(std::string_view name, const Function& from) const {
  const std::optional<Place> place = FindPlace(name);
  if (!place) return std::nullopt;
  return Variable{static_cast<uint32_t>(from.depth - place->function->depth), place->slot};
}

void Symbols::Load(const std::string& name) {
  if (!FindPlace(name)) Define(name, Action::kResolve);
}

// A name that is only set in a branch may keep the value the context gives it.
void Symbols::Store(const std::string& name) {
  const auto found = known_.find(name);
  if (found != known_.end()) {
    found->second.stored = true;
    return;
  }
  const std::optional<Variable> outer =
      parent_ == nullptr ? std::nullopt : parent_->Find(name, *function_);
  const Action action = outer ? Action::kCopy : branches_ == 0 ? Action::kForget : Action::kResolve;
  Known& known = Define(name, action);
  known.stored = true;
  if (outer) known.source = *outer;
}

void Symbols::StoreTarget(const Expr& target) {
  if (target.kind == ExprKind::kName) Store(target.name);
  if (target.kind == ExprKind::kAttributeTarget) Load(target.name);
  for (const ExprPtr& item : target.operands) StoreTarget(*item);
}

void Symbols::AnalyzeExpr(const Expr& expr) {
  if (expr.kind == ExprKind::kName) Load(expr.name);
  for (const ExprPtr& operand : expr.operands) {
    if (operand) AnalyzeExpr(*operand);
  }
  for (const Keyword& keyword : expr.keywords) AnalyzeExpr(*keyword.value);
  if (expr.more_arguments) AnalyzeExpr(*expr.more_arguments);
  if (expr.more_keywords) AnalyzeExpr(*expr.more_keywords);
}

void Symbols::Analyze(const Body& body) {
  for (const StmtPtr& stmt : body) AnalyzeStmt(*stmt);
}

// Bodies that are scopes of their own are left to those.
void Symbols::AnalyzeStmt(const Stmt& stmt) {
  switch (stmt.kind) {
    case StmtKind::kPrint:
    case StmtKind::kWith:
      for (const ExprPtr& expr : stmt.expressions) AnalyzeExpr(*expr);
      break;
    case StmtKind::kIf:
      // jinja2 treats every elif as an if inside the branch of the one before.
      for (size_t i = 0; i < stmt.branches.size(); ++i) {
        branches_ += i > 0 ? 1 : 0;
        AnalyzeExpr(*stmt.branches[i].test);
        branches_ += i > 0 ? 0 : 1;
        Analyze(stmt.branches[i].body);
        --branches_;
      }
      ++branches_;
      Analyze(stmt.otherwise);
      --branches_;
      break;
    case StmtKind::kSet:
      AnalyzeExpr(*stmt.value);
      StoreTarget(*stmt.target);
      break;
    case StmtKind::kSetBlock: StoreTarget(*stmt.target); break;
    case StmtKind::kFor:
    case StmtKind::kFilterBlock: AnalyzeExpr(*stmt.value); break;
    case StmtKind::kCallBlock:
      if (stmt.value) AnalyzeExpr(*stmt.value);
      break;
    case StmtKind::kMacro: Store(stmt.name); break;
    case StmtKind::kUnsupported:
      AnalyzeExpr(*stmt.value);
      for (const ExprPtr& target : stmt.targets) Store(target->name);
      break;
    case StmtKind::kText:
    case StmtKind::kBlock:
    case StmtKind::kAutoescape:
    case StmtKind::kBreak:
    case StmtKind::kContinue: break;
  }
}

Scope Symbols::Entries() const {
  Scope scope;
  for (const auto& [name, known] : known_) {
    scope.push_back({known.action, known.slot, known.source,
                     known.action == Action::kResolve ? name : std::string()});
  }
  return scope;
}

std::map<std::string, Variable> Symbols::Stored() const {
  std::map<std::string, Variable> stored;
  for (const Symbols* scope = this; scope != nullptr; scope = scope->parent_) {
    for (const auto& [name, known] : scope->known_) {
      if (!known.stored || stored.contains(name)) continue;
      const std::optional<Variable> variable = Find(name, *function_);
      if (variable) stored.emplace(name, *variable);
    }
  }
  return stored;
}

}  // namespace bantam::jinja
