// Tests of reading lines without editing.
#include "cli/plain_line_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string_view>
#include <thread>

#include "cli/fake_backend.h"
#include "cli/interrupt.h"

namespace bantam::cli {
namespace {

TEST(PlainLineReader, LinesAndEnd) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  constexpr std::string_view kText = "one\n\nthree";
  ASSERT_EQ(write(ends[1], kText.data(), kText.size()), static_cast<ssize_t>(kText.size()));
  close(ends[1]);
  StringOutput out;
  PlainLineReader reader(ends[0], out);
  std::string line;
  EXPECT_EQ(reader.Read(">>> ", line), ReadEnd::kLine);
  EXPECT_EQ(line, "one");
  EXPECT_EQ(reader.Read("", line), ReadEnd::kLine);
  EXPECT_EQ(line, "");
  EXPECT_EQ(reader.Read("", line), ReadEnd::kLine);
  EXPECT_EQ(line, "three") << "no newline at the end";
  EXPECT_EQ(reader.Read("", line), ReadEnd::kEndOfInput);
  EXPECT_EQ(out.text, ">>> ");
  close(ends[0]);
}

// Ctrl-C between the prompt and the read, or while another thread is asked to handle it.
TEST(PlainLineReader, AnInterruptBeforeTheReadEndsIt) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "ha", 2), 2);
  StringOutput out;
  PlainLineReader reader(ends[0], out);
  std::string line;
  RaiseInterrupt();
  EXPECT_EQ(reader.Read("", line), ReadEnd::kInterrupted);
  ClearInterrupt();
  std::thread other([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    RaiseInterrupt();
  });
  EXPECT_EQ(reader.Read("", line), ReadEnd::kInterrupted);
  EXPECT_EQ(line, "ha") << "what had been typed";
  other.join();
  ClearInterrupt();
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace bantam::cli
