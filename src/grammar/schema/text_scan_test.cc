// Products of texts' automata, and where most characters lead.
#include "grammar/schema/text_scan.h"

#include <gtest/gtest.h>

#include <string>

#include "base/utf8.h"
#include "grammar/schema/schema_machine.h"

namespace bantam::grammar {
namespace {

class TextScan : public ::testing::Test {
 protected:
  ScanId Read(ScanId scan, const std::string& text) {
    for (size_t at = 0; at < text.size();) {
      const auto [code_point, length] = DecodeUtf8(text, at);
      scan = scans_.Next(scan, code_point);
      at += length;
    }
    return scan;
  }

  static std::shared_ptr<const Schema> Load(const char* text) {
    return std::make_shared<const Schema>(*LoadSchema(*Json::Parse(text), SchemaOptions()));
  }
  SchemaMachine machine_{Load(R"({"properties":{"two":{},"twelve":{},"été":{}},
                                  "patternProperties":{"^t":{}}})")};
  ValueLanguages& languages_ = machine_.languages();
  RegexPool& pool_ = languages_.regexes();
  ScanTable& scans_ = machine_.scans();
};

TEST_F(TextScan, TextsToldApartByFewCharacters) {
  const ScanId start = scans_.OfTexts(RegexPool::kAnything, {pool_.Literal("foo")});
  const ScanId other = Read(start, "x");
  EXPECT_FALSE(scans_.Loops(start));
  EXPECT_TRUE(scans_.Loops(other));
  EXPECT_EQ(Read(start, "fox"), other);
  EXPECT_EQ(Read(start, "日本"), other);
  EXPECT_EQ(scans_.TruthOf(Read(start, "foo")), std::vector<uint8_t>{1});
  EXPECT_EQ(scans_.TruthOf(other), std::vector<uint8_t>{0});
  const auto& found = scans_.ConvergenceOf(start);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->to, other);
  EXPECT_EQ(found->first_bytes.count(), found->loop.count() - 1);
  EXPECT_FALSE(found->first_bytes['f']);
  EXPECT_FALSE(found->loop['"'] || found->loop['\n'] || found->loop['\\'] || found->loop[0xC0]);
}

TEST_F(TextScan, DotLeadsOnButAtLineSeparators) {
  CodePointSet dot = CodePointSet::All();
  dot = dot.Intersect(CodePointSet::Of(0x2028, 0x2029).Complement());
  const ScanId start = scans_.OfTexts(pool_.Repeat(pool_.Class(dot), 1, RegexPool::kUnbounded), {});
  const auto& found = scans_.ConvergenceOf(start);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->to, Read(start, "a"));
  EXPECT_TRUE(found->first_bytes['a'] && found->first_bytes[0xE6]);
  EXPECT_FALSE(found->first_bytes[0xE2]);
}

TEST_F(TextScan, ListedNamesAndPatterns) {
  const NamesId names = machine_.steps().NamesOf(std::array{languages_.Members(languages_.Root())});
  const ScanId start = scans_.OfNames(RegexPool::kAnything, names);
  for (const std::string name :
       {"two", "twelve", "été", "t", "twe", "twox", "x", "é", "étée", ""}) {
    EXPECT_EQ(scans_.NameClassOf(Read(start, name)), machine_.steps().ClassOf(names, name)) << name;
  }
  const auto& found = scans_.ConvergenceOf(start);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->to, Read(start, "x"));
  EXPECT_FALSE(found->first_bytes['t'] || found->first_bytes[0xC3]);
  EXPECT_TRUE(found->first_bytes['x'] && found->first_bytes[0xC4]);
  EXPECT_EQ(Read(start, "tx"), Read(start, "twox"));
}

}  // namespace
}  // namespace bantam::grammar
