// A walk that ends at the first use or the first setting of a name.
#include "text/jinja/undeclared.h"

namespace bantam::jinja {
namespace {

enum class Found { kNothing, kUse, kSetting };

class Finder {
 public:
  explicit Finder(std::string_view name) : name_(name) {}

  Found InBody(const Body& body) const {
    for (const StmtPtr& stmt : body) {
      if (const Found found = InStmt(*stmt); found != Found::kNothing) return found;
    }
    return Found::kNothing;
  }

 private:
  Found InExpr(const Expr* expr) const {
    if (expr == nullptr) return Found::kNothing;
    if (expr->kind == ExprKind::kName && expr->name == name_) return Found::kUse;
    for (const ExprPtr& operand : expr->operands) {
      if (InExpr(operand.get()) != Found::kNothing) return Found::kUse;
    }
    for (const Keyword& keyword : expr->keywords) {
      if (InExpr(keyword.value.get()) != Found::kNothing) return Found::kUse;
    }
    const Found more = InExpr(expr->more_arguments.get());
    return more != Found::kNothing ? more : InExpr(expr->more_keywords.get());
  }

  Found InTarget(const Expr* target) const {
    if (target == nullptr) return Found::kNothing;
    if (target->kind == ExprKind::kName && target->name == name_) return Found::kSetting;
    for (const ExprPtr& item : target->operands) {
      if (InTarget(item.get()) != Found::kNothing) return Found::kSetting;
    }
    return Found::kNothing;
  }

  // The parts of a statement in the order of jinja2's nodes.
  Found InStmt(const Stmt& stmt) const {
    if (stmt.kind == StmtKind::kBlock) return Found::kNothing;
    Found found = Found::kNothing;
    const auto look = [&found](Found next) {
      if (found == Found::kNothing) found = next;
    };
    const bool body_first = stmt.kind == StmtKind::kFilterBlock;
    if (body_first) look(InBody(stmt.body));
    look(InTarget(stmt.target.get()));
    look(InExpr(stmt.value.get()));
    if (stmt.kind != StmtKind::kUnsupported) {
      for (const ExprPtr& target : stmt.targets) look(InTarget(target.get()));
    }
    for (const ExprPtr& expr : stmt.expressions) look(InExpr(expr.get()));
    for (const Branch& branch : stmt.branches) {
      look(InExpr(branch.test.get()));
      look(InBody(branch.body));
    }
    if (!body_first) look(InBody(stmt.body));
    look(InBody(stmt.otherwise));
    look(InExpr(stmt.test.get()));
    return found;
  }

  std::string_view name_;
};

}  // namespace

bool UsesUndeclared(const Body& body, std::string_view name) {
  return Finder(name).InBody(body) == Found::kUse;
}

}  // namespace bantam::jinja
