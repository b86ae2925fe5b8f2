// Tests of the progress line.
#include "cli/progress_bar.h"

#include <gtest/gtest.h>

#include "cli/fake_backend.h"

namespace bantam::cli {
namespace {

using std::chrono::milliseconds;

TEST(ProgressBar, Line) {
  EXPECT_EQ(RenderProgress("Reading", "tokens", 1000, 4000, 2, 80),
            "Reading [######..................]  25 %  1,000/4,000 tokens, 6 s left");
  EXPECT_EQ(RenderProgress("Loading", "", 0.5, 1, 2, 80),
            "Loading [############............]  50 %");
  EXPECT_EQ(RenderProgress("Reading", "tokens", 0, 4000, 0, 80),
            "Reading [........................]   0 %  0/4,000 tokens");
  EXPECT_EQ(RenderProgress("Pulling m", "bytes", 3 << 20, 4 << 20, 2, 100, 1 << 20),
            "Pulling m [##################......]  75 %  3.0 MiB/4.0 MiB, 1.0 MiB/s, 1 s left");
}

TEST(ProgressBar, NeverWraps) {
  for (int columns = 0; columns < 120; ++columns) {
    for (const double done : {0.0, 1.0, 3999.0, 4000.0, 5000.0}) {
      const std::string line =
          RenderProgress("Reading the prompt", "tokens", done, 4000, 70, columns);
      EXPECT_LE(static_cast<int>(line.size()), std::max(columns - 1, 0)) << line;
    }
  }
  EXPECT_EQ(RenderProgress("Reading", "tokens", 1, 0, 1, 80).find("nan"), std::string::npos);
}

TEST(ProgressBar, QuietAtFirstThenPaced) {
  StringOutput out;
  out.terminal = true;
  std::chrono::steady_clock::time_point now{};
  {
    ProgressBar bar(out, "Reading", "tokens", [&] { return now; });
    now += milliseconds(200);
    bar.Update(1, 10);
    EXPECT_EQ(out.text, "");
    now += milliseconds(200);
    bar.Update(2, 10);
    EXPECT_NE(out.text.find("2/10"), std::string::npos);
    now += milliseconds(10);
    bar.Update(3, 10);
    EXPECT_EQ(out.text.find("3/10"), std::string::npos);
    out.text.clear();
  }
  EXPECT_EQ(out.text, "\r\x1b[K") << "cleared at the end";
}

TEST(ProgressBar, NothingWithoutTerminal) {
  StringOutput out;
  std::chrono::steady_clock::time_point now{};
  {
    ProgressBar bar(out, "Reading", "tokens", [&] { return now; });
    now += milliseconds(5000);
    bar.Update(1, 10);
  }
  EXPECT_EQ(out.text, "");
}

}  // namespace
}  // namespace bantam::cli
