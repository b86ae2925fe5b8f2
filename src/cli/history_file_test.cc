// Tests of the history file.
#include "cli/history_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "cli/fake_backend.h"

namespace bantam::cli {
namespace {

TEST(HistoryFile, RemembersLines) {
  const TemporaryDirectory directory;
  const HistoryFile history(directory.File("state/bantam/history"));
  EXPECT_TRUE(history.Load().empty());
  history.Append("one");
  history.Append("zwei ü");
  history.Append("");
  EXPECT_EQ(history.Load(), (std::vector<std::string>{"one", "zwei ü"}));
  struct stat info{};
  ASSERT_EQ(stat(directory.File("state/bantam/history").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST(HistoryFile, StaysSmall) {
  const TemporaryDirectory directory;
  std::string text;
  for (size_t i = 0; i < 2 * HistoryFile::kMaxLines; ++i)
    text += "line " + std::to_string(i) + "\n";
  const HistoryFile history(directory.Write("history", text));
  const auto lines = history.Load();
  ASSERT_EQ(lines.size(), HistoryFile::kMaxLines);
  EXPECT_EQ(lines.back(), "line 1999");
  EXPECT_LT(ReadBack(directory.File("history")).size(), text.size());
  EXPECT_EQ(history.Load(), lines);
}

TEST(HistoryFile, FailuresAreSilent) {
  const HistoryFile nowhere("");
  nowhere.Append("x");
  EXPECT_TRUE(nowhere.Load().empty());
  const HistoryFile impossible("/dev/null/history");
  impossible.Append("x");
  EXPECT_TRUE(impossible.Load().empty());
}

}  // namespace
}  // namespace bantam::cli
