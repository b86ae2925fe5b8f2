// Tests of checked writing and of reading files.
#include "cli/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cli/fake_backend.h"
#include "cli/input.h"

namespace bantam::cli {
namespace {

TEST(FdOutput, FullDisksAreNoticed) {
  const int fd = open("/dev/full", O_WRONLY);
  ASSERT_GE(fd, 0);
  FdOutput out(fd);
  out.Write("x");
  EXPECT_TRUE(out.ok()) << "buffered";
  out.Flush();
  EXPECT_EQ(out.error(), ENOSPC);
  out.Write("more");
  out.Flush();
  EXPECT_EQ(out.error(), ENOSPC);
  close(fd);
}

TEST(FdOutput, ClosedPipesAreNoticed) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  FdOutput out(ends[1]);
  out.Write("x");
  out.Flush();
  EXPECT_EQ(out.error(), EPIPE);
  close(ends[1]);
}

TEST(Output, OnlyTerminalsAreGuarded) {
  StringOutput out;
  out.WriteUntrusted("\x1b[31m");
  EXPECT_EQ(out.text, "\x1b[31m");
  out.terminal = true;
  out.text.clear();
  out.WriteUntrusted("\x1b[31m");
  EXPECT_EQ(out.text, "^[[31m");
}

TEST(Input, Files) {
  const TemporaryDirectory directory;
  const std::string path = directory.Write("text", std::string("a\0b\xFF", 4));
  EXPECT_EQ(*ReadTextFile(path), std::string("a\0b\xFF", 4));
  EXPECT_EQ(ReadTextFile(path, 3).error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(ReadTextFile(directory.File("none")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ReadTextFile(directory.path()).error().code, ErrorCode::kIo);
  FdInput closed(987);
  EXPECT_EQ(*closed.ReadAll(), "");
}

}  // namespace
}  // namespace bantam::cli
