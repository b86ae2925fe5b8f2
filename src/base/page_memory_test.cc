// Tests of page memory: zeroed, aligned, given back.
#include "base/page_memory.h"

#include <gtest/gtest.h>

namespace bantam {
namespace {

TEST(PageMemory, IsZeroedAlignedAndDiscardable) {
  for (bool huge : {false, true}) {
    auto memory = PageMemory::Allocate(3 << 20, huge, "a test");
    ASSERT_TRUE(memory);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory->data()) % (huge ? 2 << 20 : 4096), 0U);
    for (size_t i = 0; i < memory->size(); i += 997) ASSERT_EQ(memory->data()[i], 0);
    memory->data()[100] = 1;
    memory->data()[(1 << 20) + 5000] = 2;
    memory->Discard(1 << 20, 1 << 20);
    EXPECT_EQ(memory->data()[100], 1);
    EXPECT_EQ(memory->data()[(1 << 20) + 5000], 0);
  }
}

TEST(PageMemory, PagesArePowersOfTwo) {
  EXPECT_GE(PageBytes(), 4096U);
  EXPECT_EQ(PageBytes() & (PageBytes() - 1), 0U);
}

TEST(PageMemory, AnImpossibleSizeIsAnError) {
  const auto memory = PageMemory::Allocate(SIZE_MAX / 2, false, "everything");
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().code, ErrorCode::kResourceExhausted);
  EXPECT_NE(memory.error().message.find("everything"), std::string::npos);
}

}  // namespace
}  // namespace bantam
