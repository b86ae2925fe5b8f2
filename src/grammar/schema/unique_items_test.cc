// uniqueItems in replies: many items, and items that differ in little.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "grammar/matcher_contract.h"
#include "grammar/schema/json_schema.h"

namespace bantam::grammar {
namespace {

std::shared_ptr<const JsonSchema> Compile(const std::string& text) {
  auto schema = JsonSchema::Compile(*Json::Parse(text), {});
  EXPECT_TRUE(schema.has_value()) << text << schema.error().message;
  return schema ? *schema : nullptr;
}

bool PushAll(Matcher& matcher, const std::string& text) {
  for (const char c : text) {
    if (!matcher.Push(static_cast<uint8_t>(c))) return false;
  }
  return true;
}

TEST(ListTable, SetsAreEqualInWhateverOrderTheyGrew) {
  ListTable lists;
  const auto of = [&](const std::vector<ValueId>& values) {
    ListId list = ListTable::kEmpty;
    for (ValueId value : values) list = lists.Add(list, value);
    return list;
  };
  EXPECT_EQ(of({3, 1, 2}), of({1, 2, 3}));
  EXPECT_EQ(of({0, 7}), of({7, 0}));
  EXPECT_NE(of({1, 2}), of({1, 2, 3}));
  EXPECT_NE(of({0, 3}), of({1, 2}));
  EXPECT_EQ(lists.ValuesOf(of({9, 4, 6})), (std::vector<ValueId>{4, 6, 9}));
  EXPECT_EQ(lists.ValuesOf(ListTable::kEmpty), std::vector<ValueId>());
}

// In each document every item differs from all others; the last one may not be there twice.
TEST(UniqueItems, ManyItemsThatDifferInLittle) {
  const std::string object = R"({"type":"object","required":["a","b","c"],"properties":
      {"a":{"type":"integer"},"b":{"type":"string"},
       "c":{"type":"array","items":{"type":"integer"}}},
      "additionalProperties":false})";
  struct Form {
    std::string items;
    std::string (*item)(int i);
  };
  for (const Form& form : std::vector<Form>{
           {object,
            [](int i) {
              const std::string n = std::to_string(i);
              return R"({"a":)" + std::to_string(i % 4) + R"(,"b":"x)" + std::to_string(i % 7) +
                     R"(","c":[)" + n + "]}";
            }},
           {object, [](int i) { return R"({"c":[1,)" + std::to_string(i) + R"(],"b":"","a":1})"; }},
           {R"({"type":"object"})",
            [](int i) { return R"({"id":1,"n":"x","b":[)" + std::to_string(i) + "]}"; }},
           {R"({"type":"array"})",
            [](int i) { return "[[" + std::to_string(i % 3) + "]," + std::to_string(i) + "]"; }}}) {
    const auto schema =
        Compile(R"({"type":"array","uniqueItems":true,"items":)" + form.items + "}");
    const auto matcher = schema->NewMatcher();
    for (int i = 0; i < 60; ++i) {
      ASSERT_TRUE(PushAll(*matcher, (i == 0 ? "[" : ",") + form.item(i))) << form.item(i);
    }
    EXPECT_EQ(BrokenByCompletion(*matcher), "");
    EXPECT_EQ(matcher->losses(), 0U) << form.item(0);
    EXPECT_FALSE(PushAll(*matcher, "," + form.item(37))) << form.item(37);
    EXPECT_EQ(BrokenByCompletion(*matcher), "");
  }
}

TEST(UniqueItems, ThousandsOfNumbers) {
  const auto numbers = Compile(R"({"type":"array","uniqueItems":true,"items":{"type":"integer"}})");
  const auto matcher = numbers->NewMatcher();
  for (int i = 0; i < 1'500; ++i) {
    ASSERT_TRUE(PushAll(*matcher, (i == 0 ? "[" : ",") + std::to_string(1'000 + i)));
  }
  EXPECT_TRUE(PushAll(*matcher, ",123"));
  EXPECT_EQ(BrokenByCompletion(*matcher), "");
  EXPECT_TRUE(PushAll(*matcher, "4"));  // there already, so that it has to go on
  EXPECT_EQ(matcher->Completion(), "0]");
  EXPECT_FALSE(PushAll(*matcher, ","));
  EXPECT_EQ(matcher->losses(), 0U);
}

// At each place all bytes are tried; one that is legal comes next.
std::string BrokenOnWalk(Matcher& matcher, std::mt19937& random) {
  while (true) {
    if (std::string broken = BrokenByCompletion(matcher); !broken.empty()) return broken;
    std::string legal;
    for (const char c : std::string("{}[],:\"abx1203")) {
      if (!matcher.Push(static_cast<uint8_t>(c))) continue;
      matcher.Pop(1);
      legal += c;
    }
    if (legal.empty() && matcher.Accepting()) return "";
    if (legal.empty()) legal = matcher.Completion().substr(0, 1);
    if (!matcher.Push(static_cast<uint8_t>(legal[random() % legal.size()]))) return "Push again";
  }
}

TEST(UniqueItems, ItemsOfFewValuesCanBeEnded) {
  std::mt19937 random(7);
  for (const char* items : {R"({"type":"object","required":["a"],"maxProperties":1,"properties":
                               {"a":{"enum":[1,2,"x"]}}})",
                            R"({"enum":[[1],[2],[1,2],{"a":1},"b",3]})",
                            R"({"type":"array","items":{"enum":[0,1]},"maxItems":2})"}) {
    for (const char* rest : {"", R"(,"minItems":3)", R"(,"contains":{"type":"object"},
        "minContains":0,"maxContains":2,"minItems":2)"}) {
      const auto schema = Compile(std::string(R"({"type":"array","uniqueItems":true,"items":)") +
                                  items + rest + "}");
      for (int i = 0; i < 5; ++i) {
        const auto matcher = schema->NewMatcher();
        EXPECT_EQ(BrokenOnWalk(*matcher, random), "") << items << rest << matcher->Completion();
      }
    }
  }
}

}  // namespace
}  // namespace bantam::grammar
