// Fuzzes Markdown tables: their matcher keeps the promises of matcher.h, and every line of what it
// accepts has as many cells as the first.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "grammar/markdown_table.h"
#include "matcher_check.h"

namespace {

// Pipes that no backslash stands before.
size_t Cells(std::string_view line) {
  size_t pipes = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '|') {
      ++pipes;
    }
  }
  CHECK(pipes >= 2 && line.front() == '|' && line.back() == '|');
  return pipes - 1;
}

void CheckTable(std::string_view table, size_t columns) {
  size_t lines = 0;
  for (size_t begin = 0; begin <= table.size(); ++lines) {
    const size_t end = std::min(table.find('\n', begin), table.size());
    const size_t cells = Cells(table.substr(begin, end - begin));
    if (columns == 0) columns = cells;
    CHECK(cells == columns);
    begin = end + 1;
  }
  CHECK(lines >= 3);
}

using Table = std::shared_ptr<const bantam::grammar::CompiledGbnf>;

// Null if the options are refused. Tables of any columns are large grammars: each is made once.
Table Compile(const bantam::grammar::MarkdownTableOptions& options) {
  static std::map<std::pair<uint32_t, uint32_t>, Table> any_columns;
  const bool is_kept = options.columns.empty();
  const auto known = any_columns.find({options.min_rows, options.max_rows});
  if (is_kept && known != any_columns.end()) return known->second;
  const auto table = bantam::grammar::CompileMarkdownTable(options);
  CHECK(table.has_value() || !table.error().message.empty());
  Table made = table ? *table : nullptr;
  if (is_kept) any_columns[{options.min_rows, options.max_rows}] = made;
  return made;
}

}  // namespace

// The input: a byte for the least and most rows, moves along the table, then the columns' names,
// a zero byte before each; none: any columns.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMostMoves = 32;
  if (size == 0) return 0;
  bantam::grammar::MarkdownTableOptions options;
  options.min_rows = data[0] % 4;
  if (data[0] >= 128) options.max_rows = data[0] / 4 % 4;
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  size_t end = input.find('\0');
  const std::string_view moves = input.substr(0, std::min(end, kMostMoves));
  while (end != input.npos) {
    input.remove_prefix(end + 1);
    end = input.find('\0');
    options.columns.emplace_back(input.substr(0, end));
  }
  const Table table = Compile(options);
  if (table == nullptr) return 0;
  const auto matcher = table->NewMatcher();
  const std::string read = bantam::grammar::WalkMatcher(*matcher, moves);
  CheckTable(read + matcher->Completion(), options.columns.size());
  return 0;
}
