// Tests of the strict reader: every class of the public JSONTestSuite, and Json::Parse as oracle.
#include "grammar/repair/strict_scan.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/json.h"

namespace bantam::grammar {
namespace {

using Outcome = StrictScan::Outcome;

// One byte per character.
std::string Latin1(const std::string& utf8) {
  std::string out;
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<uint8_t>(utf8[i]);
    if (byte < 0x80) {
      out += utf8[i];
    } else {
      out += static_cast<char>((byte & 3) << 6 | (utf8[++i] & 0x3F));
    }
  }
  return out;
}

// Whether the oracle takes it; it refuses keys that appear twice, which is no question of syntax.
bool OracleAccepts(const std::string& text) {
  const auto json = Json::Parse(text);
  return json || json.error().message.find("appears twice") != std::string::npos;
}

TEST(StrictScan, AgreesOnEveryClassOfCorners) {
  std::ifstream file(BANTAM_SOURCE_DIR "/tests/golden/json_repair/parsing.json");
  const std::string golden((std::istreambuf_iterator<char>(file)), {});
  const auto rows = Json::Parse(golden);
  ASSERT_TRUE(rows.has_value());
  EXPECT_GE(rows->items().size(), 250u);
  for (const Json& row : rows->items()) {
    const std::string text = Latin1(row.items()[1].AsString());
    const bool valid = row.items()[2].is_null();
    const std::string what = row.items()[0].AsString() + ": " + text;
    EXPECT_EQ(OracleAccepts(text), valid) << what;
    StrictScan scan(text);
    const Outcome outcome = scan.Run();
    EXPECT_EQ(outcome == Outcome::kValid, valid) << what;
    if (!valid) {
      EXPECT_EQ(scan.error().offset, static_cast<size_t>(*row.items()[2].AsInt()))
          << what << ": " << scan.error().what;
      EXPECT_FALSE(scan.error().what.empty());
      // What is wrong is repaired, or refused with a reason.
      const auto repair = RepairJson(text);
      EXPECT_TRUE(repair ? CheckJson(repair->text).valid : !repair.error().message.empty());
    }
  }
}

TEST(StrictScan, FindsKeysThatAppearTwice) {
  const std::string text = R"({"a":1,"b":{"a":2},"\u0061":3,"c":[{"x":1,"x":2,"x":3}],"b":0})";
  StrictScan scan(text);
  EXPECT_EQ(scan.Run(), Outcome::kValid);
  ASSERT_EQ(scan.notes().size(), 4u);
  EXPECT_EQ(scan.notes()[0].offset, text.find("\"x\":2"));
  EXPECT_EQ(scan.notes()[1].offset, text.find("\"x\":3"));
  EXPECT_EQ(scan.notes()[2].offset, text.find("\"\\u0061"));
  EXPECT_EQ(scan.notes()[3].offset, text.rfind("\"b\""));
}

TEST(StrictScan, DeepTextIsValidUpToTheLimit) {
  const std::string most = std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']');
  EXPECT_EQ(StrictScan(most).Run(), Outcome::kValid);
  const std::string more = "[" + most + "]";
  StrictScan scan(more);
  EXPECT_EQ(scan.Run(), Outcome::kDeep);
  EXPECT_EQ(scan.error().offset, kMaxJsonDepth);
}

TEST(StrictScan, KnowsACutTextFromAWrongOne) {
  for (const char* cut :
       {"", "[", "{\"a\"", "[1,", "\"x", "tru", "-", "1.", "[\"\\u1", "{\"a\":"}) {
    EXPECT_EQ(StrictScan(cut).Run(), Outcome::kCut) << cut;
  }
  for (const char* wrong : {"]", "{1", "[1 2", "'", "trx", "-a", "1.a", "[\"\\q", "{,", "nulll"}) {
    EXPECT_EQ(StrictScan(wrong).Run(), Outcome::kWrong) << wrong;
  }
}

}  // namespace
}  // namespace bantam::grammar
