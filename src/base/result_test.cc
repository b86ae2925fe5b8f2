// Tests of errors: exit codes and names.
#include "bantam/result.h"

#include <gtest/gtest.h>

#include "base/check.h"

namespace bantam {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return Fail(ErrorCode::kInvalidArgument, std::to_string(n) + " is odd");
  return n / 2;
}

Result<int> Quarter(int n) {
  const int half = TRY(Half(n));
  return TRY(Half(half));
}

TEST(Result, TryPassesValuesAndErrorsOn) {
  EXPECT_EQ(Quarter(8).value(), 2);
  ASSERT_FALSE(Quarter(6));
  EXPECT_EQ(Quarter(6).error().message, "3 is odd");
}

TEST(Result, ExitCodesTellWrongUsageAndCtrlC) {
  EXPECT_EQ(ExitCode(ErrorCode::kInvalidArgument), 2);
  EXPECT_EQ(ExitCode(ErrorCode::kCancelled), 130);
  EXPECT_EQ(ExitCode(ErrorCode::kCorrupt), 1);
}

}  // namespace
}  // namespace bantam
