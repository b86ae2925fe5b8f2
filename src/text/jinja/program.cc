// Compilation: lexer, parser, resolver.
#include "text/jinja/program.h"

#include "base/check.h"
#include "text/jinja/lexer.h"
#include "text/jinja/parser.h"
#include "text/jinja/resolver.h"

namespace bantam::jinja {

Result<std::unique_ptr<Program>> Program::Compile(std::string_view source) {
  const TokenList tokens = TRY(Lex(source));
  auto program = std::make_unique<Program>();
  program->body = TRY(Parser(tokens, program.get()).ParseTemplate());
  TRY(Resolve(tokens.source(), program.get()));
  return program;
}

}  // namespace bantam::jinja
