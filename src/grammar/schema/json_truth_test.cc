// Whether values satisfy formulas.
#include "grammar/schema/json_truth.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "grammar/schema/schema_test_file.h"

namespace bantam::grammar {
namespace {

TEST(JsonTruth, OfValuesOfEachType) {
  ValueLanguages languages(std::make_shared<const Schema>(Loaded(
      R"({"type":["object","string","integer","null","array"],"maxLength":2,"minimum":3,
          "required":["a"],"properties":{"a":{"oneOf":[{"const":1},{"type":"array",
          "uniqueItems":true,"contains":{"const":"x"}}]}},"items":{"type":"boolean"}})")));
  ContainerSteps steps(languages);
  JsonTruth truth(steps);
  const FormulaId root = languages.Root();
  for (const char* valid :
       {"\"ab\"", "3", "null", "[true,false]", R"({"a":1,"b":{}})", R"({"a":["x",2]})"}) {
    EXPECT_EQ(truth.Of(root, *Json::Parse(valid)), true) << valid;
  }
  for (const char* invalid : {"\"abc\"", "2", "3.5", "true", "[1]", "{}", R"({"a":2})",
                              R"({"a":["x","x"]})", R"({"a":["y"]})"}) {
    EXPECT_EQ(truth.Of(root, *Json::Parse(invalid)), false) << invalid;
  }
}

TEST(JsonTruth, SaysNothingOfDeepValues) {
  ValueLanguages languages(
      std::make_shared<const Schema>(Loaded(R"({"type":"array","items":{"$ref":"#"}})")));
  ContainerSteps steps(languages);
  JsonTruth truth(steps);
  EXPECT_EQ(truth.Of(languages.Root(), *Json::Parse("[[[[[[[[]]]]]]]]")), true);
  EXPECT_EQ(truth.Of(languages.Root(), *Json::Parse("[[[[[[[[[]]]]]]]]]")), std::nullopt);
}

}  // namespace
}  // namespace bantam::grammar
