// Interpreter: renders a compiled template once. All built-in functions get it to make values,
// to account for work, and to call back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "text/jinja/limits.h"
#include "text/jinja/objects.h"
#include "text/jinja/program.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

// What a call passes, in order.
struct CallArguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

// kInvalidArgument; the interpreter adds the line.
std::unexpected<Error> Invalid(std::string message);

// Not thread-safe; lives for one rendering. Functions that can take long or make large values
// account for it with Work and CheckSize.
class Interpreter {
 public:
  Interpreter(const Program& program, const Limits& limits, int64_t now_s);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  // A variable the template can see. Before Run.
  void SetVariable(std::string_view name, Value value) {
    context_.insert_or_assign(std::string(name), std::move(value));
  }

  // The rendered text. Call once. Errors name the line.
  Result<std::string> Run();

  // Accounts for `steps` of work; kResourceExhausted when steps or memory are used up.
  Result<void> Work(size_t steps = 1);
  // Accounts for reading or writing that many bytes.
  Result<void> WorkOnBytes(size_t bytes) { return Work(1 + bytes / 64); }
  // kResourceExhausted if no string may have that many bytes. Before building a large one.
  Result<void> CheckSize(size_t bytes) const;
  // kResourceExhausted if a text of that many bytes is too long to be cut in parts, of which there
  // may be as many. Before cutting.
  static Result<void> CheckSplit(size_t bytes);

  // Making values. Text checks the size and accounts for it, the others are for small ones.
  Result<Value> Text(std::string text, bool markup = false);
  Value String(std::string_view text);
  Value List(std::vector<Value> items);
  Value Tuple(std::vector<Value> items);
  Value Undefined(std::string message);
  Value Function(const char* name, NativeFunction function, Value self = Value());
  Value Iterator(IteratorObject::Fill fill, const char* type_name = "generator");
  Heap& heap() { return heap_; }

  // call.cc: anything that can be called.
  Result<Value> Call(const Value& callee, const CallArguments& arguments);
  Result<Value> CallFilter(std::string_view name, const Value& input, const CallArguments& rest);
  Result<bool> CallTest(std::string_view name, const Value& input, const CallArguments& rest);

  // The body of a recursive loop for other items: loop(items).
  Result<Value> CallLoop(const Value& loop, const Value& items);

  int64_t now_s() const { return now_s_; }

  // Counts how deep evaluation is in itself, as long as it lives; ask ok() first.
  class Deeper {
   public:
    explicit Deeper(Interpreter* interpreter) : interpreter_(interpreter) {
      ++interpreter_->depth_;
    }
    ~Deeper() { --interpreter_->depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    bool ok() const { return interpreter_->depth_ <= kMaxCallDepth; }

   private:
    Interpreter* interpreter_;
  };
  static std::unexpected<Error> TooDeep();

 private:
  enum class Flow : uint8_t { kNext, kBreak, kContinue };

  // Collects what is printed while it lives; the text is in `text()`.
  class Capture {
   public:
    explicit Capture(Interpreter* interpreter);
    ~Capture();
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;
    std::string& text() { return text_; }

   private:
    Interpreter* interpreter_;
    std::string* outer_;
    size_t captured_;
    std::string text_;
  };

  // execute.cc: statements.
  Result<Flow> Execute(const Body& body, const Value& activation);
  Result<Flow> ExecuteStmt(const Stmt& stmt, const Value& activation);
  Result<Flow> ExecutePrint(const Stmt& stmt, const Value& activation);
  Result<Flow> ExecuteIf(const Stmt& stmt, const Value& activation);
  Result<Flow> ExecuteSet(const Stmt& stmt, const Value& activation);
  Result<Flow> ExecuteSetBlock(const Stmt& stmt, const Value& activation);
  Result<Flow> ExecuteMacro(const Stmt& stmt, const Value& activation);
  Result<Flow> ExecuteCallBlock(const Stmt& stmt, const Value& activation);
  Result<Flow> ExecuteFilterBlock(const Stmt& stmt, const Value& activation);
  Result<Flow> ExecuteWith(const Stmt& stmt, const Value& activation);
  Result<Flow> ExecuteBlock(const Stmt& stmt, const Value& activation);
  Result<Flow> ExecuteAutoescape(const Stmt& stmt, const Value& activation);
  Result<void> Emit(std::string_view text);
  Result<void> EmitValue(const Value& value);
  Result<void> EmitText(const Value& value);  // of a block, which jinja2 does not convert
  void EnterScope(const Scope& scope, const Value& activation);
  void LeaveScope(const Scope& scope, const Value& activation);
  Result<void> Assign(const Expr& target, Value value, const Value& activation);
  Value Repacked(const Expr& target, const Value& activation);  // what has been assigned to it
  Result<void> AssignName(const Expr& target, Value value, const Value& activation);
  Result<void> CheckNamespaces(const Expr& target, const Value& activation);
  void Export(const Expr& target, const Value& activation);
  const Value& Resolve(const std::string& name) const;

  // loop.cc: for.
  Result<Flow> ExecuteFor(const Stmt& stmt, const Value& activation);
  Result<Flow> RunLoop(const Stmt& stmt, const Value& activation, const Value& items,
                       const Value& outer, int64_t depth);
  Result<Value> RunRecursiveLoop(const Stmt& stmt, const Value& outer, const Value& items,
                                 int64_t depth);

  // evaluate.cc: expressions.
  Result<Value> Evaluate(const Expr& expr, const Value& activation);
  Result<Value> EvaluateNode(const Expr& expr, const Value& activation);
  Result<Value> EvaluateName(const Expr& expr, const Value& activation);
  Result<Value> EvaluateSequence(const Expr& expr, const Value& activation);
  Result<Value> EvaluateDict(const Expr& expr, const Value& activation);
  Result<Value> EvaluateCondition(const Expr& expr, const Value& activation);
  Result<Value> EvaluateCall(const Expr& expr, const Value& activation, const Value* caller);
  Result<Value> EvaluateFilter(const Expr& expr, const Value& activation, const Value* input);
  Result<Value> EvaluateTest(const Expr& expr, const Value& activation);
  Result<Value> EvaluateAttribute(const Expr& expr, const Value& activation);
  Result<Value> EvaluateItem(const Expr& expr, const Value& activation);
  Result<Value> EvaluateSlice(const Expr& expr, const Value& activation);
  Result<Value> EvaluateConcat(const Expr& expr, const Value& activation);
  Result<Value> EvaluateCompare(const Expr& expr, const Value& activation);
  Result<Value> EvaluateLogic(const Expr& expr, const Value& activation);
  Result<Value> EvaluateUnary(const Expr& expr, const Value& activation);
  Result<Value> EvaluateArithmetic(const Expr& expr, const Value& activation);
  Result<CallArguments> EvaluateArguments(const Expr& expr, const Value& activation);
  Value ConstantValue(uint32_t index);

  // call.cc.
  Result<Value> CallMacro(const Value& macro, const CallArguments& arguments);
  Result<void> BindMacro(const Stmt& stmt, const CallArguments& arguments, Value* activation);

  static Value& VariableOf(const Variable& variable, const Value& activation);
  friend struct LoopObject;

  const Program& program_;
  const Limits limits_;
  const int64_t now_s_;
  Heap heap_;  // before everything that holds values
  std::map<std::string, Value, std::less<>> context_;
  std::vector<Value> constants_;  // those of the program, as they are first used
  std::string* out_ = nullptr;
  size_t captured_ = 0;  // bytes in all open captures
  int64_t steps_ = 0;
  int depth_ = 0;
  int line_ = 1;
};

}  // namespace bantam::jinja
