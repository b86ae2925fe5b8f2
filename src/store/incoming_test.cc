// Tests of files on their way into the store, and of what is left of interrupted ones.
#include "store/incoming.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include "base/test_directory.h"

namespace bantam::store {
namespace {

class IncomingTest : public testing::Test {
 protected:
  size_t Count() const {
    size_t n = 0;
    std::error_code none;
    for (auto entry = std::filesystem::directory_iterator(store_.root() + "/incoming", none);
         !none && entry != std::filesystem::directory_iterator(); ++entry) {
      ++n;
    }
    return n;
  }

  TestDirectory directory_;
  Store store_{directory_.File("store")};
};

TEST_F(IncomingTest, GoesWithWhatIsInIt) {
  {
    auto incoming = Incoming::Create(store_);
    ASSERT_TRUE(incoming) << incoming.error().message;
    std::ofstream(incoming->directory() + "/a") << "half a file";
    const Incoming moved = std::move(*incoming);
    EXPECT_TRUE(std::filesystem::exists(moved.directory() + "/a"));
    EXPECT_EQ(Count(), 2U) << "the directory and its lock";
  }
  EXPECT_EQ(Count(), 0U);
}

TEST_F(IncomingTest, OnlyAbandonedOnesAreSwept) {
  EXPECT_EQ(Incoming::Sweep(store_).directories, 0) << "nothing is there";
  const auto used = Incoming::Create(store_);
  ASSERT_TRUE(used) << used.error().message;
  // What a process leaves that was killed: the kernel has let its locks go.
  for (const char* name : {"1", "3"}) {
    std::filesystem::create_directories(directory_.File("store/incoming/") + name);
  }
  directory_.Write("store/incoming/1/half", "bytes");
  directory_.Write("store/incoming/1.lock", "");
  directory_.Write("store/incoming/2.lock", "");
  directory_.Write("store/incoming/3/half", "bytes");
  std::filesystem::create_symlink("../1/half", directory_.File("store/incoming/3/link"));
  std::ofstream(used->directory() + "/half") << "bytes that still come";
  const Incoming::Abandoned found = Incoming::Find(store_);
  EXPECT_EQ(Count(), 6U) << "looking changes nothing";
  const Incoming::Abandoned swept = Incoming::Sweep(store_);
  for (const Incoming::Abandoned& abandoned : {found, swept}) {
    EXPECT_EQ(abandoned.directories, 2);
    EXPECT_EQ(abandoned.files, 2);
    EXPECT_EQ(abandoned.bytes, 10U);
  }
  EXPECT_TRUE(std::filesystem::exists(used->directory() + "/half"));
  EXPECT_EQ(Count(), 2U);
}

TEST_F(IncomingTest, FailsWhereNothingCanBeWritten) {
  directory_.Write("store", "a file");
  const auto incoming = Incoming::Create(store_);
  ASSERT_FALSE(incoming);
  EXPECT_EQ(incoming.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace bantam::store
