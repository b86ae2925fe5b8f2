// Tests of processor counting on sample /sys trees.
#include "base/cpu_info.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace bantam {
namespace {

namespace fs = std::filesystem;

class CpuTree : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) /
            ("cpus_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  void Put(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }

  fs::path root_;
};

TEST_F(CpuTree, CapacityGoesBeforeFrequency) {
  for (int cpu = 0; cpu < 4; ++cpu) {
    const std::string directory = "cpu" + std::to_string(cpu);
    Put(directory + "/cpu_capacity", cpu < 2 ? "446\n" : "1024\n");
    Put(directory + "/cpufreq/cpuinfo_max_freq", "1800000\n");
  }
  const int cpus[] = {0, 1, 2, 3};
  const std::vector<uint64_t> speeds = ReadCpuSpeeds(cpus, root_.string());
  EXPECT_EQ(speeds, (std::vector<uint64_t>{446, 446, 1024, 1024}));
  EXPECT_EQ(CountPerformanceCpus(speeds), 2);
}

TEST_F(CpuTree, FrequencyWhereThereIsNoCapacity) {
  Put("cpu0/cpufreq/cpuinfo_max_freq", "1500000\n");
  Put("cpu3/cpufreq/cpuinfo_max_freq", "1500000\n");
  const int cpus[] = {0, 3};
  EXPECT_EQ(ReadCpuSpeeds(cpus, root_.string()), (std::vector<uint64_t>{1500000, 1500000}));
}

TEST_F(CpuTree, NothingKnownCountsEveryProcessor) {
  const int cpus[] = {0, 1, 2};
  EXPECT_EQ(CountPerformanceCpus(ReadCpuSpeeds(cpus, root_.string())), 3);
}

TEST(CpuInfo, CpuLists) {
  EXPECT_EQ(ParseCpuList("0-3,8,10-11\n"), (std::vector<int>{0, 1, 2, 3, 8, 10, 11}));
  EXPECT_EQ(ParseCpuList("\n"), std::vector<int>());
  EXPECT_EQ(ParseCpuList("0-99999999999"), std::nullopt);
  EXPECT_EQ(ParseCpuList("0-"), std::nullopt);
  EXPECT_EQ(ParseCpuList("all"), std::nullopt);
}

TEST_F(CpuTree, CoresThatTheKernelLists) {
  const int cpus[] = {0, 1, 4, 5};
  EXPECT_EQ(PerformanceCores(cpus, root_.string()).size(), 4U) << "no list";
  Put("cpu_core/cpus", "0-3\n");
  EXPECT_EQ(PerformanceCores(cpus, root_.string()), (std::vector<int>{0, 1}));
  const int small[] = {4, 5};
  EXPECT_EQ(PerformanceCores(small, root_.string()), (std::vector<int>{4, 5}));
}

TEST(CpuInfo, SlightlySlowerCoresAreStillFast) {
  const uint64_t three_clusters[] = {325, 325, 325, 325, 815, 815, 815, 1024};
  EXPECT_EQ(CountPerformanceCpus(three_clusters), 4);
  const uint64_t equal[] = {1024, 1024};
  EXPECT_EQ(CountPerformanceCpus(equal), 2);
  EXPECT_EQ(CountPerformanceCpus({}), 1);
}

TEST(CpuInfo, QuotaRoundsUp) {
  EXPECT_EQ((CpuInfo{.usable = 8, .performance = 8, .quota = 1.5}.threads()), 2);
  EXPECT_EQ((CpuInfo{.usable = 8, .performance = 8, .quota = 0.25}.threads()), 1);
  EXPECT_EQ((CpuInfo{.usable = 8, .performance = 4, .quota = 6}.threads()), 4);
  EXPECT_EQ((CpuInfo{.usable = 8, .performance = 8, .quota = 0}.threads()), 8);
  EXPECT_EQ((CpuInfo{.usable = 1, .performance = 1, .quota = 1e300}.threads()), 1);
}

TEST(CpuInfo, ThisMachineHasAProcessor) {
  const CpuInfo info = ReadCpuInfo();
  EXPECT_GE(info.usable, 1);
  EXPECT_GE(info.threads(), 1);
  EXPECT_LE(info.threads(), info.usable);
}

}  // namespace
}  // namespace bantam
