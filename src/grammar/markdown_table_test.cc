// Tests of tables: every document drawn at random passes a table checker that shares no code with
// it.
#include "grammar/markdown_table.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "grammar/matcher_contract.h"

namespace bantam::grammar {
namespace {

std::unique_ptr<Matcher> Compile(const MarkdownTableOptions& options) {
  auto table = CompileMarkdownTable(options);
  if (!table) ADD_FAILURE() << table.error().message;
  return table ? (*table)->NewMatcher() : nullptr;
}

// The cells of a row, by two readings of '\': it escapes the next character whatever that is, or it
// escapes a '|' directly after it. Both must find the same.
std::vector<std::string> Cells(const std::string& row) {
  std::vector<std::string> pairs(1);
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '|') {
      pairs.emplace_back();
      continue;
    }
    pairs.back() += row[i];
    if (row[i] == '\\' && i + 1 < row.size()) pairs.back() += row[++i];
  }
  std::vector<std::string> single(1);
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '|' && (i == 0 || row[i - 1] != '\\')) {
      single.emplace_back();
    } else {
      single.back() += row[i];
    }
  }
  EXPECT_EQ(pairs, single) << row;
  EXPECT_GE(pairs.size(), 3U) << row;
  EXPECT_EQ(pairs.front(), "") << row;
  EXPECT_EQ(pairs.back(), "") << row;
  if (pairs.size() < 3) return {};
  return {pairs.begin() + 1, pairs.end() - 1};
}

// Rows of a document that is a table; the test fails if it is none.
std::vector<std::vector<std::string>> ReadTable(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::string line;
  for (const char c : text + "\n") {
    EXPECT_TRUE(static_cast<uint8_t>(c) >= 0x20 || c == '\n');
    if (c != '\n') {
      line += c;
      continue;
    }
    rows.push_back(Cells(line));
    EXPECT_EQ(rows.back().size(), rows.front().size()) << text;
    line.clear();
  }
  EXPECT_GE(rows.size(), 3U);
  for (const std::string& name : rows[0]) {
    EXPECT_NE(name.find_first_not_of(' '), std::string::npos) << text;
  }
  for (const std::string& cell : rows.size() > 1 ? rows[1] : rows[0]) {
    const std::string inner = cell.substr(1, cell.size() - 2);
    EXPECT_TRUE(inner == "---" || inner == ":---" || inner == "---:" || inner == ":---:") << cell;
  }
  for (const auto& row : rows) {
    for (const std::string& cell : row) {
      EXPECT_EQ(cell.front(), ' ');
      EXPECT_EQ(cell.back(), ' ');
      if (cell.size() == 1) continue;
      EXPECT_TRUE(cell[1] != ' ' && cell[cell.size() - 2] != ' ') << cell;
    }
  }
  return rows;
}

// Bytes drawn evenly among those that leave a way to finish within `budget` bytes; structure is
// drawn more often than its share.
std::string Draw(Matcher& matcher, std::mt19937& random, size_t budget) {
  std::string text;
  const auto allowed = [&](int byte) {
    if (!matcher.Push(static_cast<uint8_t>(byte))) return false;
    const bool fits = matcher.size() + matcher.FinishBytes() <= budget;
    matcher.Pop(1);
    return fits;
  };
  for (;;) {
    std::string legal;
    for (int byte = 0; byte < 256; ++byte) {
      if (!allowed(byte)) continue;
      const int times = byte == ' ' || byte == '|' || byte == '\n' || byte == '\\' ? 40 : 1;
      legal.append(static_cast<size_t>(times), static_cast<char>(byte));
    }
    if (legal.empty() || (matcher.Accepting() && random() % 8 == 0)) break;
    text += legal[random() % legal.size()];
    EXPECT_TRUE(matcher.Push(static_cast<uint8_t>(text.back())));
  }
  text += matcher.Completion();
  matcher.Pop(matcher.size());
  return text;
}

