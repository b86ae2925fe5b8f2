// Symbols: which variable a name means in one scope of a template.
//
// Follows jinja2's idtracking, because its scoping is visible to templates: what an if sets stays
// set after it, what a loop sets does not; a name that is read before it is set starts with the
// value it has further out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "text/jinja/ast.h"

namespace bantam::jinja {

// The variables of one function: the template, a macro, a recursive loop, a loop's filter.
struct Function {
  explicit Function(const Function* o) : outer(o), depth(o == nullptr ? 0 : o->depth + 1) {}
  uint32_t SlotOf(int level, std::string_view name);

  const Function* outer;
  int depth;
  uint32_t slots = 0;
  std::map<std::pair<int, std::string>, uint32_t, std::less<>> slot_of;
};

class Symbols {
 public:
  // A scope of `function` inside `parent` (null: the outermost).
  Symbols(const Symbols* parent, Function* function)
      : parent_(parent), function_(function), level_(parent == nullptr ? 0 : parent->level_ + 1) {}

  void Analyze(const Body& body);          // what statements read and set in this scope itself
  void AnalyzeExpr(const Expr& expr);      // what it reads
  void Declare(const std::string& name);   // a parameter
  void DeclareTarget(const Expr& target);  // all names in a loop's or with's target

  // The variable of a name, seen from `from`. Nothing if no scope knows it.
  std::optional<Variable> Find(std::string_view name, const Function& from) const;

  Scope Entries() const;  // for entering this scope
  Function& function() const { return *function_; }

  // All names set in this scope and around it, the innermost of each.
  std::map<std::string, Variable> Stored() const;

 private:
  struct Known {
    uint32_t slot;
    ScopeEntry::Action action;
    Variable source;
    bool stored = false;
  };
  struct Place {
    const Function* function;
    uint32_t slot;
  };

  void AnalyzeStmt(const Stmt& stmt);
  void Load(const std::string& name);
  void Store(const std::string& name);
  void StoreTarget(const Expr& target);
  std::optional<Place> FindPlace(std::string_view name) const;
  Known& Define(const std::string& name, ScopeEntry::Action action);

  const Symbols* parent_;
  Function* function_;
  int level_;
  int branches_ = 0;  // ifs around what is being analyzed
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace bantam::jinja
