// Tests of shapes from their specifications, and of reading by them.
#include "engine/compiled_shape.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/shape_reader.h"

namespace bantam {
namespace {

using Kind = ShapeSpec::Kind;
using Texts = std::vector<std::string>;

std::shared_ptr<const Shape> Compile(const ShapeSpec& spec) {
  auto shape = CompileShape(spec);
  EXPECT_TRUE(shape) << shape.error().message;
  return *shape;
}

// How many bytes are read, and whether a document may end after them.
std::pair<size_t, bool> Read(const std::shared_ptr<const Shape>& shape, std::string_view text) {
  const auto reader = StartReader(shape);
  size_t n = 0;
  while (n < text.size() && reader->Push(static_cast<uint8_t>(text[n]))) ++n;
  return {n, reader->Accepting()};
}

Texts ExpectedAfter(const std::shared_ptr<const Shape>& shape, std::string_view text) {
  const auto reader = StartReader(shape);
  for (const char c : text) EXPECT_TRUE(reader->Push(static_cast<uint8_t>(c))) << text;
  EXPECT_EQ(reader->CompletionBytes(), reader->Completion().size());
  return reader->Expected();
}

TEST(CompiledShape, EachKind) {
  struct Case {
    ShapeSpec spec;
    std::string good;
    std::string bad;
    size_t bad_at;
    uint32_t shortest;
  };
  const std::vector<Case> cases = {
      {{.kind = Kind::kJson}, R"({"a":[1,null]})", "[1]", 0, 2},
      {{.kind = Kind::kJsonSchema, .text = R"({"enum":["ab",12]})"}, "12", "13", 1, 2},
      {{.kind = Kind::kGrammar, .text = "root ::= \"a\" \"b\"*"}, "abb", "abc", 2, 1},
      {{.kind = Kind::kRegex, .text = "[0-9]{2,3}"}, "123", "12a", 2, 2},
      {{.kind = Kind::kChoice, .items = {"yes", "no"}}, "no", "yet", 2, 2},
      {{.kind = Kind::kTable, .items = {"a"}}, "| a |\n| --- |\n| x |", "| b", 2, 17},
  };
  for (const Case& c : cases) {
    const auto shape = Compile(c.spec);
    EXPECT_EQ(shape->kind(), c.spec.kind);
    EXPECT_EQ(Read(shape, c.good), std::pair(c.good.size(), true)) << c.good;
    EXPECT_EQ(Read(shape, c.bad).first, c.bad_at) << c.bad;
    EXPECT_EQ(shape->shortest_bytes(), c.shortest) << c.good;
  }
}

TEST(CompiledShape, AByteOrderMarkMayStandFirst) {
  ShapeSpec schema{.kind = ShapeSpec::Kind::kJsonSchema, .text = "\xEF\xBB\xBF{\"const\":1}"};
  EXPECT_TRUE(Read(Compile(schema), "1").second);
  ShapeSpec grammar{.kind = ShapeSpec::Kind::kGrammar, .text = "\xEF\xBB\xBFroot ::= \"a\""};
  EXPECT_TRUE(Read(Compile(grammar), "a").second);
}

TEST(CompiledShape, FormatsAndRegistry) {
  ShapeSpec spec = {.kind = Kind::kJsonSchema, .text = R"({"type":"string","format":"date"})"};
  EXPECT_FALSE(Read(Compile(spec), "\"x\"").second);
  spec.assert_formats = false;
  EXPECT_TRUE(Read(Compile(spec), "\"x\"").second);
  spec.text = R"({"$ref":"http://there/n.json"})";
  EXPECT_FALSE(CompileShape(spec));
  spec.registry["http://there/n.json"] = R"({"const":1})";
  EXPECT_TRUE(Read(Compile(spec), "1").second);
  spec.registry["http://there/m.json"] = "{";
  const auto bad = CompileShape(spec);
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("http://there/m.json"), std::string::npos);
}

TEST(CompiledShape, WhatDoesNotCompile) {
  const std::vector<std::pair<ShapeSpec, std::string>> cases = {
      {{.kind = Kind::kJsonSchema, .text = "{"}, "no JSON"},
      {{.kind = Kind::kJsonSchema, .text = R"({"items":{"maximum":"1"}})"}, "#/items/maximum"},
      {{.kind = Kind::kJsonSchema, .text = "false"}, ""},
      {{.kind = Kind::kGrammar, .text = "root ::= other"}, "line 1"},
      {{.kind = Kind::kRegex, .text = "(a"}, ""},
      {{.kind = Kind::kChoice}, ""},
      {{.kind = Kind::kTable, .items = {""}}, ""},
  };
  for (const auto& [spec, part] : cases) {
    const auto shape = CompileShape(spec);
    ASSERT_FALSE(shape) << spec.text;
    EXPECT_NE(shape.error().message.find(part), std::string::npos) << shape.error().message;
  }
}

TEST(ShapeReader, SaysWhatMayComeNext) {
  const auto regex = Compile({.kind = Kind::kRegex, .text = "a[0-9b-dxy]é?"});
  EXPECT_EQ(ExpectedAfter(regex, ""), Texts{"a"});
  EXPECT_EQ(ExpectedAfter(regex, "a"), (Texts{"0-9", "b-d", "x", "y"}));
  EXPECT_EQ(ExpectedAfter(regex, "a1"), (Texts{"the end", "characters beyond ASCII"}));
  const auto choice = Compile({.kind = Kind::kChoice, .items = {"yes please", "no"}});
  EXPECT_EQ(ExpectedAfter(choice, "ye"), Texts{"s please"});
  EXPECT_EQ(ExpectedAfter(choice, "no"), Texts{"the end"});
  const auto text = Compile({.kind = Kind::kRegex, .text = "[^\\n]*"});
  EXPECT_EQ(ExpectedAfter(text, "").front(), "the end");
  const Texts any = ExpectedAfter(text, "");
  EXPECT_NE(std::ranges::find(any, "text"), any.end());
}

}  // namespace
}  // namespace bantam
