// Tests of bantam doctor: what it says of machines of many kinds.
#include <gtest/gtest.h>

#include "cli/fake_backend.h"

namespace bantam::cli {
namespace {

class DoctorTest : public ::testing::Test {
 protected:
  // Runs it and returns what it says.
  std::string Said(const std::vector<std::string>& args = {"doctor"}) {
    world_.out.text.clear();
    EXPECT_EQ(world_.Run(args), 0) << world_.err.text;
    return world_.out.text;
  }
  bool Advises(const std::string& words) {
    const std::string said = Said();
    return said.find("\n! ") != std::string::npos && said.find(words) != std::string::npos;
  }
  FakeWorld world_;
};

TEST_F(DoctorTest, AGoodMachineNeedsNothing) {
  const std::string said = Said();
  EXPECT_NE(said.find("avx2 (of scalar, avx2)"), std::string::npos) << said;
  EXPECT_NE(said.find("20.0 GB/s with 4 threads"), std::string::npos) << said;
  EXPECT_NE(said.find("400 G/s"), std::string::npos) << said;
  EXPECT_NE(said.find("8.0 GiB"), std::string::npos) << said;
  EXPECT_NE(said.find("Nothing to change."), std::string::npos) << said;
  EXPECT_EQ(said.find('!'), std::string::npos) << said;
}

TEST_F(DoctorTest, MeasuresWithTheThreadsThatAreAskedFor) {
  Said();
  EXPECT_EQ(world_.measured_threads, 4);
  Said({"doctor", "--threads", "2"});
  EXPECT_EQ(world_.measured_threads, 2);
}

TEST_F(DoctorTest, NamesWhatHoldsTheMachineBack) {
  world_.machine.isa = "scalar";
  EXPECT_TRUE(Advises("BANTAM_ISA"));
  world_.machine.isas = {"scalar"};
  EXPECT_TRUE(Advises("instruction sets"));
  world_.machine = {};
  world_.machine.isa = "avx2";
  world_.machine.isas = {"scalar", "avx2"};
  EXPECT_NE(Said().find("Nothing to change."), std::string::npos) << "unknowns are no faults";
  world_.machine.fast_cpus = world_.machine.cpus = 4;
  world_.machine.cpu_quota = 1.5;
  EXPECT_TRUE(Advises("1.50 of 4 processors"));
  world_.machine.cpu_quota = 0;
  world_.machine.huge_pages = "never";
  EXPECT_TRUE(Advises("transparent_hugepage"));
  world_.machine.huge_pages = "always";
  world_.speed.steadiness = 0.5;
  EXPECT_TRUE(Advises("throttled"));
}

TEST_F(DoctorTest, MeasuresAModelAndSaysWhatWouldBePossible) {
  const std::string said = Said({"doctor", "tiny.gguf"});
  EXPECT_NE(said.find("Tiny"), std::string::npos) << said;
  EXPECT_NE(said.find("prefill"), std::string::npos) << said;
  EXPECT_NE(said.find("allows 19531250.0"), std::string::npos) << said;  // 20 GB/s over 1,024 bytes
  world_.machine.memory_available = 1000;
  EXPECT_NE(Said({"doctor", "tiny.gguf"}).find("too little memory"), std::string::npos);
}

TEST_F(DoctorTest, FailsWhereTheModelDoes) {
  EXPECT_EQ(world_.Run({"doctor", "none.gguf"}), 1);
  EXPECT_NE(world_.err.text.find("none.gguf"), std::string::npos);
}

}  // namespace
}  // namespace bantam::cli
