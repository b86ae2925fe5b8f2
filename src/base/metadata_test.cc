// Tests of metadata: lookup, conversions between widths, and errors that name the key.
#include "base/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bantam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Metadata Sample() {
  Metadata metadata;
  const auto add = [&](const char* key, MetadataValue value) {
    EXPECT_TRUE(metadata.Add(key, std::move(value)));
  };
  add("uint", uint64_t{7});
  add("int", int64_t{-7});
  add("big", UINT64_MAX);
  add("float", 0.5);
  add("bool", true);
  add("text", std::string("hello"));
  add("uints", std::vector<uint64_t>{1, 2});
  add("bigs", std::vector<uint64_t>{1, UINT64_MAX});
  add("ints", std::vector<int64_t>{-1, 2});
  add("floats", std::vector<double>{0.5, 1.5});
  add("texts", std::vector<std::string>{"a", "b"});
  add("bools", std::vector<bool>{true});
  return metadata;
}

template <typename T>
void ExpectError(const Result<T>& result, ErrorCode code, const char* message) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, code);
  EXPECT_THAT(result.error().message, HasSubstr(message));
}

TEST(Metadata, KeepsOrderAndRefusesTwins) {
  Metadata metadata = Sample();
  EXPECT_EQ(metadata.entries()[0].first, "uint");
  EXPECT_EQ(metadata.entries().back().first, "bools");
  for (const auto& [key, value] : metadata.entries()) EXPECT_EQ(metadata.Find(key), &value);
  EXPECT_EQ(metadata.Find(""), nullptr);
  EXPECT_EQ(metadata.Find("texts2"), nullptr);
  ExpectError(metadata.Add("int", true), ErrorCode::kCorrupt, "key \"int\" is there twice");
  EXPECT_EQ(metadata.entries().size(), 12u);
}

TEST(Metadata, ScalarsConvertWhenTheyFit) {
  const Metadata metadata = Sample();
  EXPECT_EQ(metadata.GetUint("uint").value(), 7u);
  EXPECT_EQ(metadata.GetUint("big").value(), UINT64_MAX);
  EXPECT_EQ(metadata.GetFloat("float").value(), 0.5);
  EXPECT_EQ(metadata.GetFloat("int").value(), -7.0);
  EXPECT_EQ(metadata.GetFloat("uint").value(), 7.0);
  EXPECT_EQ(metadata.GetBool("bool").value(), true);
  EXPECT_EQ(metadata.GetString("text").value(), "hello");
  ExpectError(metadata.GetUint("int"), ErrorCode::kCorrupt, "\"int\" is -7, expected 0 or more");
  ExpectError(metadata.GetUint("uint", 6), ErrorCode::kCorrupt, "is 7, expected at most 6");
  ExpectError(metadata.GetUint("float"), ErrorCode::kCorrupt, "is a float, expected an integer");
  ExpectError(metadata.GetUint("bool"), ErrorCode::kCorrupt, "is a boolean, expected an integer");
  ExpectError(metadata.GetFloat("text"), ErrorCode::kCorrupt, "is a string, expected a number");
  ExpectError(metadata.GetBool("uint"), ErrorCode::kCorrupt, "expected a boolean");
  ExpectError(metadata.GetString("texts"), ErrorCode::kCorrupt, "is an array of strings");
}

TEST(Metadata, ArraysConvertWhenTheyFit) {
  const Metadata metadata = Sample();
  EXPECT_THAT(metadata.GetInts("uints").value(), ElementsAre(1, 2));
  EXPECT_THAT(metadata.GetInts("ints").value(), ElementsAre(-1, 2));
  EXPECT_THAT(metadata.GetFloats("uints").value(), ElementsAre(1.0, 2.0));
  EXPECT_THAT(metadata.GetFloats("ints").value(), ElementsAre(-1.0, 2.0));
  EXPECT_THAT(metadata.GetFloats("floats").value(), ElementsAre(0.5, 1.5));
  EXPECT_THAT(*metadata.GetStrings("texts").value(), ElementsAre("a", "b"));
  ExpectError(metadata.GetInts("bigs"), ErrorCode::kCorrupt, "18446744073709551615");
  ExpectError(metadata.GetInts("floats"), ErrorCode::kCorrupt, "expected an array of integers");
  ExpectError(metadata.GetInts("uint"), ErrorCode::kCorrupt, "expected an array of integers");
  ExpectError(metadata.GetFloats("bools"), ErrorCode::kCorrupt, "is an array of booleans");
  ExpectError(metadata.GetStrings("text"), ErrorCode::kCorrupt, "expected an array of strings");
}

TEST(Metadata, MissingKeysFailOrFallBack) {
  const Metadata metadata = Sample();
  ExpectError(metadata.GetUint("no"), ErrorCode::kNotFound, "key \"no\" is missing");
  ExpectError(metadata.GetFloat("no"), ErrorCode::kNotFound, "no");
  ExpectError(metadata.GetBool("no"), ErrorCode::kNotFound, "no");
  ExpectError(metadata.GetString("no"), ErrorCode::kNotFound, "no");
  ExpectError(metadata.GetStrings("no"), ErrorCode::kNotFound, "no");
  ExpectError(metadata.GetInts("no"), ErrorCode::kNotFound, "no");
  ExpectError(metadata.GetFloats("no"), ErrorCode::kNotFound, "no");
  EXPECT_EQ(metadata.GetUintOr("no", 3).value(), 3u);
  EXPECT_EQ(metadata.GetFloatOr("no", 3.5).value(), 3.5);
  EXPECT_EQ(metadata.GetBoolOr("no", true).value(), true);
  EXPECT_EQ(metadata.GetStringOr("no", "x").value(), "x");
  EXPECT_EQ(metadata.GetUintOr("uint", 3).value(), 7u);
  ExpectError(metadata.GetUintOr("text", 3), ErrorCode::kCorrupt, "is a string");
  ExpectError(metadata.GetUintOr("uint", 3, 5), ErrorCode::kCorrupt, "at most 5");
  ExpectError(metadata.GetFloatOr("text", 3), ErrorCode::kCorrupt, "is a string");
  ExpectError(metadata.GetBoolOr("text", true), ErrorCode::kCorrupt, "is a string");
  ExpectError(metadata.GetStringOr("uint", "x"), ErrorCode::kCorrupt, "is an unsigned integer");
}

}  // namespace
}  // namespace bantam