TEST(MarkdownTable, RandomDocumentsAreTables) {
  std::mt19937 random(1);
  const auto given = Compile({.columns = {"Name", " a|b ", "back\\slash", "end\\", "q\"q", "é"},
                              .min_rows = 2,
                              .max_rows = 3});
  for (int i = 0; i < 100; ++i) {
    const auto rows = ReadTable(Draw(*given, random, 150 + random() % 300));
    ASSERT_EQ(rows[0], (std::vector<std::string>{" Name ", " a\\|b ", " back\\\\slash ",
                                                 " end\\\\ ", " q\"q ", " é "}));
    ASSERT_GE(rows.size(), 4U);
    ASSERT_LE(rows.size(), 5U);
  }
  const auto free = Compile({});
  size_t most = 0;
  for (int i = 0; i < 100; ++i) {
    const auto rows = ReadTable(Draw(*free, random, 30 + random() % 500));
    most = std::max(most, rows[0].size());
    ASSERT_LE(rows[0].size(), 16U);
  }
  EXPECT_GT(most, 3U);
  if (HasFailure()) return;
  EXPECT_EQ(BrokenPromise(*free, random, 500), "");
  EXPECT_EQ(BrokenPromise(*given, random, 500), "");
}

bool Accepts(const MarkdownTableOptions& options, std::string_view text) {
  const auto matcher = Compile(options);
  for (const char c : text) {
    if (!matcher->Push(static_cast<uint8_t>(c))) return false;
  }
  return matcher->Accepting();
}

TEST(MarkdownTable, AcceptsWhatIsDocumented) {
  EXPECT_TRUE(Accepts({}, "| a |\n| --- |\n| 1 |"));
  EXPECT_TRUE(Accepts({}, "| a | b c |\n| :--- | ---: |\n| \\| | |\n| C:\\dir | 👩‍👩 |"));
  EXPECT_FALSE(Accepts({}, "| a |\n| --- |"));
  EXPECT_FALSE(Accepts({}, "| a |\n| --- |\n| 1 |\n"));
  EXPECT_FALSE(Accepts({}, "| a |\n| --- | --- |\n| 1 |"));
  EXPECT_FALSE(Accepts({}, "| |\n| --- |\n| 1 |"));
  EXPECT_FALSE(Accepts({}, "| a |\n| --- |\n| 1 | 2 |"));
  EXPECT_FALSE(Accepts({}, "| a |\n| --- |\n| a  |"));
  EXPECT_TRUE(Accepts({.columns = {"x"}}, "| x |\n| --- |\n| |"));
  EXPECT_FALSE(Accepts({.columns = {"x"}}, "| y |\n| --- |\n| |"));
  EXPECT_EQ(Compile({.columns = {"x", "y"}})->Completion(), "| x | y |\n| --- | --- |\n| | |");
  EXPECT_EQ(Compile({})->Completion(), "| a |\n| --- |\n| |");
}

TEST(MarkdownTable, MistakesAreRefused) {
  const auto error = [](const MarkdownTableOptions& options) {
    const auto table = CompileMarkdownTable(options);
    return table ? "none" : table.error().message;
  };
  EXPECT_EQ(error({.columns = {"a", " "}}), "table: column 2: expected a name, found none");
  EXPECT_EQ(error({.columns = {"a\nb"}}),
            "table: column 1: the name \"a\\x0ab\" has a newline at 1, and a cell of a table is "
            "one line");
  EXPECT_EQ(error({.columns = {"a\x01"}}),
            "table: column 1: the name \"a\\x01\" has bytes that are no text at 1");
  EXPECT_NE(error({.columns = {}, .min_rows = 0}), "none");
  EXPECT_NE(error({.columns = {}, .min_rows = 3, .max_rows = 2}), "none");
  EXPECT_NE(error({.columns = std::vector<std::string>(257, "a")}), "none");
  EXPECT_EQ(error({.columns = std::vector<std::string>(256, "a"), .max_rows = 1'000'000}), "none");
}

}  // namespace
}  // namespace bantam::grammar
