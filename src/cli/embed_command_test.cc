// bantam embed with a fake encoder: what it reads, writes and says.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "cli/fake_backend.h"

namespace bantam::cli {
namespace {

TEST(EmbedCommand, WritesALineForEachText) {
  FakeWorld world;
  EXPECT_EQ(world.Run({"embed", "m.gguf", "abc", ""}), 0) << world.err.text;
  EXPECT_EQ(world.out.text,
            "{\"index\":0,\"tokens\":3,\"left_out\":0,\"embedding\":[3,97]}\n"
            "{\"index\":1,\"tokens\":0,\"left_out\":0,\"embedding\":[0,0.5]}\n");
  EXPECT_TRUE(world.encoder->options.normalize);
  EXPECT_EQ(world.encoder->options.pooling, Pooling::kModel);
}

TEST(EmbedCommand, ReadsLinesInBatchesAndWritesFloats) {
  FakeWorld world;
  world.in.text = "one\r\ntwo\n\nfour";
  world.in.terminal = false;
  EXPECT_EQ(world.Run({"embed", "m.gguf", "--format", "raw", "--batch", "3", "--pooling", "cls",
                       "--no-normalize", "--precision", "exact", "-t", "1"}),
            0)
      << world.err.text;
  EXPECT_EQ(world.encoder->batch_sizes, (std::vector<size_t>{3, 1}));
  std::vector<float> values(8);
  ASSERT_EQ(world.out.text.size(), values.size() * sizeof(float));
  std::memcpy(values.data(), world.out.text.data(), world.out.text.size());
  EXPECT_EQ(values, (std::vector<float>{3, 'o', 3, 't', 0, 0.5F, 4, 'f'}));
  EXPECT_EQ(world.encoder->options.pooling, Pooling::kCls);
  EXPECT_FALSE(world.encoder->options.normalize);
  EXPECT_EQ(world.encoder_options.precision, Precision::kExact);
  EXPECT_EQ(world.encoder_options.threads, 1);
}

TEST(EmbedCommand, SaysWhatIsLeftOut) {
  FakeWorld world;
  EXPECT_EQ(world.Run({"embed", "m.gguf", "0123456789", "--max-tokens", "4"}), 0);
  EXPECT_NE(world.out.text.find("\"tokens\":4,\"left_out\":6"), std::string::npos);
  EXPECT_NE(world.err.text.find("text 0 is too long: its first 4 tokens were read, 6 left out"),
            std::string::npos)
      << world.err.text;
}

TEST(EmbedCommand, ManyLongTextsAreCountedNotListed) {
  FakeWorld world;
  for (int i = 0; i < 9; ++i) world.in.text += "a line of many tokens\n";
  EXPECT_EQ(world.Run({"embed", "m.gguf"}), 0);
  EXPECT_EQ(world.err.text.find("text 5 is"), std::string::npos) << world.err.text;
  EXPECT_NE(world.err.text.find("9 texts in all"), std::string::npos) << world.err.text;
}

TEST(EmbedCommand, RefusesUnknownWords) {
  for (const auto& args : {std::vector<std::string>{"--format", "csv"}, {"--pooling", "max"}}) {
    FakeWorld world;
    EXPECT_EQ(world.Run({"embed", "m.gguf", "a", args[0], args[1]}), 2);
    EXPECT_NE(world.err.text.find(args[1]), std::string::npos) << world.err.text;
  }
}

}  // namespace
}  // namespace bantam::cli
