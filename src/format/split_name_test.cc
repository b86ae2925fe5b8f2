// Tests of split model names.
#include "format/split_name.h"

#include <gtest/gtest.h>

namespace bantam {
namespace {

TEST(SplitName, TakesApartAndPutsTogether) {
  const auto name = SplitName::FromPath("dir/m-q4-00002-of-00013.gguf");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->prefix, "dir/m-q4");
  EXPECT_EQ(name->part, 1u);
  EXPECT_EQ(name->count, 13u);
  EXPECT_EQ(name->PathOf(0), "dir/m-q4-00001-of-00013.gguf");
  EXPECT_EQ(name->PathOf(12), "dir/m-q4-00013-of-00013.gguf");
  EXPECT_EQ((SplitName{"m", 0, 65535}.PathOf(65534)), "m-65535-of-65535.gguf");
}

TEST(SplitName, OtherNamesAreNoParts) {
  for (const char* path :
       {"", "m.gguf", "-00001-of-00002.gguf", "m-00000-of-00002.gguf", "m-00003-of-00002.gguf",
        "m-0001-of-00002.gguf", "m-00001-of-00002", "m-0000a-of-00002.gguf",
        "m_00001-of-00002.gguf", "m-00001-of-00002.gguf.part"}) {
    EXPECT_FALSE(SplitName::FromPath(path)) << path;
  }
}

}  // namespace
}  // namespace bantam
