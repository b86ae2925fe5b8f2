// The statements of the parser; expressions are in expression_parser.cc.
#include "text/jinja/parser.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"
#include "text/jinja/characters.h"
#include "text/jinja/limits.h"
#include "text/jinja/text.h"

namespace bantam::jinja {
namespace {

bool HasData(const Body& body) {
  return std::any_of(body.begin(), body.end(), [](const StmtPtr& stmt) {
    return stmt->kind != StmtKind::kText || !AllSpace(stmt->text);
  });
}

std::string Listed(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += " or ";
    out += '\'';
    out += name;
    out += '\'';
  }
  return out;
}

}  // namespace

bool Parser::Skip(TokenKind kind) {
  if (!At(kind)) return false;
  Advance();
  return true;
}

bool Parser::SkipName(std::string_view name) {
  if (!AtName(name)) return false;
  Advance();
  return true;
}

Result<void> Parser::Expect(TokenKind kind) {
  if (Skip(kind)) return {};
  return Wrong(Current(), "expected " + DescribeKind(kind) + ", got " + DescribeToken(Current()));
}

Result<void> Parser::ExpectName(std::string_view name) {
  if (SkipName(name)) return {};
  std::string what = "expected '";
  what += name;
  return Wrong(Current(), what + "', got " + DescribeToken(Current()));
}

bool Parser::AtOneOf(Names names) const {
  return At(TokenKind::kName) &&
         std::find(names.begin(), names.end(), Current().text) != names.end();
}

Result<void> Parser::CheckNesting() const {
  if (nesting_ <= kMaxNesting) return {};
  return Wrong(Current(), "more than " + std::to_string(kMaxNesting) +
                              " statements, brackets or operators inside each other");
}

Result<Body> Parser::ParseTemplate() {
  return ParseBody({});
}

Result<Body> Parser::ParseBody(Names ends) {
  const Nested nested(this);
  TRY(CheckNesting());
  Body body;
  while (!At(TokenKind::kEnd)) {
    if (At(TokenKind::kData)) {
      StmtPtr stmt = MakeStmt(StmtKind::kText);
      stmt->text = Current().text;
      body.push_back(std::move(stmt));
      Advance();
    } else if (At(TokenKind::kVariableBegin)) {
      StmtPtr stmt = MakeStmt(StmtKind::kPrint);
      Advance();
      stmt->expressions.push_back(TRY(ParseTuple({})));
      TRY(Expect(TokenKind::kVariableEnd));
      body.push_back(std::move(stmt));
    } else {
      TRY(Expect(TokenKind::kBlockBegin));
      if (AtOneOf(ends)) return body;
      body.push_back(TRY(ParseStatement()));
      TRY(Expect(TokenKind::kBlockEnd));
    }
  }
  if (ends.empty()) return body;
  std::string what = "unexpected end of the template, looking for " + Listed(ends);
  if (!open_tags_.empty()) {
    what += "; the innermost block that needs to be closed is '";
    what += open_tags_.back();
    what += '\'';
  }
  return Wrong(Current(), what);
}

Result<Body> Parser::ParseStatements(Names ends, bool skip_end) {
  Skip(TokenKind::kColon);
  TRY(Expect(TokenKind::kBlockEnd));
  Body body = TRY(ParseBody(ends));
  if (skip_end) Advance();
  return body;
}

Result<StmtPtr> Parser::ParseStatement() {
  using Method = Result<StmtPtr> (Parser::*)();
  struct Tag {
    std::string_view name;
    Method parse;
  };
  constexpr Tag kTags[] = {{"for", &Parser::ParseFor},
                           {"if", &Parser::ParseIf},
                           {"block", &Parser::ParseBlock},
                           {"extends", &Parser::ParseInclude},
                           {"print", &Parser::ParsePrint},
                           {"macro", &Parser::ParseMacro},
                           {"include", &Parser::ParseInclude},
                           {"from", &Parser::ParseFrom},
                           {"import", &Parser::ParseImport},
                           {"set", &Parser::ParseSet},
                           {"with", &Parser::ParseWith},
                           {"autoescape", &Parser::ParseAutoescape},
                           {"call", &Parser::ParseCallBlock},
                           {"filter", &Parser::ParseFilterBlock},
                           {"generation", &Parser::ParseGeneration}};
  if (!At(TokenKind::kName)) return Wrong(Current(), "expected the name of a tag");
  const Token& token = Current();
  if (token.text == "break" || token.text == "continue") {
    StmtPtr stmt = MakeStmt(token.text == "break" ? StmtKind::kBreak : StmtKind::kContinue);
    Advance();
    return stmt;
  }
  for (const Tag& tag : kTags) {
    if (tag.name != token.text) continue;
    open_tags_.push_back(tag.name);
    Result<StmtPtr> stmt = (this->*tag.parse)();
    open_tags_.pop_back();
    return stmt;
  }
  std::string what = "unknown tag " + DescribeToken(token);
  if (!open_tags_.empty()) {
    what += "; the innermost block that needs to be closed is '";
    what += open_tags_.back();
    what += '\'';
  }
  return Wrong(token, what);
}

