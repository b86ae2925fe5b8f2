// Tests of cgroup limits and available memory on sample /proc and /sys trees of both versions.
#include "base/cgroup.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/mapped_file.h"
#include "base/memory_info.h"

namespace bantam {
namespace {

namespace fs = std::filesystem;

TEST(CgroupParsers, CpuMax) {
  EXPECT_EQ(ParseCpuMax("150000 100000\n"), 1.5);
  EXPECT_EQ(ParseCpuMax("max 100000\n"), std::nullopt);
  EXPECT_EQ(ParseCpuMax("50000 0"), std::nullopt);
  EXPECT_EQ(ParseCpuMax("0 100000"), std::nullopt);
  EXPECT_EQ(ParseCpuMax("50000"), std::nullopt);
  EXPECT_EQ(ParseCpuMax(""), std::nullopt);
  EXPECT_EQ(ParseCpuMax("99999999999999999999999 100000"), std::nullopt);
}

TEST(CgroupParsers, MemoryLimit) {
  EXPECT_EQ(ParseMemoryLimit("1073741824\n"), 1073741824U);
  EXPECT_EQ(ParseMemoryLimit("max\n"), std::nullopt);
  EXPECT_EQ(ParseMemoryLimit("-1\n"), std::nullopt);
}

TEST(CgroupParsers, Paths) {
  const std::string both =
      "12:memory:/docker/1f\n4:cpu,cpuacct:/docker/2e\n1:name=systemd:/x\n0::/system.slice/a\n";
  EXPECT_EQ(ParseCgroupPath(both, "memory"), "/docker/1f");
  EXPECT_EQ(ParseCgroupPath(both, "cpu"), "/docker/2e");
  EXPECT_EQ(ParseCgroupPath(both, "cpuacct"), "/docker/2e");
  EXPECT_EQ(ParseCgroupPath(both, ""), "/system.slice/a");
  EXPECT_EQ(ParseCgroupPath(both, "pids"), std::nullopt);
  EXPECT_EQ(ParseCgroupPath("0::/../../other\n", ""), std::nullopt);
  EXPECT_EQ(ParseCgroupPath("nonsense\n0:\n::\n", ""), std::nullopt);
}

TEST(CgroupParsers, StatValues) {
  EXPECT_EQ(ParseStatValue("anon 5\ninactive_file 77\n", "inactive_file"), 77U);
  EXPECT_EQ(ParseStatValue("anon 5\n", "an"), std::nullopt);
}

class CgroupTree : public testing::Test {
 protected:
  void SetUp() override {
    root_ =
        fs::path(testing::TempDir()) /
        ("cgroup_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  void Put(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  std::string proc() const { return (root_ / "proc").string(); }
  std::string sys() const { return (root_ / "sys").string(); }

  fs::path root_;
};

TEST_F(CgroupTree, Version2TakesTheTightestOfAllAncestors) {
  Put("proc/self/cgroup", "0::/a/b\n");
  Put("sys/a/b/cpu.max", "max 100000\n");
  Put("sys/a/cpu.max", "50000 100000\n");
  Put("sys/cpu.max", "400000 100000\n");
  Put("sys/a/memory.max", "1000000\n");
  Put("sys/a/memory.current", "600000\n");
  Put("sys/a/memory.stat", "anon 1\ninactive_file 150000\nactive_file 50000\n");
  Put("sys/a/b/memory.max", "max\n");
  const CgroupLimits limits = ReadCgroupLimits(proc(), sys());
  EXPECT_EQ(limits.cpus, 0.5);
  EXPECT_EQ(limits.memory_limit, 1000000U);
  EXPECT_EQ(limits.memory_used, 400000U);

  Put("proc/meminfo", "MemTotal: 9000 kB\nMemAvailable:    8000 kB\n");
  EXPECT_EQ(AvailableMemoryBytes(proc(), sys()), 600000U);
  EXPECT_EQ(TotalMemoryBytes(proc(), sys()), 1000000U);
}

TEST_F(CgroupTree, Version1InsideAContainerFallsBackToTheMount) {
  Put("proc/self/cgroup", "4:cpu,cpuacct:/docker/1f\n3:memory:/docker/1f\n");
  Put("sys/cpu,cpuacct/cpu.cfs_quota_us", "250000\n");
  Put("sys/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  Put("sys/memory/memory.limit_in_bytes", "2000\n");
  Put("sys/memory/memory.usage_in_bytes", "5000\n");
  const CgroupLimits limits = ReadCgroupLimits(proc(), sys());
  EXPECT_EQ(limits.cpus, 2.5);
  EXPECT_EQ(limits.memory_limit, 2000U);
  EXPECT_EQ(AvailableMemoryBytes(proc(), sys()), 0U);
}

TEST_F(CgroupTree, Version1WithoutLimits) {
  Put("proc/self/cgroup", "4:cpu:/\n3:memory:/\n");
  Put("sys/cpu/cpu.cfs_quota_us", "-1\n");
  Put("sys/cpu/cpu.cfs_period_us", "100000\n");
  Put("sys/memory/memory.limit_in_bytes", "9223372036854771712\n");
  const CgroupLimits limits = ReadCgroupLimits(proc(), sys());
  EXPECT_EQ(limits.cpus, 0);
  EXPECT_EQ(limits.memory_limit, 0U);
}

TEST_F(CgroupTree, Version2ThrottlingOfAllAncestors) {
  Put("proc/self/cgroup", "0::/a/b\n");
  Put("sys/a/b/cpu.stat", "usage_usec 9\nnr_periods 8\nnr_throttled 3\nthrottled_usec 250000\n");
  Put("sys/a/cpu.stat", "nr_throttled 1\nthrottled_usec 500000\n");
  Put("sys/cpu.stat", "usage_usec 9\n");
  const CpuThrottling throttling = ReadCpuThrottling(proc(), sys());
  EXPECT_EQ(throttling.periods, 4U);
  EXPECT_DOUBLE_EQ(throttling.seconds, 0.75);
}

TEST_F(CgroupTree, Version1ThrottlingIsCountedOnce) {
  Put("proc/self/cgroup", "4:cpu,cpuacct:/a\n");
  for (const char* mount : {"sys/cpu", "sys/cpu,cpuacct"}) {
    Put(std::string(mount) + "/a/cpu.stat", "nr_throttled 2\nthrottled_time 1500000000\n");
    Put(std::string(mount) + "/cpu.stat", "nr_throttled 0\nthrottled_time 0\n");
  }
  const CpuThrottling throttling = ReadCpuThrottling(proc(), sys());
  EXPECT_EQ(throttling.periods, 2U);
  EXPECT_DOUBLE_EQ(throttling.seconds, 1.5);
}

TEST_F(CgroupTree, NothingThereMeansNoLimit) {
  const CgroupLimits limits = ReadCgroupLimits(proc(), sys());
  EXPECT_EQ(limits.cpus, 0);
  EXPECT_EQ(limits.memory_limit, 0U);
  EXPECT_EQ(AvailableMemoryBytes(proc(), sys()), std::nullopt);
  EXPECT_EQ(TotalMemoryBytes(proc(), sys()), std::nullopt);
  Put("proc/meminfo", "MemTotal: 9000 kB\nMemAvailable:    8000 kB\n");
  EXPECT_EQ(TotalMemoryBytes(proc(), sys()), 9000U * 1024);
  EXPECT_EQ(ReadCpuThrottling(proc(), sys()).periods, 0U);
}

TEST_F(CgroupTree, TheAddressSpaceBoundsTheMemory) {
  Put("proc/meminfo", "MemTotal: 9000 kB\nMemAvailable:    8000 kB\n");
  Put("proc/self/limits",
      "Limit                     Soft Limit           Hard Limit           Units     \n"
      "Max data size             1                    unlimited            bytes     \n"
      "Max address space         3000000              unlimited            bytes     \n");
  EXPECT_EQ(AvailableMemoryBytes(proc(), sys()), 3000000U);
  EXPECT_EQ(TotalMemoryBytes(proc(), sys()), 3000000U);
  Put("proc/self/limits", "Max address space         unlimited            unlimited    bytes\n");
  EXPECT_EQ(AvailableMemoryBytes(proc(), sys()), 8000U * 1024);
  EXPECT_EQ(TotalMemoryBytes(proc(), sys()), 9000U * 1024);
}

TEST(MemoryInfo, ParsesKilobytes) {
  const std::string status = "Name:\tbantam\nVmHWM:\t    1234 kB\nVmRSS:\t     17 kB\n";
  EXPECT_EQ(ParseKilobytes(status, "VmHWM"), 1234U * 1024);
  EXPECT_EQ(ParseKilobytes(status, "Vm"), std::nullopt);
  EXPECT_EQ(ParseKilobytes("VmHWM: 99999999999999999999 kB", "VmHWM"), std::nullopt);
  EXPECT_EQ(ParseKilobytes("VmHWM: 18446744073709551615 kB", "VmHWM"), std::nullopt);
}

TEST(MemoryInfo, ThisProcessUsesMemory) {
  EXPECT_GT(ResidentBytes(), 100000U);
  EXPECT_GE(PeakResidentBytes(), ResidentBytes());
  EXPECT_LE(ResidentPrivateBytes(), ResidentBytes());
}

TEST(MemoryInfo, PagesOfFilesAreNotPrivate) {
  constexpr uint64_t kSize = 32 << 20;
  const std::string path = ::testing::TempDir() + "memory_info_" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary) << std::string(kSize, 'x');
  const auto file = MappedFile::Open(path);
  std::remove(path.c_str());
  ASSERT_TRUE(file) << file.error().message;
  const uint64_t resident = ResidentBytes();
  const uint64_t before = ResidentPrivateBytes();
  EXPECT_EQ(std::ranges::count(file->bytes(), 'x'), kSize);
  EXPECT_GE(ResidentBytes(), resident + kSize / 2);
  EXPECT_LE(ResidentPrivateBytes(), before + kSize / 4);
}

}  // namespace
}  // namespace bantam
