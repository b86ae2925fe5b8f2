// The expressions of the parser: precedence climbing over jinja2's levels.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "text/jinja/filters.h"
#include "text/jinja/limits.h"
#include "text/jinja/parser.h"
#include "text/jinja/tests.h"

namespace bantam::jinja {
namespace {

// Loosest first. Comparisons chain; "~" joins any number; the others associate to the left.
enum Level {
  kOrLevel,
  kAndLevel,
  kNotLevel,
  kCompareLevel,
  kSumLevel,
  kConcatLevel,
  kProductLevel,
  kPowerLevel,
  kUnaryLevel
};

struct Operator {
  TokenKind token;
  Level level;
  ExprKind kind;
};

constexpr Operator kOperators[] = {
    {TokenKind::kAdd, kSumLevel, ExprKind::kAdd},
    {TokenKind::kSub, kSumLevel, ExprKind::kSubtract},
    {TokenKind::kTilde, kConcatLevel, ExprKind::kConcat},
    {TokenKind::kMul, kProductLevel, ExprKind::kMultiply},
    {TokenKind::kDiv, kProductLevel, ExprKind::kDivide},
    {TokenKind::kFloorDiv, kProductLevel, ExprKind::kFloorDivide},
    {TokenKind::kMod, kProductLevel, ExprKind::kModulo},
    {TokenKind::kPow, kPowerLevel, ExprKind::kPower},
};

bool IsConstantName(std::string_view name) {
  constexpr std::string_view kNames[] = {"true", "false", "none", "True", "False", "None"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace

ExprPtr Parser::MakeConstant(Constant value, int line) {
  ExprPtr expr = Make(ExprKind::kConstant, line);
  expr->constant = static_cast<uint32_t>(program_->constants.size());
  program_->constants.push_back(std::move(value));
  return expr;
}

Result<ExprPtr> Parser::Finish(ExprPtr expr) {
  int height = 0;
  const auto see = [&height](const ExprPtr& child) {
    if (child) height = std::max(height, child->height);
  };
  for (const ExprPtr& operand : expr->operands) see(operand);
  for (const Keyword& keyword : expr->keywords) see(keyword.value);
  see(expr->more_arguments);
  see(expr->more_keywords);
  expr->height = height + 1;
  if (expr->height > kMaxTreeHeight) {
    return Wrong(Current(), "an expression of more than " + std::to_string(kMaxTreeHeight) +
                                " operations, one on the result of the other");
  }
  return expr;
}

Result<ExprPtr> Parser::MakeBinary(ExprKind kind, ExprPtr left, ExprPtr right, int line) {
  ExprPtr expr = Make(kind, line);
  expr->operands.push_back(std::move(left));
  expr->operands.push_back(std::move(right));
  return Finish(std::move(expr));
}

Result<ExprPtr> Parser::ParseNameTarget() {
  const Token& token = Current();
  TRY(Expect(TokenKind::kName));
  if (IsConstantName(token.text)) return Wrong(token, "cannot assign to a constant");
  ExprPtr expr = Make(ExprKind::kName, token.line);
  expr->name = token.text;
  return expr;
}

Result<void> Parser::CheckAssignable(const Expr& target) const {
  switch (target.kind) {
    case ExprKind::kName:
    case ExprKind::kAttributeTarget: return {};
    case ExprKind::kTuple:
      for (const ExprPtr& item : target.operands) TRY(CheckAssignable(*item));
      return {};
    default: return Wrong(Current(), "cannot assign to this expression");
  }
}

Result<ExprPtr> Parser::ParseTarget(const TupleRules& rules) {
  ExprPtr target = TRY(ParseTuple(rules));
  TRY(CheckAssignable(*target));
  return target;
}

Result<ExprPtr> Parser::ParseExpression(bool conditions) {
  const Nested nested(this);
  TRY(CheckNesting());
  ExprPtr expr = TRY(ParseBinary(kOrLevel));
  while (conditions && AtName("if")) {
    const int line = Current().line;
    Advance();
    ExprPtr condition = Make(ExprKind::kCondition, line);
    condition->operands.push_back(TRY(ParseBinary(kOrLevel)));
    condition->operands.push_back(std::move(expr));
    ExprPtr otherwise;
    if (SkipName("else")) otherwise = TRY(ParseExpression());
    condition->operands.push_back(std::move(otherwise));
    expr = TRY(Finish(std::move(condition)));
  }
  return expr;
}

// An operand and all operators after it that bind at least as tightly as `level`.
Result<ExprPtr> Parser::ParseBinary(int level) {
  const Nested nested(this);
  TRY(CheckNesting());
  if (level <= kNotLevel && AtName("not")) {
    const int line = Current().line;
    Advance();
    ExprPtr expr = Make(ExprKind::kNot, line);
    expr->operands.push_back(TRY(ParseBinary(kNotLevel)));
    expr = TRY(Finish(std::move(expr)));
    return ParseOperators(std::move(expr), level);
  }
  ExprPtr expr = TRY(ParseUnary());
  return ParseOperators(std::move(expr), level);
}

Result<ExprPtr> Parser::ParseOperators(ExprPtr left, int level) {
  for (;;) {
    const Token& token = Current();
    ExprKind kind = ExprKind::kOr;
    int next = kAndLevel;  // of the operand on the right
    if (level <= kOrLevel && AtName("or")) {
      Advance();
    } else if (level <= kAndLevel && AtName("and")) {
      Advance();
      kind = ExprKind::kAnd;
      next = kNotLevel;
    } else if (level <= kConcatLevel && At(TokenKind::kTilde)) {
      left = TRY(ParseConcat(std::move(left)));
      continue;
    } else {
      const Operator* op = std::find_if(std::begin(kOperators), std::end(kOperators),
                                        [&](const Operator& o) { return o.token == token.kind; });
      if (op != std::end(kOperators) && level <= op->level) {
        Advance();
        kind = op->kind;
        next = op->level + 1;
      } else {
        const size_t before = at_;
        if (level <= kCompareLevel) left = TRY(ParseComparison(std::move(left)));
        if (at_ == before) return left;
        continue;
      }
    }
    ExprPtr right = TRY(ParseBinary(next));
    left = TRY(MakeBinary(kind, std::move(left), std::move(right), token.line));
  }
}

std::optional<Comparison> Parser::TakeComparison() {
  constexpr std::pair<TokenKind, Comparison> kComparisons[] = {
      {TokenKind::kEq, Comparison::kEq}, {TokenKind::kNe, Comparison::kNe},
      {TokenKind::kLt, Comparison::kLt}, {TokenKind::kLe, Comparison::kLe},
      {TokenKind::kGt, Comparison::kGt}, {TokenKind::kGe, Comparison::kGe}};
  for (const auto& [token, comparison] : kComparisons) {
    if (Skip(token)) return comparison;
  }
  if (SkipName("in")) return Comparison::kIn;
  if (AtName("not") && Ahead().kind == TokenKind::kName && Ahead().text == "in") {
    Advance();
    Advance();
    return Comparison::kNotIn;
  }
  return std::nullopt;
}

// a < b < c, or just `left` if no comparison follows.
Result<ExprPtr> Parser::ParseComparison(ExprPtr left) {
  const int line = Current().line;
  std::optional<Comparison> comparison = TakeComparison();
  if (!comparison) return left;
  ExprPtr expr = Make(ExprKind::kCompare, line);
  expr->operands.push_back(std::move(left));
  for (; comparison; comparison = TakeComparison()) {
    expr->operators.push_back(*comparison);
    expr->operands.push_back(TRY(ParseBinary(kSumLevel)));
  }
  return Finish(std::move(expr));
}

Result<ExprPtr> Parser::ParseConcat(ExprPtr left) {
  ExprPtr expr = Make(ExprKind::kConcat, Current().line);
  expr->operands.push_back(std::move(left));
  while (Skip(TokenKind::kTilde)) expr->operands.push_back(TRY(ParseBinary(kProductLevel)));
  return Finish(std::move(expr));
}

Result<ExprPtr> Parser::ParseUnary(bool with_filter) {
  const Nested nested(this);
  TRY(CheckNesting());
  ExprPtr expr;
  if (At(TokenKind::kSub) || At(TokenKind::kAdd)) {
    const auto kind = At(TokenKind::kSub) ? ExprKind::kNegative : ExprKind::kPositive;
    expr = Make(kind, Current().line);
    Advance();
    expr->operands.push_back(TRY(ParseUnary(false)));
    expr = TRY(Finish(std::move(expr)));
  } else {
    expr = TRY(ParsePrimary());
  }
  expr = TRY(ParsePostfix(std::move(expr)));
  if (with_filter) expr = TRY(ParseFilterChain(std::move(expr)));
  return expr;
}

Result<ExprPtr> Parser::ParseNameOrConstant(bool attributes) {
  const Token& token = Current();
  Advance();
  if (token.text == "true" || token.text == "True") return MakeConstant(true, token.line);
  if (token.text == "false" || token.text == "False") return MakeConstant(false, token.line);
  if (token.text == "none" || token.text == "None") {
    return MakeConstant(std::monostate(), token.line);
  }
  ExprPtr expr = Make(ExprKind::kName, token.line);
  expr->name = token.text;
  if (attributes && Skip(TokenKind::kDot)) {
    expr->kind = ExprKind::kAttributeTarget;
    expr->attribute = Current().text;
    TRY(Expect(TokenKind::kName));
  }
  return expr;
}

Result<ExprPtr> Parser::ParsePrimary(bool attributes) {
  const Token& token = Current();
  switch (token.kind) {
    case TokenKind::kName: return ParseNameOrConstant(attributes);
    case TokenKind::kString: {
      std::string text;
      for (; At(TokenKind::kString); Advance()) text += Current().text;
      return MakeConstant(std::move(text), token.line);
    }
    case TokenKind::kInteger: Advance(); return MakeConstant(token.integer, token.line);
    case TokenKind::kFloat: Advance(); return MakeConstant(token.real, token.line);
    case TokenKind::kLeftParen: {
      Advance();
      ExprPtr expr = TRY(ParseTuple({.in_parens = true}));
      TRY(Expect(TokenKind::kRightParen));
      return expr;
    }
    case TokenKind::kLeftBracket: return ParseList();
    case TokenKind::kLeftBrace: return ParseDict();
    default: return Wrong(token, "expected an expression, got " + DescribeToken(token));
  }
}

// One expression, or several with commas between (or one with a comma after): a tuple.
Result<ExprPtr> Parser::ParseTuple(const TupleRules& rules) {
  const int line = Current().line;
  ExprPtr tuple = Make(ExprKind::kTuple, line);
  bool is_tuple = false;
  for (;;) {
    if (!tuple->operands.empty()) TRY(Expect(TokenKind::kComma));
    if (At(TokenKind::kVariableEnd) || At(TokenKind::kBlockEnd) || At(TokenKind::kRightParen)) {
      break;
    }
    Result<ExprPtr> item =
        rules.targets ? ParsePrimary(rules.attributes) : ParseExpression(rules.conditions);
    tuple->operands.push_back(TRY(std::move(item)));
    if (!At(TokenKind::kComma)) break;
    is_tuple = true;
  }
  if (!is_tuple && !tuple->operands.empty()) return std::move(tuple->operands[0]);
  if (!is_tuple && !rules.in_parens) {
    return Wrong(Current(), "expected an expression, got " + DescribeToken(Current()));
  }
  return Finish(std::move(tuple));
}

Result<ExprPtr> Parser::ParseList() {
  ExprPtr list = Make(ExprKind::kList, Current().line);
  Advance();
  while (!At(TokenKind::kRightBracket)) {
    if (!list->operands.empty()) TRY(Expect(TokenKind::kComma));
    if (At(TokenKind::kRightBracket)) break;
    list->operands.push_back(TRY(ParseExpression()));
  }
  Advance();
  return Finish(std::move(list));
}

Result<ExprPtr> Parser::ParseDict() {
  ExprPtr dict = Make(ExprKind::kDict, Current().line);
  Advance();
  while (!At(TokenKind::kRightBrace)) {
    if (!dict->operands.empty()) TRY(Expect(TokenKind::kComma));
    if (At(TokenKind::kRightBrace)) break;
    dict->operands.push_back(TRY(ParseExpression()));
    TRY(Expect(TokenKind::kColon));
    dict->operands.push_back(TRY(ParseExpression()));
  }
  Advance();
  return Finish(std::move(dict));
}

Result<ExprPtr> Parser::ParsePostfix(ExprPtr expr) {
  for (;;) {
    if (At(TokenKind::kDot) || At(TokenKind::kLeftBracket)) {
      expr = TRY(ParseSubscript(std::move(expr)));
    } else if (At(TokenKind::kLeftParen)) {
      expr = TRY(ParseCall(std::move(expr)));
    } else {
      return expr;
    }
  }
}

Result<ExprPtr> Parser::ParseFilterChain(ExprPtr expr) {
  for (;;) {
    if (At(TokenKind::kPipe)) {
      expr = TRY(ParseFilter(std::move(expr), false));
    } else if (AtName("is")) {
      expr = TRY(ParseTest(std::move(expr)));
    } else if (At(TokenKind::kLeftParen)) {
      expr = TRY(ParseCall(std::move(expr)));
    } else {
      return expr;
    }
  }
}

Result<ExprPtr> Parser::ParseSubscript(ExprPtr object) {
  const Token& token = Current();
  Advance();
  ExprPtr item = Make(ExprKind::kItem, token.line);
  item->operands.push_back(std::move(object));
  if (token.kind == TokenKind::kDot) {
    const Token& name = Current();
    if (name.kind == TokenKind::kName) {
      item->kind = ExprKind::kAttribute;
      item->name = name.text;
    } else if (name.kind == TokenKind::kInteger) {
      item->operands.push_back(MakeConstant(name.integer, name.line));
    } else {
      return Wrong(name, "expected a name or a number after '.'");
    }
    Advance();
    return Finish(std::move(item));
  }
  ExprPtr keys = Make(ExprKind::kTuple, token.line);
  while (!At(TokenKind::kRightBracket)) {
    if (!keys->operands.empty()) TRY(Expect(TokenKind::kComma));
    ExprPtr key;
    if (!At(TokenKind::kColon)) key = TRY(ParseExpression());
    if (At(TokenKind::kColon)) {
      if (!keys->operands.empty()) return Wrong(Current(), "a slice among several keys");
      TRY(ParseSliceInto(std::move(key), item.get()));
      TRY(Expect(TokenKind::kRightBracket));
      return Finish(std::move(item));
    }
    keys->operands.push_back(std::move(key));
  }
  Advance();
  if (keys->operands.size() == 1) {
    item->operands.push_back(std::move(keys->operands[0]));
  } else {
    item->operands.push_back(TRY(Finish(std::move(keys))));
  }
  return Finish(std::move(item));
}

// The rest of start:stop:step; makes `slice`, which has its object already, a slice.
Result<void> Parser::ParseSliceInto(ExprPtr first, Expr* slice) {
  slice->kind = ExprKind::kSlice;
  slice->operands.push_back(std::move(first));
  for (int i = 0; i < 2; ++i) {
    ExprPtr part;
    if (Skip(TokenKind::kColon) && !At(TokenKind::kColon) && !At(TokenKind::kRightBracket)) {
      part = TRY(ParseExpression());
    }
    slice->operands.push_back(std::move(part));
  }
  return {};
}

Result<ExprPtr> Parser::ParseCall(ExprPtr callee) {
  ExprPtr call = Make(ExprKind::kCall, Current().line);
  call->operands.push_back(std::move(callee));
  TRY(ParseArguments(call.get()));
  return Finish(std::move(call));
}

Result<void> Parser::ParseArguments(Expr* call) {
  const size_t open = at_;
  TRY(Expect(TokenKind::kLeftParen));
  bool comma = false;
  while (!At(TokenKind::kRightParen)) {
    if (comma) {
      TRY(Expect(TokenKind::kComma));
      if (At(TokenKind::kRightParen)) break;
    }
    TRY(ParseArgument(call, open));
    comma = true;
  }
  Advance();
  return {};
}

Result<void> Parser::ParseArgument(Expr* call, size_t open) {
  const auto invalid = [&] {
    return Wrong(list_.tokens[open], "invalid order or repetition of arguments");
  };
  if (Skip(TokenKind::kMul)) {
    if (call->more_arguments || call->more_keywords) return invalid();
    call->more_arguments = TRY(ParseExpression());
  } else if (Skip(TokenKind::kPow)) {
    if (call->more_keywords) return invalid();
    call->more_keywords = TRY(ParseExpression());
  } else if (At(TokenKind::kName) && Ahead().kind == TokenKind::kAssign) {
    if (call->more_keywords) return invalid();
    std::string name(Current().text);
    for (const Keyword& keyword : call->keywords) {
      if (keyword.name == name) return invalid();
    }
    Advance();
    Advance();
    ExprPtr value = TRY(ParseExpression());
    call->keywords.push_back({std::move(name), std::move(value)});
  } else {
    if (call->more_arguments || call->more_keywords || !call->keywords.empty()) return invalid();
    call->operands.push_back(TRY(ParseExpression()));
  }
  return {};
}

// "|name(arguments)" any number of times; `first_named`: the first comes without its "|".
Result<ExprPtr> Parser::ParseFilter(ExprPtr input, bool first_named) {
  while (first_named || At(TokenKind::kPipe)) {
    if (!first_named) Advance();
    first_named = false;
    ExprPtr filter = Make(ExprKind::kFilter, Current().line);
    filter->name = Current().text;
    TRY(Expect(TokenKind::kName));
    while (Skip(TokenKind::kDot)) {
      filter->name += '.';
      filter->name += Current().text;
      TRY(Expect(TokenKind::kName));
    }
    filter->filter = FindFilter(filter->name);
    filter->operands.push_back(std::move(input));
    if (At(TokenKind::kLeftParen)) TRY(ParseArguments(filter.get()));
    input = TRY(Finish(std::move(filter)));
  }
  return input;
}

Result<ExprPtr> Parser::ParseTest(ExprPtr input) {
  ExprPtr test = Make(ExprKind::kTest, Current().line);
  Advance();  // "is"
  const bool negated = SkipName("not");
  test->name = Current().text;
  TRY(Expect(TokenKind::kName));
  while (Skip(TokenKind::kDot)) {
    test->name += '.';
    test->name += Current().text;
    TRY(Expect(TokenKind::kName));
  }
  test->test = FindTest(test->name);
  test->operands.push_back(std::move(input));
  const TokenKind next = Current().kind;
  const bool value = next == TokenKind::kName || next == TokenKind::kString ||
                     next == TokenKind::kInteger || next == TokenKind::kFloat ||
                     next == TokenKind::kLeftBracket || next == TokenKind::kLeftBrace;
  if (next == TokenKind::kLeftParen) {
    TRY(ParseArguments(test.get()));
  } else if (value && !AtName("else") && !AtName("or") && !AtName("and")) {
    if (AtName("is")) return Wrong(Current(), "tests cannot be chained with 'is'");
    ExprPtr argument = TRY(ParsePrimary());
    test->operands.push_back(TRY(ParsePostfix(std::move(argument))));
  }
  test = TRY(Finish(std::move(test)));
  if (!negated) return test;
  ExprPtr expr = Make(ExprKind::kNot, test->line);
  expr->operands.push_back(std::move(test));
  return Finish(std::move(expr));
}

}  // namespace bantam::jinja