Result<StmtPtr> Parser::ParseFor() {
  constexpr std::string_view kEnds[] = {"endfor", "else"};
  constexpr std::string_view kEnd[] = {"endfor"};
  StmtPtr stmt = MakeStmt(StmtKind::kFor);
  Advance();
  stmt->target = TRY(ParseTarget({.targets = true}));
  TRY(ExpectName("in"));
  stmt->value = TRY(ParseTuple({.conditions = false}));
  if (SkipName("if")) stmt->test = TRY(ParseExpression());
  stmt->recursive = SkipName("recursive");
  stmt->body = TRY(ParseStatements(kEnds, false));
  const bool has_else = AtName("else");
  Advance();
  if (has_else) stmt->otherwise = TRY(ParseStatements(kEnd, true));
  return stmt;
}

Result<StmtPtr> Parser::ParseIf() {
  constexpr std::string_view kEnds[] = {"elif", "else", "endif"};
  constexpr std::string_view kEnd[] = {"endif"};
  StmtPtr stmt = MakeStmt(StmtKind::kIf);
  Advance();
  for (;;) {
    Branch branch;
    branch.test = TRY(ParseTuple({.conditions = false}));
    branch.body = TRY(ParseStatements(kEnds, false));
    stmt->branches.push_back(std::move(branch));
    if (SkipName("elif")) continue;
    const bool has_else = AtName("else");
    Advance();
    if (has_else) stmt->otherwise = TRY(ParseStatements(kEnd, true));
    return stmt;
  }
}

Result<StmtPtr> Parser::ParseSet() {
  constexpr std::string_view kEnd[] = {"endset"};
  StmtPtr stmt = MakeStmt(StmtKind::kSet);
  Advance();
  stmt->target = TRY(ParseTarget({.targets = true, .attributes = true}));
  if (Skip(TokenKind::kAssign)) {
    stmt->value = TRY(ParseTuple({}));
    return stmt;
  }
  stmt->kind = StmtKind::kSetBlock;
  if (At(TokenKind::kPipe)) stmt->value = TRY(ParseFilter(nullptr, false));
  stmt->body = TRY(ParseStatements(kEnd, true));
  return stmt;
}

Result<void> Parser::ParseSignature(Stmt* stmt) {
  TRY(Expect(TokenKind::kLeftParen));
  std::set<std::string, std::less<>> names;
  while (!At(TokenKind::kRightParen)) {
    if (!stmt->targets.empty()) TRY(Expect(TokenKind::kComma));
    const Token& token = Current();
    ExprPtr parameter = TRY(ParseNameTarget());
    if (!names.insert(parameter->name).second) {
      return Wrong(token, "two parameters of the same name");
    }
    stmt->targets.push_back(std::move(parameter));
    if (Skip(TokenKind::kAssign)) {
      stmt->expressions.push_back(TRY(ParseExpression()));
    } else if (!stmt->expressions.empty()) {
      return Wrong(token, "a parameter without a default follows one that has one");
    }
  }
  Advance();
  return {};
}

Result<StmtPtr> Parser::ParseMacro() {
  constexpr std::string_view kEnd[] = {"endmacro"};
  StmtPtr stmt = MakeStmt(StmtKind::kMacro);
  Advance();
  const ExprPtr name = TRY(ParseNameTarget());
  stmt->name = name->name;
  TRY(ParseSignature(stmt.get()));
  stmt->body = TRY(ParseStatements(kEnd, true));
  return stmt;
}

Result<StmtPtr> Parser::ParseCallBlock() {
  constexpr std::string_view kEnd[] = {"endcall"};
  StmtPtr stmt = MakeStmt(StmtKind::kCallBlock);
  Advance();
  if (At(TokenKind::kLeftParen)) TRY(ParseSignature(stmt.get()));
  const Token& token = Current();
  stmt->value = TRY(ParseExpression());
  if (stmt->value->kind != ExprKind::kCall) return Wrong(token, "expected a call");
  stmt->body = TRY(ParseStatements(kEnd, true));
  return stmt;
}

