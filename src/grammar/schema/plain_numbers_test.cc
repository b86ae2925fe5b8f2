// Numbers that a schema limits, as they are written in replies (SchemaOptions::plain_numbers).
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "grammar/schema/json_matcher.h"
#include "grammar/schema/json_schema.h"
#include "grammar/schema/schema_test_file.h"

namespace bantam::grammar {
namespace {

std::shared_ptr<const JsonSchema> Compile(std::string_view schema, bool plain) {
  SchemaOptions options;
  options.plain_numbers = plain;
  auto compiled = JsonSchema::Compile(*Json::Parse(schema), options);
  EXPECT_TRUE(compiled.has_value()) << schema << ": " << compiled.error().message;
  return compiled.value_or(nullptr);
}

struct Case {
  std::string_view schema;
  std::vector<std::string_view> written;
  std::vector<std::string_view> others;  // valid, and not written
};

TEST(PlainNumbers, AreWrittenAndTheOthersAreStillValid) {
  const Case cases[] = {
      {R"({"type":"integer"})", {"0", "-12", "12345678901234567890"}, {"1.0", "1e3", "0.0"}},
      {R"({"type":"integer","minimum":1})", {"1", "600"}, {"0.5e1", "1.0", "2e0"}},
      {R"({"type":"integer","multipleOf":10})", {"0", "-40"}, {"4e30", "61.0e2"}},
      {R"({"minimum":0.5,"maximum":8})", {"0.5", "7", "7.25"}, {"5e-1", "1.0000000000000001"}},
      {R"({"exclusiveMaximum":1,"exclusiveMinimum":0})",
       {"0.99"},
       {"0.9999999999999999999", "1e-3"}},
      {R"({"enum":[1,2,30]})", {"1", "30"}, {"1.0", "3e1"}},
      {R"({"enum":[1.5,2]})", {"1.5", "2", "2.0"}, {"15e-1"}},
      {R"({"type":"number"})", {"1.0", "1e3", "3.14159265358979323846"}, {}},
      {R"({"const":1e30})", {"1e30"}, {}},
      {R"({"minimum":1e305,"maximum":2e305})", {"1e305", "1.5e305"}, {}},
      {R"({"items":{"type":"integer"},"contains":{"minimum":5},"maxContains":1})",
       {"[1,7]", "[7]"},
       {"[1.0,7]"}},
  };
  for (const Case& one : cases) {
    const auto plain = Compile(one.schema, true);
    const auto any = Compile(one.schema, false);
    for (const std::string_view text : one.written) {
      EXPECT_TRUE(Accepts(*plain, text)) << one.schema << ' ' << text;
      EXPECT_TRUE(Accepts(*any, text)) << one.schema << ' ' << text;
    }
    for (const std::string_view text : one.others) {
      EXPECT_FALSE(Accepts(*plain, text)) << one.schema << ' ' << text;
      EXPECT_TRUE(Accepts(*any, text)) << one.schema << ' ' << text;
    }
  }
}

// Every way that is open leads to an end, and what is written is valid however numbers are written.
TEST(PlainNumbers, AlwaysFinish) {
  std::mt19937 random(5);
  for (
      const std::string_view schema : {
          R"({"type":"integer","minimum":3,"maximum":4})",
          R"({"type":"integer","oneOf":[{"multipleOf":2},{"multipleOf":3}]})",
          R"({"type":"integer","minimum":9007199254740993,"maximum":9007199254740995})",
          R"({"anyOf":[{"type":"integer","minimum":1e305},{"multipleOf":0.5,"maximum":1}]})",
          R"({"items":{"type":"integer","minimum":1,"maximum":9},"uniqueItems":true,"minItems":8})",
          R"({"items":{"minimum":0,"maximum":1},"uniqueItems":true,"minItems":9})",
          R"({"items":{"type":"integer"},"contains":{"multipleOf":7},"minItems":4})",
          R"({"type":"number","not":{"type":"integer"},"minimum":-2})",
          R"({"not":{"enum":[0,1,2]},"type":"integer","minimum":0})",
          R"({"if":{"multipleOf":2},"then":{"minimum":9},"else":{"maximum":-9},"type":"integer"})",
      }) {
    const auto plain = Compile(schema, true);
    const auto any = Compile(schema, false);
    for (int round = 0; round < 20; ++round) {
      const auto matcher = plain->NewMatcher();
      std::string text;
      while (!matcher->Accepting() || text.size() < 30) {
        const std::string completion = matcher->Completion();
        if (text.size() >= 30 || random() % 3 == 0) {
          ASSERT_TRUE(matcher->Accepting() || !completion.empty()) << schema << text;
          for (const char c : completion) ASSERT_TRUE(matcher->Push(static_cast<uint8_t>(c)));
          text += completion;
          break;
        }
        std::string legal;
        for (const char c : std::string_view("-+.e0123456789[],")) {
          if (!matcher->Push(static_cast<uint8_t>(c))) continue;
          matcher->Pop(1);
          legal += c;
        }
        if (legal.empty()) {
          ASSERT_TRUE(matcher->Accepting()) << schema << text;
          break;
        }
        text += legal[random() % legal.size()];
        ASSERT_TRUE(matcher->Push(static_cast<uint8_t>(text.back()))) << schema << text;
      }
      ASSERT_TRUE(matcher->Accepting()) << schema << ' ' << text;
      EXPECT_TRUE(Accepts(*any, text)) << schema << ' ' << text;
    }
  }
}

}  // namespace
}  // namespace bantam::grammar
