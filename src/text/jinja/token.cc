// Names of tokens and places for error messages.
#include "text/jinja/token.h"

#include <algorithm>

#include "base/utf8.h"

namespace bantam::jinja {

std::string DescribeKind(TokenKind kind) {
  constexpr const char* kNames[] = {
      "text",    "'{{'",  "'}}'",   "'{%'", "'%}'", "name",
      "integer", "float", "string", "'+'",  "'-'",  "'*'",
      "'/'",     "'//'",  "'%'",    "'**'", "'~'",  "'['",
      "']'",     "'('",   "')'",    "'{'",  "'}'",  "'=='",
      "'!='",    "'>'",   "'>='",   "'<'",  "'<='", "'='",
      "'.'",     "':'",   "'|'",    "','",  "';'",  "the end of the template"};
  return kNames[static_cast<size_t>(kind)];
}

std::string DescribeToken(const Token& token) {
  if (token.kind != TokenKind::kName) return DescribeKind(token.kind);
  std::string name = "'";
  name += token.text.substr(0, 60);
  return name + "'";
}

std::unexpected<Error> SyntaxError(std::string_view source, size_t offset, std::string_view what) {
  const std::string_view before = source.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  std::string message = "chat template, line " + std::to_string(lines + 1) + ", column " +
                        std::to_string(CountCharacters(before.substr(line_begin)) + 1) + ": ";
  message += what;
  return Fail(ErrorCode::kCorrupt, std::move(message));
}

}  // namespace bantam::jinja
