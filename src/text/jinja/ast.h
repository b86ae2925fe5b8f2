// The syntax tree of a template: expressions and statements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bantam::jinja {

struct FilterEntry;
struct TestEntry;

// Where a variable lives: `slot` of the activation that is `hops` functions further out.
struct Variable {
  uint32_t hops = 0;
  uint32_t slot = 0;
};

enum class ExprKind : uint8_t {
  kConstant,         // constants[constant] of the program
  kName,             // name
  kAttributeTarget,  // name.attribute, only as the target of a set
  kTuple,            // operands
  kList,             // operands
  kDict,             // operands: key, value, key, value, …
  kCondition,        // operands: test, then, else (may be null)
  kCall,             // operands: callee, arguments…; keywords, more_arguments, more_keywords
  kFilter,           // operands: input (null: the block's text), arguments…; and as kCall; name
  kTest,             // operands: input, arguments…; and as kCall; name
  kAttribute,        // operands: object; name
  kItem,             // operands: object, key
  kSlice,            // operands: object, start, stop, step (each of the three may be null)
  kConcat,           // operands
  kCompare,          // operands[0] operators[0] operands[1] …
  kNot,              // operands: one, as for the next two
  kNegative,
  kPositive,
  kAnd,  // operands: two, as for the rest
  kOr,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower,
};

enum class Comparison : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe, kIn, kNotIn };

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Keyword {
  std::string name;
  ExprPtr value;
};

struct Expr {
  Expr(ExprKind k, int l) : kind(k), line(l) {}

  ExprKind kind;
  int line;
  size_t offset = 0;  // into the source, about where it stands
  int height = 1;     // of the tree below; limited, because evaluation recurses
  uint32_t constant = 0;
  std::string name;
  std::string attribute;
  std::vector<ExprPtr> operands;
  std::vector<Comparison> operators;
  std::vector<Keyword> keywords;
  ExprPtr more_arguments;               // *x
  ExprPtr more_keywords;                // **x
  Variable variable;                    // of a name; set by the resolver
  const FilterEntry* filter = nullptr;  // null: no such filter, an error when it is reached
  const TestEntry* test = nullptr;
};

enum class StmtKind : uint8_t {
  kText,         // text
  kPrint,        // expressions
  kIf,           // branches, otherwise
  kFor,          // target, value, test (or null), body, otherwise, recursive
  kSet,          // target, value
  kSetBlock,     // target, value (a filter without input, or null), body
  kMacro,        // name, targets (parameters), expressions (defaults of the last ones), body
  kCallBlock,    // value (a call; null: a generation block), targets, expressions, body
  kFilterBlock,  // value (a filter without input), body
  kWith,         // targets, expressions, body
  kBlock,        // name, body, scoped, required
  kAutoescape,   // value, body
  kBreak,
  kContinue,
  kUnsupported,  // text (the tag), targets (names it would have set): an error when reached
};

struct Stmt;
using StmtPtr = std::unique_ptr<Stmt>;
using Body = std::vector<StmtPtr>;

struct Branch {
  ExprPtr test;
  Body body;
};

// What happens to a scope's variables when it is entered.
struct ScopeEntry {
  enum class Action : uint8_t {
    kResolve,  // look the name up in the context
    kCopy,     // take the value of the same name further out
    kForget,   // not set yet
    kGiven,    // a parameter or loop target, set by whoever enters; forgotten on leaving
  };
  Action action;
  uint32_t slot;
  Variable source;   // kCopy
  std::string name;  // kResolve
};
using Scope = std::vector<ScopeEntry>;

// How a macro or call block is run; set by the resolver.
struct MacroPlan {
  uint32_t slots = 0;                // of its activation
  std::vector<uint32_t> parameters;  // [targets] slot of each parameter
  bool takes_caller = false;
  bool takes_varargs = false;
  bool takes_kwargs = false;
  bool explicit_caller = false;  // `caller` is among the parameters
  uint32_t caller_slot = 0;
  uint32_t varargs_slot = 0;
  uint32_t kwargs_slot = 0;
};

struct Stmt {
  Stmt(StmtKind k, int l) : kind(k), line(l) {}

  StmtKind kind;
  int line;
  size_t offset = 0;  // into the source
  bool recursive = false;
  bool scoped = false;
  bool required = false;
  bool exported = false;  // sets names of the template itself, which macros and blocks can see
  std::string name;
  std::string text;
  ExprPtr target;
  ExprPtr value;
  ExprPtr test;
  std::vector<ExprPtr> targets;
  std::vector<ExprPtr> expressions;
  std::vector<Branch> branches;
  Body body;
  Body otherwise;

  // Set by the resolver.
  Scope scope;            // of the body
  Scope otherwise_scope;  // of a loop's else
  Scope test_scope;       // of a loop's filter, which is a function of its own
  uint32_t slots = 0;     // a recursive loop, a block: of its activation
  uint32_t test_slots = 0;
  uint32_t loop_slot = 0;  // of `loop` in a for
  Variable variable;       // a macro: where it is kept
  ExprPtr test_target;     // a loop's filter: the target once more, in its own activation
  std::vector<std::pair<std::string, Variable>> visible;  // a scoped block: variables around it
  std::unique_ptr<MacroPlan> macro;
};

}  // namespace bantam::jinja
