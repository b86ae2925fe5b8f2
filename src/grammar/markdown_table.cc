// A table as a GBNF grammar: after each header cell the row ends, and the number of columns is
// settled, or another cell follows.
#include "grammar/markdown_table.h"

#include <cstddef>
#include <string>

#include "base/check.h"
#include "base/quote.h"
#include "base/utf8.h"

namespace bantam::grammar {
namespace {

// plain: a character that can be seen, for the edges of a text; blank: white space and invisible
// characters (joiners, for example), for its inside. Neither has control characters nor anything
// that some reader takes for the end of a line.
constexpr char kCells[] = R"(
delimiter ::= " " ":"? "---" ":"? " |"
filled ::= " " text " |"
cell ::= " |" | filled
text ::= visible (blank* visible)*
visible ::= plain | "\\|" | "\\" plain
plain ::= [^ |\\\x00-\x1F\x7F-\xA0\xAD\u1680\u180E\u2000-\u200F\u2028-\u202F)"
                          R"(\u205F-\u206F\u3000\uFEFF]
blank ::= [ \xA0\xAD\u1680\u180E\u2000-\u200F\u202A-\u202F\u205F-\u206F\u3000\uFEFF]
)";

Result<std::string> HeaderCell(const std::string& name, size_t number) {
  const std::string where = "table: column " + std::to_string(number) + ": ";
  const size_t begin = name.find_first_not_of(' ');
  if (begin == std::string::npos) {
    return Fail(ErrorCode::kInvalidArgument, where + "expected a name, found none");
  }
  const size_t end = name.find_last_not_of(' ') + 1;
  std::string text;
  for (size_t at = begin; at < end;) {
    const size_t length = Utf8CharLength(name, at);
    const auto c = static_cast<uint8_t>(name[at]);
    if (c == '\n' || c == '\r') {
      return Fail(ErrorCode::kInvalidArgument, where + "the name " + Quote(name) +
                                                   " has a newline at " + std::to_string(at) +
                                                   ", and a cell of a table is one line");
    }
    if (length == 0 || c < 0x20 || c == 0x7F) {
      return Fail(ErrorCode::kInvalidArgument, where + "the name " + Quote(name) +
                                                   " has bytes that are no text at " +
                                                   std::to_string(at));
    }
    // Escaped twice: once for the table, once for the literal of the grammar.
    if (c == '|' || c == '\\') text += R"(\\)";
    if (c == '"' || c == '\\') text += '\\';
    text += name.substr(at, length);
    at += length;
  }
  return "\" " + text + " |\"";
}

// What follows the header of `columns` cells.
std::string Body(size_t columns, const MarkdownTableOptions& options) {
  const std::string cells = std::to_string(columns);
  std::string rows = std::to_string(options.min_rows) + ",";
  if (options.max_rows != MarkdownTableOptions::kNoLimit) rows += std::to_string(options.max_rows);
  std::string body = R"("\n|" delimiter{)";
  body += cells + R"(} ("\n|" cell{)" + cells + "}){" + rows + "}";
  return body;
}

std::string FreeTable(const MarkdownTableOptions& options) {
  std::string text = R"(root ::= "|" filled after1)";
  for (size_t n = 1; n <= MarkdownTableOptions::kMaxFreeColumns; ++n) {
    const std::string number = std::to_string(n);
    text += "\nafter" + number + " ::= body" + number;
    if (n < MarkdownTableOptions::kMaxFreeColumns)
      text += " | filled after" + std::to_string(n + 1);
    text += "\nbody" + number + " ::= " + Body(n, options);
  }
  return text;
}

}  // namespace

Result<std::shared_ptr<const CompiledGbnf>> CompileMarkdownTable(
    const MarkdownTableOptions& options) {
  const size_t columns = options.columns.size();
  if (columns > MarkdownTableOptions::kMaxColumns) {
    return Fail(ErrorCode::kInvalidArgument,
                "table: " + std::to_string(columns) + " columns, at most 256 are supported");
  }
  if (options.min_rows == 0 || options.max_rows < options.min_rows ||
      options.min_rows > 1'000'000 ||
      (options.max_rows > 1'000'000'000 && options.max_rows != MarkdownTableOptions::kNoLimit)) {
    return Fail(ErrorCode::kInvalidArgument,
                "table: expected at least 1 and at most 1000000 rows, and not fewer at most than "
                "at least");
  }
  if (columns == 0) return CompileGbnf(FreeTable(options) + kCells);
  std::string text = R"(root ::= "|")";
  for (size_t i = 0; i < columns; ++i) {
    text += " " + TRY(HeaderCell(options.columns[i], i + 1));
  }
  return CompileGbnf(text + " " + Body(columns, options) + kCells);
}

}  // namespace bantam::grammar
