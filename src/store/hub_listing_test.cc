// Tests of listings. What hostile hubs list is played in tests/e2e/store.
#include "store/hub_listing.h"

#include <gtest/gtest.h>

namespace bantam::store {
namespace {

const std::string kSha(64, 'a');

TEST(HubListing, HuggingFaceModels) {
  const auto listing = ParseHuggingFaceListing(
      R"({"id":"O/R","sha":"0123abc","cardData":{"license":"other","license_name":"qwen"},
          "siblings":[{"rfilename":"a/b.gguf","size":1,"lfs":{"sha256":")" +
      kSha + R"(","size":7}},{"rfilename":"README.md","size":3}]})");
  ASSERT_TRUE(listing) << listing.error().message;
  EXPECT_EQ(listing->repository, "O/R");
  EXPECT_EQ(listing->revision, "0123abc");
  EXPECT_EQ(listing->licence, "qwen");
  ASSERT_EQ(listing->files.size(), 2U);
  EXPECT_EQ(listing->files[0].path, "a/b.gguf");
  EXPECT_EQ(listing->files[0].bytes, 7U);
  EXPECT_EQ(listing->files[0].sha256, kSha);
  EXPECT_EQ(listing->files[1].sha256, "");
}

TEST(HubListing, HuggingFaceTrees) {
  const auto listing = ParseHuggingFaceListing(
      R"([{"type":"directory","path":"a","size":0},
          {"type":"file","path":"a/b.gguf","size":7,"oid":"123","lfs":{"oid":")" +
      kSha + R"(","size":7}}])");
  ASSERT_TRUE(listing) << listing.error().message;
  ASSERT_EQ(listing->files.size(), 1U);
  EXPECT_EQ(listing->files[0].sha256, kSha);
}

TEST(HubListing, ModelScope) {
  const auto listing = ParseModelScopeListing(
      R"({"Code":200,"Data":{"Files":[{"Path":"x","Type":"tree"},
          {"Path":"x/m.gguf","Type":"blob","Size":7,"Sha256":")" +
      std::string(64, 'A') + R"("}]}})");
  ASSERT_TRUE(listing) << listing.error().message;
  ASSERT_EQ(listing->files.size(), 1U);
  EXPECT_EQ(listing->files[0].sha256, kSha) << "in lower case";
  const auto failed = ParseModelScopeListing(R"({"Code":404,"Message":"no such model"})");
  EXPECT_NE(failed.error().message.find("no such model"), std::string::npos);
}

TEST(HubListing, RefusesPathsThatLeadOut) {
  for (const char* path : {"..", "../a", "a/../b", "/a", "a//b", "a/", "./a", "a\\\\b", "a\\n",
                           "a\\u0000", "\\u007f", ""}) {
    const std::string text = R"([{"path":")" + std::string(path) + R"("}])";
    EXPECT_FALSE(ParseHuggingFaceListing(text)) << path;
  }
  EXPECT_TRUE(ParseHuggingFaceListing(R"([{"path":"..a/b..c/ü d"}])"));
}

}  // namespace
}  // namespace bantam::store
