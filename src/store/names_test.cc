// Tests of names.
#include "store/names.h"

#include <gtest/gtest.h>

namespace bantam::store {
namespace {

TEST(Names, Models) {
  for (const char* name : {"qwen2.5:0.5b", "m", "Owner/Repo-GGUF:Q4_K_M", "a_b.c-d", "1/2:3"}) {
    EXPECT_TRUE(IsModelName(name)) << name;
  }
  for (const std::string& name :
       {std::string(), std::string("a/b/c"), std::string("a:b:c"), std::string("/a"),
        std::string("a/"), std::string(":a"), std::string("a:"), std::string(".a"),
        std::string("-a"), std::string("a/.b"), std::string("a/.."), std::string("a b"),
        std::string("a\\b"), std::string("a%2fb"), std::string("a\0b", 3), std::string("ü"),
        std::string("a\n"), std::string(200, 'a')}) {
    EXPECT_FALSE(IsModelName(name)) << name;
  }
}

TEST(Names, OneFileForEachModel) {
  EXPECT_EQ(FileNameOf("Owner/Repo:Q4"), "owner%2frepo%3aq4");
  EXPECT_EQ(FileNameOf("owner/repo:q4"), "owner%2frepo%3aq4");
  EXPECT_NE(FileNameOf("a/b"), FileNameOf("a:b"));
  EXPECT_LT(FileNameOf(std::string(96, 'a') + "/" + std::string(60, 'b') + ":c").size(), 250U);
}

TEST(Names, Files) {
  for (const char* name : {"a.gguf", "m-00001-of-00002.gguf", "config.json", "A+b=c_d"}) {
    EXPECT_TRUE(IsSafeFileName(name)) << name;
  }
  for (const std::string& name :
       {std::string(), std::string(".."), std::string(".a"), std::string("-a"), std::string("a/b"),
        std::string("a\\b"), std::string("a b"), std::string("a\0", 2), std::string("a:b"),
        std::string("a%2e"), std::string(201, 'a')}) {
    EXPECT_FALSE(IsSafeFileName(name)) << name;
  }
}

TEST(Names, Checksums) {
  EXPECT_TRUE(IsSha256(std::string(64, 'a')));
  EXPECT_FALSE(IsSha256(std::string(64, 'A')));
  EXPECT_FALSE(IsSha256(std::string(63, 'a')));
  EXPECT_FALSE(IsSha256(std::string(64, 'g')));
}

TEST(Names, OfModelsAreNoPaths) {
  for (const char* name : {"mine", "gguf", "mine.gguf.1", "owner/x-gguf", "owner/x.gguf:q4_0"}) {
    EXPECT_TRUE(CheckNewName(name)) << name;
  }
  for (const char* name : {"mine.gguf", "owner/x.GGUF", "./mine", "a b"}) {
    const auto bad = CheckNewName(name);
    ASSERT_FALSE(bad) << name;
    EXPECT_EQ(bad.error().code, ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace bantam::store
