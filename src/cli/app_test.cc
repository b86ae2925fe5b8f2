// Tests of dispatch, help and exit codes.
#include "cli/app.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "cli/commands.h"
#include "cli/fake_backend.h"

namespace bantam::cli {
namespace {

TEST(App, HelpEverywhere) {
  FakeWorld world;
  EXPECT_EQ(world.Run({"--help"}), 0);
  for (const CommandEntry& command : CommandTable()) {
    EXPECT_NE(world.out.text.find(std::string("  ") + command.name + " "), std::string::npos);
  }
  for (const CommandEntry& command : CommandTable()) {
    world.out.text.clear();
    EXPECT_EQ(world.Run({command.name, "--help"}), 0);
    const std::string help = world.out.text;
    EXPECT_NE(help.find(std::string("Usage: bantam ") + command.name), std::string::npos);
    if (std::string(command.name) != "version") {
      EXPECT_NE(help.find("Examples:\n"), std::string::npos) << command.name;
    }
    world.out.text.clear();
    EXPECT_EQ(world.Run({"help", command.name}), 0);
    EXPECT_EQ(world.out.text, help);
  }
  EXPECT_EQ(world.err.text, "");
}

TEST(App, HelpLinesFitATerminal) {
  FakeWorld world;
  for (const CommandEntry& command : CommandTable()) world.Run({command.name, "--help"});
  size_t width = 0;
  for (const char c : world.out.text) {
    width = c == '\n' ? 0 : width + ((static_cast<unsigned char>(c) & 0xC0) != 0x80);
    EXPECT_LE(width, 100U) << world.out.text;
    if (width > 100) break;
  }
}

TEST(App, WrongUsageExitsWithTwo) {
  FakeWorld world;
  EXPECT_EQ(world.Run({}), 2);
  EXPECT_EQ(world.out.text, "");
  world.err.text.clear();
  EXPECT_EQ(world.Run({"rnu", "x"}), 2);
  EXPECT_EQ(world.err.text,
            "bantam: unknown command 'rnu'; did you mean 'run'?\nTry 'bantam --help'.\n");
  world.err.text.clear();
  EXPECT_EQ(world.Run({"tiny.gguf"}), 2);
  EXPECT_NE(world.err.text.find("did you mean 'bantam run tiny.gguf'?"), std::string::npos);
  EXPECT_EQ(world.Run({"show", "tiny.gguf", "--tenors"}), 2);
  EXPECT_NE(world.err.text.find("did you mean '--tensors'?"), std::string::npos);
}

TEST(App, OtherFailuresExitWithOne) {
  FakeWorld world;
  EXPECT_EQ(world.Run({"show", "none.gguf"}), 1);
  EXPECT_EQ(world.err.text, "bantam: cannot open 'none.gguf'\n");
}

TEST(App, FailingOutput) {
  FakeWorld world;
  world.out.fail_with = ENOSPC;
  EXPECT_EQ(world.Run({"version"}), 1);
  EXPECT_EQ(world.err.text, "bantam: cannot write to standard output: No space left on device\n");
  world.err.text.clear();
  world.out.fail_with = EPIPE;
  EXPECT_EQ(world.Run({"version"}), kReaderGone);
  EXPECT_EQ(world.err.text, "") << "quietly";
}

}  // namespace
}  // namespace bantam::cli
