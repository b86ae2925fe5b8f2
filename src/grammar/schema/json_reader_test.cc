// Long and deep documents: read like short ones, by the same schema.
#include "grammar/schema/json_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "grammar/expected.h"
#include "grammar/schema/json_schema.h"

namespace bantam::grammar {
namespace {

std::shared_ptr<const JsonSchema> Compile(std::string_view schema) {
  auto compiled = JsonSchema::Compile(*Json::Parse(schema), {});
  EXPECT_TRUE(compiled.has_value()) << (compiled ? "" : compiled.error().message);
  return compiled ? *compiled : nullptr;
}

// The first byte that is not taken; one more than the size if all are and the document may end.
size_t Read(Matcher& matcher, std::string_view text) {
  size_t at = 0;
  while (at < text.size() && matcher.Push(static_cast<uint8_t>(text[at]))) ++at;
  return at + (at == text.size() && matcher.Accepting() ? 1 : 0);
}

size_t Read(const JsonSchema& schema, std::string_view text) {
  return Read(*schema.NewReader(), text);
}

std::string ArrayOf(int n, const std::function<std::string(int)>& item) {
  std::string text = "[";
  for (int i = 0; i < n; ++i) text += (i > 0 ? "," : "") + item(i);
  return text;
}

// All kinds of items: as many as there are, and one of them again in another spelling.
TEST(JsonReader, ManyItemsThatMustDiffer) {
  struct Kind {
    std::function<std::string(int)> item;
    int n;
    std::string again;
  };
  const std::vector<Kind> kinds = {
      {[](int i) { return std::to_string(i * 7); }, 5'000, "70e-1"},
      {[](int i) { return std::to_string(i) + ".5"; }, 5'000, "75E-1"},
      {[](int i) { return "\"item" + std::to_string(i) + "\""; }, 5'000, "\"\\u0069tem7\""},
      {[](int i) { return "{\"id\":" + std::to_string(i) + ",\"name\":\"a\"}"; }, 1'000,
       "{\"name\":\"\\u0061\", \"id\":7.0}"},
      {[](int i) { return "[[" + std::to_string(i) + "],null]"; }, 1'000, "[ [7.00], null ]"},
  };
  const auto schema = Compile(R"({"type":"array","uniqueItems":true})");
  const auto needs_twins = Compile(R"({"type":"array","not":{"uniqueItems":true}})");
  const auto either = Compile(R"({"anyOf":[{"uniqueItems":true},{"maxItems":100}]})");
  for (const Kind& kind : kinds) {
    const std::string items = ArrayOf(kind.n, kind.item);
    const std::string with_twin = items + "," + kind.again;
    EXPECT_EQ(Read(*schema, items + "]"), items.size() + 2) << kind.again;
    EXPECT_GT(Read(*schema, with_twin + "]"), items.size() + 1) << kind.again;
    EXPECT_LE(Read(*schema, with_twin + "]"), with_twin.size()) << kind.again;
    EXPECT_LE(Read(*needs_twins, items + "]"), items.size()) << kind.again;
    EXPECT_EQ(Read(*needs_twins, with_twin + "]"), with_twin.size() + 2) << kind.again;
    EXPECT_LE(Read(*either, with_twin + "]"), with_twin.size()) << kind.again;
    const std::string few = ArrayOf(50, kind.item) + "," + kind.again;
    EXPECT_EQ(Read(*either, few + "]"), few.size() + 2) << kind.again;
  }
}

// Whichever of both reads, and however far it goes back.
TEST(JsonReader, AgreesWithTheMatcherAndGoesBack) {
  const auto schema = Compile(R"({"uniqueItems":true,"minItems":2,"items":{"anyOf":[
      {"type":"integer"},{"type":"object","required":["a"]},
      {"type":"array","items":{"$ref":"#"}}]}})");
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    const auto number = [&](int) { return std::to_string(random() % 40); };
    const auto object = [&](int) { return "{\"a\":" + number(0) + "}"; };
    const auto mixed = [&](int i) { return random() % 2 == 0 ? number(i) : object(i); };
    const std::string text = ArrayOf(static_cast<int>(random() % 6), mixed) + "]";
    const auto matcher = schema->NewMatcher();
    const size_t read = Read(*matcher, text);
    EXPECT_EQ(read > text.size(), Read(*schema, text) > text.size()) << text;
  }
  const std::string text = ArrayOf(2'000, [](int i) { return std::to_string(i + 1'000); });
  const auto reader = schema->NewReader();
  ASSERT_EQ(Read(*reader, text), text.size());
  for (const size_t left : {text.size() - 1, text.size() - 30, size_t{7'000}, size_t{3'000},
                            size_t{700}, size_t{2}, size_t{0}}) {
    reader->Pop(reader->size() - left);
    EXPECT_EQ(Read(*reader, text.substr(left)), text.size() - left) << left;
    EXPECT_EQ(Read(*reader, ",1007]"), 5U) << left;  // there already
    EXPECT_EQ(reader->size(), text.size() + 5);
    reader->Pop(5);
  }
  EXPECT_EQ(Read(*reader, ",8]"), 4U);
  EXPECT_FALSE(reader->limited());
}

TEST(JsonReader, DeepDocumentsHaveAnEnd) {
  const auto schema = Compile(R"({"anyOf":[{"type":"array","items":{"$ref":"#"},"uniqueItems":true},
      {"type":"object","additionalProperties":{"$ref":"#"},"maxProperties":1}]})");
  constexpr size_t kDepth = 30'000;
  for (const std::string& open : {std::string("["), std::string("{\"a\":")}) {
    std::string text;
    for (size_t i = 0; i < kDepth; ++i) text += open;
    const auto reader = schema->NewReader();
    ASSERT_EQ(Read(*reader, text), text.size());
    if (open == "[") continue;  // deeper than items can be compared
    const std::string end = reader->Completion();
    EXPECT_EQ(Read(*reader, end), end.size() + 1);
    EXPECT_LE(end.size(), kDepth + 4);
  }
}

}  // namespace
}  // namespace bantam::grammar
