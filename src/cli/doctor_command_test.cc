// Tests of bantam doctor: what it says of machines of many kinds.
#include <gtest/gtest.h>

#include "base/json.h"
#include "cli/doctor_report.h"
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
  EXPECT_NE(said.find("4.0 KiB; huge pages: madvise"), std::string::npos) << said;
  EXPECT_NE(said.find("97 %, at the end 98 %"), std::string::npos) << said;
  EXPECT_NE(said.find("none by a quota"), std::string::npos) << said;
  EXPECT_NE(said.find("Nothing to change."), std::string::npos) << said;
  EXPECT_EQ(said.find('!'), std::string::npos) << said;
}

TEST_F(DoctorTest, MeasuresWithTheThreadsThatAreAskedFor) {
  Said();
  EXPECT_EQ(world_.measured_threads, 4);
  Said({"doctor", "--threads", "2"});
  EXPECT_EQ(world_.measured_threads, 2);
  EXPECT_EQ(world_.measured_prefill_threads, 2);
  Said({"doctor", "--threads", "2", "--threads-batch", "3"});
  EXPECT_EQ(world_.measured_threads, 2);
  EXPECT_EQ(world_.measured_prefill_threads, 3);
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
  EXPECT_TRUE(Advises("took different times"));
  world_.speed.last_over_first = 0.8;
  EXPECT_TRUE(Advises("longer at the end than at the start"));
  world_.speed.throttled_s = 0.25;
  EXPECT_TRUE(Advises("stopped this process for 0.25 s"));
}

TEST_F(DoctorTest, MeasuresAModelAndSaysWhatWouldBePossible) {
  const std::string said = Said({"doctor", "tiny.gguf"});
  EXPECT_NE(said.find("Tiny"), std::string::npos) << said;
  EXPECT_NE(said.find("prefill"), std::string::npos) << said;
  EXPECT_NE(said.find("of the 19531250.0 that"), std::string::npos) << said;  // 20 GB/s over 1 KiB
  world_.machine.memory_available = 1000;
  EXPECT_NE(Said({"doctor", "tiny.gguf"}).find("too little memory"), std::string::npos);
}

TEST_F(DoctorTest, ReadsTheModelsDiskOrSaysWhyNot) {
  EXPECT_EQ(Said().find("disk"), std::string::npos) << "no model, no disk";
  EXPECT_NE(Said({"doctor", "tiny.gguf"}).find("2.00 GB/s (256.0 MiB of"), std::string::npos);
  world_.model->info_.file_bytes = 1000;
  world_.disk = DiskSpeed{.bytes = 1000, .read_bytes_per_s = 10};
  EXPECT_NE(Said({"doctor", "tiny.gguf"}).find("! reading the model from its disk"),
            std::string::npos);
  world_.disk = Fail(ErrorCode::kUnsupported, "it lies in memory");
  EXPECT_NE(Said({"doctor", "tiny.gguf"}).find("not measured: it lies in memory"),
            std::string::npos);
}

TEST_F(DoctorTest, CountsTheProductsOfAPrompt) {
  ModelInfo info;
  info.tensors = {{.name = "token_embd.weight", .type = "Q8_0", .shape = {64, 1000}},
                  {.name = "blk.0.attn_norm.weight", .type = "F32", .shape = {64}},
                  {.name = "blk.0.attn_q.weight", .type = "Q4_K", .shape = {64, 32}},
                  {.name = "blk.0.ffn_gate.weight", .type = "BF16", .shape = {64, 10}},
                  {.name = "blk.1.ffn_up.weight", .type = "Q8_0", .shape = {64, 10}}};
  EXPECT_EQ(ProductsPerToken(info), 64 * 32 + 64 * 10);
}

TEST_F(DoctorTest, AsJson) {
  const auto json = Json::Parse(Said({"doctor", "tiny.gguf", "--json"}));
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(json->Find("machine")->Find("isa")->AsString(), "avx2");
  EXPECT_EQ(*json->Find("machine")->Find("page_bytes")->AsInt(), 4096);
  EXPECT_EQ(json->Find("speed")->Find("read_bytes_per_s")->AsDouble(), 20e9);
  EXPECT_EQ(json->Find("disk")->Find("read_bytes_per_s")->AsDouble(), 2e9);
  EXPECT_EQ(json->Find("model")->Find("decode_bound")->AsDouble(), 19531250);
  EXPECT_GT(json->Find("model")->Find("prefill_tokens_per_s")->AsDouble(), 0);
  EXPECT_TRUE(json->Find("advice")->is_array());
  EXPECT_EQ(Json::Parse(Said({"doctor", "--json"}))->Find("model"), nullptr);
}

TEST_F(DoctorTest, FailsWhereTheModelDoes) {
  EXPECT_EQ(world_.Run({"doctor", "none.gguf"}), 1);
  EXPECT_NE(world_.err.text.find("none.gguf"), std::string::npos);
  EXPECT_EQ(world_.measured_threads, 0) << "the file comes first, which takes no time";
}

}  // namespace
}  // namespace bantam::cli
