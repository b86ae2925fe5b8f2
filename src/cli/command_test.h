// CommandTest: a fixture for commands that run in a world of fakes and a directory of their own.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/fake_backend.h"

namespace bantam::cli {

class CommandTest : public testing::Test {
 protected:
  // What a command says on standard error; it must end with this code.
  std::string Err(const std::vector<std::string>& args, int code) {
    world_.err.text.clear();
    world_.out.text.clear();
    EXPECT_EQ(world_.Run(args), code) << world_.err.text;
    return world_.err.text;
  }
  // What it says on standard output; it must succeed.
  std::string Out(const std::vector<std::string>& args) {
    Err(args, 0);
    return world_.out.text;
  }

  FakeWorld world_;
  TemporaryDirectory directory_;
};

}  // namespace bantam::cli
