// NodeTruth says what a matcher says, of every value in a document.
#include "grammar/repair/node_truth.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

#include "grammar/repair/squeezed.h"
#include "grammar/schema/json_matcher.h"
#include "grammar/schema/json_schema.h"

namespace bantam::grammar {
namespace {

class Documents {
 public:
  explicit Documents(uint32_t seed) : random_(seed) {}

  std::string Next(int depth) {
    switch (depth == 0 ? Below(5) : Below(8)) {
      case 0: return "null";
      case 1: return Below(2) == 0 ? "true" : "0";
      case 2: return std::to_string(static_cast<int>(Below(6)) - 1);
      case 3: return "1.5";
      case 4: return "\"" + std::string(Below(4), 'a') + "\"";
      case 5: return "[" + List(depth, false) + "]";
      default: return "{" + List(depth, true) + "}";
    }
  }

 private:
  size_t Below(size_t n) { return random_() % n; }
  std::string List(int depth, bool named) {
    std::string text;
    for (size_t i = Below(4); i > 0; --i) {
      const std::string name = "\"" + std::string(1, "abcx"[Below(4)]) + "\": ";
      text += (text.empty() ? "" : ", ") + (named ? name : "") + Next(depth - 1);
    }
    return text;
  }

  std::mt19937 random_;
};

TEST(NodeTruth, AgreesWithTheMatcher) {
  for (const char* schema_text : {
           R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"$ref":"#"}},
               "required":["a"]})",
           R"({"type":["array","object","integer"],"items":{"$ref":"#"},"additionalProperties":
               {"$ref":"#"},"maxItems":2,"propertyNames":{"enum":["a","b","x"]}})",
           R"({"anyOf":[{"type":"array","contains":{"type":"string"},"uniqueItems":true},
               {"required":["a"],"not":{"required":["x"]}},{"maxLength":1}]})",
           R"({"oneOf":[{"properties":{"a":{"type":"string"}}},{"minProperties":2},
               {"type":"array"}],"if":{"required":["c"]},"then":{"properties":{"c":{"minimum":2}}},
               "unevaluatedProperties":{"type":["integer","null","array"]}})",
           R"({"patternProperties":{"[ab]":{"type":["integer","object"]}},
               "dependentSchemas":{"a":{"required":["b"]}},"prefixItems":[{"type":"null"}]})"}) {
    const auto schema = JsonSchema::Compile(*Json::Parse(schema_text), {});
    ASSERT_TRUE(schema) << schema.error().message;
    const auto machine = (*schema)->machine();
    Documents documents(5);
    size_t satisfied = 0;
    for (int run = 0; run < 2'000; ++run) {
      const std::string text = documents.Next(4);
      JsonTree tree;
      ASSERT_TRUE(tree.Add(text));
      NodeTruth truth(*machine, tree);
      uint64_t left = 1'000'000;
      for (NodeId node = 0; node < tree.size(); ++node) {
        JsonMatcher matcher(*machine);
        const std::string_view value = tree.Text(node);
        const bool accepted = Feed(matcher, value) == value.size() && matcher.Accepting();
        ASSERT_EQ(truth.Satisfies(node, machine->languages().Root(), left), accepted)
            << schema_text << "\n"
            << value;
        satisfied += accepted ? 1 : 0;
      }
      ASSERT_GT(left, 0U);
    }
    EXPECT_GT(satisfied, 25U);
  }
}

TEST(NodeTruth, StopsAtItsLimit) {
  const auto schema = JsonSchema::Compile(*Json::Parse(R"({"items":{"type":"null"}})"), {});
  ASSERT_TRUE(schema);
  const auto machine = (*schema)->machine();
  JsonTree tree;
  ASSERT_TRUE(tree.Add("[null,null,null]"));
  NodeTruth truth(*machine, tree);
  uint64_t left = 50;
  EXPECT_FALSE(truth.Satisfies(0, machine->languages().Root(), left));
  EXPECT_EQ(left, 0U);
  left = 10'000;
  EXPECT_TRUE(truth.Satisfies(0, machine->languages().Root(), left));
}

}  // namespace
}  // namespace bantam::grammar
