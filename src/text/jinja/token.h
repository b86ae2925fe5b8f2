// Token: what the lexer cuts a template into.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam::jinja {

enum class TokenKind : uint8_t {
  kData,
  kVariableBegin,
  kVariableEnd,
  kBlockBegin,
  kBlockEnd,
  kName,
  kInteger,
  kFloat,
  kString,
  kAdd,
  kSub,
  kMul,
  kDiv,
  kFloorDiv,
  kMod,
  kPow,
  kTilde,
  kLeftBracket,
  kRightBracket,
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kEq,
  kNe,
  kGt,
  kGe,
  kLt,
  kLe,
  kAssign,
  kDot,
  kColon,
  kPipe,
  kComma,
  kSemicolon,
  kEnd,  // of the template
};

struct Token {
  TokenKind kind;
  int line;               // from 1
  size_t offset;          // into TokenList::source()
  std::string_view text;  // data, name, or the value of a string
  int64_t integer = 0;
  double real = 0;
};

// The tokens of one template and the text they point into.
struct TokenList {
  const std::string& source() const { return texts.front(); }

  std::deque<std::string> texts;  // the normalized source, then strings that had escapes
  std::vector<Token> tokens;      // the last one is kEnd
};

// What a token is called in a message: "'name'", "end of statement block", …
std::string DescribeToken(const Token& token);
std::string DescribeKind(TokenKind kind);

// kCorrupt with "line L, column C" (columns in characters) of an offset into the source.
std::unexpected<Error> SyntaxError(std::string_view source, size_t offset, std::string_view what);

}  // namespace bantam::jinja
