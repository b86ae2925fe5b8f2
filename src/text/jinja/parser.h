// The parser: tokens to a syntax tree, as jinja2's parser builds it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "text/jinja/ast.h"
#include "text/jinja/program.h"
#include "text/jinja/token.h"

namespace bantam::jinja {

// Parses once. Recursion is bounded by kMaxNesting. Errors are kCorrupt with line and column.
class Parser {
 public:
  // Both must outlive the parser; constants are appended to the program.
  Parser(const TokenList& list, Program* program) : list_(list), program_(program) {}

  Result<Body> ParseTemplate();

 private:
  using Names = std::span<const std::string_view>;
  // What a list of targets or expressions may hold.
  struct TupleRules {
    bool targets = false;     // only names and literals
    bool conditions = true;   // inline if allowed
    bool attributes = false;  // name.attribute allowed, in a set
    bool in_parens = false;   // may be empty
  };

  // parser.cc: statements.
  Result<Body> ParseBody(Names ends);  // the end tag's name is the current token afterwards
  Result<Body> ParseStatements(Names ends, bool skip_end);
  Result<StmtPtr> ParseStatement();
  Result<StmtPtr> ParseFor();
  Result<StmtPtr> ParseIf();
  Result<StmtPtr> ParseSet();
  Result<StmtPtr> ParseMacro();
  Result<StmtPtr> ParseCallBlock();
  Result<StmtPtr> ParseFilterBlock();
  Result<StmtPtr> ParseWith();
  Result<StmtPtr> ParseBlock();
  Result<StmtPtr> ParsePrint();
  Result<StmtPtr> ParseAutoescape();
  Result<StmtPtr> ParseGeneration();
  Result<StmtPtr> ParseInclude();
  Result<StmtPtr> ParseImport();
  Result<StmtPtr> ParseFrom();
  Result<void> ParseSignature(Stmt* stmt);
  void SkipContext();  // "with context", "without context"
  Result<ExprPtr> ParseNameTarget();
  Result<ExprPtr> ParseTarget(const TupleRules& rules);
  Result<void> CheckAssignable(const Expr& target) const;

  // expression_parser.cc.
  Result<ExprPtr> ParseExpression(bool conditions = true);
  Result<ExprPtr> ParseBinary(int level);
  Result<ExprPtr> ParseOperators(ExprPtr left, int level);
  Result<ExprPtr> ParseComparison(ExprPtr left);
  Result<ExprPtr> ParseConcat(ExprPtr left);
  std::optional<Comparison> TakeComparison();
  Result<ExprPtr> ParseUnary(bool with_filter = true);
  Result<ExprPtr> ParsePrimary(bool attributes = false);
  Result<ExprPtr> ParseNameOrConstant(bool attributes);
  Result<ExprPtr> ParseTuple(const TupleRules& rules);
  Result<ExprPtr> ParseList();
  Result<ExprPtr> ParseDict();
  Result<ExprPtr> ParsePostfix(ExprPtr expr);
  Result<ExprPtr> ParseFilterChain(ExprPtr expr);
  Result<ExprPtr> ParseSubscript(ExprPtr expr);
  Result<void> ParseSliceInto(ExprPtr first, Expr* slice);
  Result<ExprPtr> ParseFilter(ExprPtr input, bool first_named);
  Result<ExprPtr> ParseTest(ExprPtr input);
  Result<ExprPtr> ParseCall(ExprPtr callee);
  Result<void> ParseArguments(Expr* call);
  Result<void> ParseArgument(Expr* call, size_t open);

  // Tokens.
  const Token& Current() const { return list_.tokens[at_]; }
  const Token& Ahead() const { return list_.tokens[at_ + 1 < list_.tokens.size() ? at_ + 1 : at_]; }
  bool At(TokenKind kind) const { return Current().kind == kind; }
  bool AtName(std::string_view name) const {
    return At(TokenKind::kName) && Current().text == name;
  }
  void Advance() {
    if (at_ + 1 < list_.tokens.size()) ++at_;
  }
  bool Skip(TokenKind kind);
  bool SkipName(std::string_view name);
  Result<void> Expect(TokenKind kind);
  Result<void> ExpectName(std::string_view name);
  bool AtOneOf(Names names) const;

  // Nodes.
  ExprPtr Make(ExprKind kind, int line) const {
    auto expr = std::make_unique<Expr>(kind, line);
    expr->offset = Current().offset;
    return expr;
  }
  StmtPtr MakeStmt(StmtKind kind) const {
    auto stmt = std::make_unique<Stmt>(kind, Current().line);
    stmt->offset = Current().offset;
    return stmt;
  }
  ExprPtr MakeConstant(Constant value, int line);
  Result<ExprPtr> MakeBinary(ExprKind kind, ExprPtr left, ExprPtr right, int line);
  Result<ExprPtr> Finish(ExprPtr expr);  // computes the height and checks it

  std::unexpected<Error> Wrong(const Token& token, std::string_view what) const {
    return SyntaxError(list_.source(), token.offset, what);
  }

  // Counts one level of nesting as long as it lives.
  class Nested {
   public:
    explicit Nested(Parser* parser) : parser_(parser) { ++parser_->nesting_; }
    ~Nested() { --parser_->nesting_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;

   private:
    Parser* parser_;
  };
  Result<void> CheckNesting() const;

  const TokenList& list_;
  Program* program_;
  size_t at_ = 0;
  int nesting_ = 0;
  std::vector<std::string_view> open_tags_;
};

}  // namespace bantam::jinja
