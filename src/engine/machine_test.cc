// Tests of what the machine is found to be.
#include "engine/machine.h"

#include <gtest/gtest.h>

namespace bantam {
namespace {

TEST(Machine, IsDescribed) {
  const MachineInfo info = ReadMachine();
  EXPECT_FALSE(info.isa.empty());
  EXPECT_EQ(info.isas.front(), "scalar");
  EXPECT_GE(info.cpus, info.fast_cpus);
  EXPECT_GE(info.threads, 1);
  EXPECT_GE(info.page_bytes, 4096U);
}

TEST(Machine, FilesOnDisksAreRead) {
  const auto disk = MeasureFileReads(BANTAM_SOURCE_DIR "/ARCHITECTURE.md");
  if (!disk) {
    EXPECT_EQ(disk.error().code, ErrorCode::kUnsupported) << disk.error().message;
    GTEST_SKIP() << disk.error().message;
  }
  EXPECT_GT(disk->bytes, 1000U);
  EXPECT_GT(disk->read_bytes_per_s, 1000);
}

TEST(Machine, ChosenWords) {
  EXPECT_EQ(ChosenWord("always [madvise] never\n"), "madvise");
  EXPECT_EQ(ChosenWord(""), "");
  EXPECT_EQ(ChosenWord("] odd ["), "");
}

}  // namespace
}  // namespace bantam
