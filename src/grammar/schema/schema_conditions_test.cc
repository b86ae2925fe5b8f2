// Conditions that play together, in the manner of configuration files: documents are accepted if
// and only if an independent validator says so (tests/golden/schemas/conditions.py).
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "grammar/matcher_contract.h"
#include "grammar/schema/json_schema.h"

namespace bantam::grammar {
namespace {

struct Entry {
  std::string name;
  Json schema, valid, invalid;
};

std::vector<Entry> ReadEntries() {
  std::ifstream file(BANTAM_SOURCE_DIR "/tests/golden/schemas/conditions.jsonl");
  std::vector<Entry> entries;
  for (std::string line; std::getline(file, line);) {
    const Result<Json> json = Json::Parse(line);
    EXPECT_TRUE(json.has_value());
    if (!json) break;
    entries.push_back({json->Find("name")->AsString(), *json->Find("schema"), *json->Find("valid"),
                       *json->Find("invalid")});
  }
  return entries;
}

bool Accepts(Matcher& matcher, const std::string& text) {
  for (const char c : text) {
    if (!matcher.Push(static_cast<uint8_t>(c))) return false;
  }
  return matcher.Accepting();
}

// A completion leads to the end from wherever a document is.
void ExpectEnds(const JsonSchema& schema, const std::string& text) {
  const auto matcher = schema.NewMatcher();
  for (size_t i = 0; i < text.size(); i += 13) {
    while (matcher->size() < i)
      ASSERT_TRUE(matcher->Push(static_cast<uint8_t>(text[matcher->size()])));
    ASSERT_EQ(BrokenByCompletion(*matcher), "") << text.substr(0, i);
  }
}

TEST(SchemaConditions, DocumentsAreAcceptedAsTheValidatorSays) {
  const std::vector<Entry> entries = ReadEntries();
  EXPECT_GE(entries.size(), 100U);
  for (const Entry& entry : entries) {
    SCOPED_TRACE(entry.name);
    const auto schema = JsonSchema::Compile(entry.schema, {});
    ASSERT_TRUE(schema.has_value()) << schema.error().message;
    for (const bool valid : {true, false}) {
      for (const Json& document : (valid ? entry.valid : entry.invalid).items()) {
        const std::string text = document.Dump();
        EXPECT_EQ(Accepts(*(*schema)->NewMatcher(), text), valid) << text;
        EXPECT_EQ(Accepts(*(*schema)->NewChecker(), text), valid) << text;
      }
    }
    ExpectEnds(**schema, entry.valid.items()[0].Dump());
  }
}

}  // namespace
}  // namespace bantam::grammar