// {% generation %} marks the assistant's text; it prints its body like a macro without parameters.
Result<StmtPtr> Parser::ParseGeneration() {
  constexpr std::string_view kEnd[] = {"endgeneration"};
  StmtPtr stmt = MakeStmt(StmtKind::kCallBlock);
  Advance();
  stmt->body = TRY(ParseStatements(kEnd, true));
  return stmt;
}

Result<StmtPtr> Parser::ParseFilterBlock() {
  constexpr std::string_view kEnd[] = {"endfilter"};
  StmtPtr stmt = MakeStmt(StmtKind::kFilterBlock);
  Advance();
  stmt->value = TRY(ParseFilter(nullptr, true));
  stmt->body = TRY(ParseStatements(kEnd, true));
  return stmt;
}

Result<StmtPtr> Parser::ParseWith() {
  constexpr std::string_view kEnd[] = {"endwith"};
  StmtPtr stmt = MakeStmt(StmtKind::kWith);
  Advance();
  while (!At(TokenKind::kBlockEnd)) {
    if (!stmt->targets.empty()) TRY(Expect(TokenKind::kComma));
    stmt->targets.push_back(TRY(ParseTarget({.targets = true})));
    TRY(Expect(TokenKind::kAssign));
    stmt->expressions.push_back(TRY(ParseExpression()));
  }
  stmt->body = TRY(ParseStatements(kEnd, true));
  return stmt;
}

Result<StmtPtr> Parser::ParseBlock() {
  constexpr std::string_view kEnd[] = {"endblock"};
  StmtPtr stmt = MakeStmt(StmtKind::kBlock);
  Advance();
  const Token& token = Current();
  stmt->name = token.text;
  TRY(Expect(TokenKind::kName));
  stmt->scoped = SkipName("scoped");
  stmt->required = SkipName("required");
  stmt->body = TRY(ParseStatements(kEnd, true));
  if (stmt->required && HasData(stmt->body)) {
    return Wrong(token, "a required block can only contain comments or white space");
  }
  SkipName(stmt->name);
  return stmt;
}

Result<StmtPtr> Parser::ParsePrint() {
  StmtPtr stmt = MakeStmt(StmtKind::kPrint);
  Advance();
  while (!At(TokenKind::kBlockEnd)) {
    if (!stmt->expressions.empty()) TRY(Expect(TokenKind::kComma));
    stmt->expressions.push_back(TRY(ParseExpression()));
  }
  return stmt;
}

Result<StmtPtr> Parser::ParseAutoescape() {
  constexpr std::string_view kEnd[] = {"endautoescape"};
  StmtPtr stmt = MakeStmt(StmtKind::kAutoescape);
  Advance();
  stmt->value = TRY(ParseExpression());
  stmt->body = TRY(ParseStatements(kEnd, true));
  return stmt;
}

void Parser::SkipContext() {
  const bool begins = AtName("with") || AtName("without");
  const Token& next = Ahead();
  if (begins && next.kind == TokenKind::kName && next.text == "context") {
    Advance();
    Advance();
  }
}

// Include and extends: understood, so that a template that never reaches them works.
Result<StmtPtr> Parser::ParseInclude() {
  StmtPtr stmt = MakeStmt(StmtKind::kUnsupported);
  stmt->text = Current().text;
  Advance();
  stmt->value = TRY(ParseExpression());
  if (stmt->text == "extends") return stmt;
  const Token& next = Ahead();
  if (AtName("ignore") && next.kind == TokenKind::kName && next.text == "missing") {
    Advance();
    Advance();
  }
  SkipContext();
  return stmt;
}

Result<StmtPtr> Parser::ParseImport() {
  StmtPtr stmt = MakeStmt(StmtKind::kUnsupported);
  stmt->text = Current().text;
  Advance();
  stmt->value = TRY(ParseExpression());
  TRY(ExpectName("as"));
  stmt->targets.push_back(TRY(ParseNameTarget()));
  SkipContext();
  return stmt;
}

Result<StmtPtr> Parser::ParseFrom() {
  StmtPtr stmt = MakeStmt(StmtKind::kUnsupported);
  stmt->text = "import";
  Advance();
  stmt->value = TRY(ParseExpression());
  TRY(ExpectName("import"));
  for (;;) {
    const size_t before = at_;
    SkipContext();
    if (at_ != before) return stmt;
    const Token& token = Current();
    ExprPtr name = TRY(ParseNameTarget());
    if (name->name.starts_with('_')) {
      return Wrong(token, "names starting with an underscore cannot be imported");
    }
    if (SkipName("as")) name = TRY(ParseNameTarget());
    stmt->targets.push_back(std::move(name));
    const size_t after = at_;
    SkipContext();
    if (at_ != after || !Skip(TokenKind::kComma)) return stmt;
  }
}

}  // namespace bantam::jinja
