// Tests of replies with x-copy: whatever the model would say, what they copy was there.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/json.h"
#include "engine/batch_engine.h"
#include "engine/fake_model.h"
#include "engine/fake_shape.h"

namespace bantam {
namespace {

const std::vector<std::string> kTexts = {"say \"only\" what you see",
                                         "ann met bob\nand caf\xC3\xA9 max, taxi 12; \\o/ in 2024"};

const char* const kSchema = R"({"type":"object","additionalProperties":false,
    "properties":{"who":{"type":"string","x-copy":true,"minLength":2},
                  "all":{"type":"array","maxItems":4,"items":{"type":"string","x-copy":true}},
                  "year":{"type":"string","x-copy":true,"pattern":"^[0-9]+$"},
                  "free":{"type":"string","maxLength":3}},
    "required":["who","year"]})";

std::shared_ptr<const Shape> Compile(std::vector<std::string> texts = kTexts) {
  auto shape = CompileShape(
      {.kind = ShapeSpec::Kind::kJsonSchema, .text = kSchema, .copy_from = std::move(texts)});
  EXPECT_TRUE(shape) << (shape ? "" : shape.error().message);
  return *shape;
}

GenerationResult Answer(std::shared_ptr<const Shape> shape, uint64_t seed, int max_tokens) {
  static const Vocabulary vocabulary = FakeByteVocabulary();
  EngineOptions options;
  options.context = 512;
  options.kv_tokens = 512;
  options.prompt_chunk = 64;
  auto model = std::make_unique<FakeModel>(PrefixCache::BlocksFor(512), vocabulary.size());
  BatchEngine engine(std::move(model), vocabulary, options, FakeTokenText(vocabulary));
  GenerationRequest request;
  request.prompt = {static_cast<TokenId>(seed % 26), 4, 5};
  request.max_tokens = max_tokens;
  request.sampling.seed = seed;
  request.sampling.temperature = seed % 5 == 0 ? 0.0F : 1.5F;
  request.shape = std::move(shape);
  auto result = engine.Generate(std::move(request));
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result ? *std::move(result) : GenerationResult{};
}

// Each span as the reply and its text have it; the strings that were found.
void CheckSpans(const GenerationResult& result) {
  const auto reply = Json::Parse(result.text);
  ASSERT_TRUE(reply) << result.text;
  size_t expected = 2;
  if (const Json* all = reply->Find("all")) expected += all->items().size();
  EXPECT_EQ(result.copied.size(), expected) << result.text;
  for (const CopiedSpan& span : result.copied) {
    const std::string quoted =
        result.text.substr(static_cast<size_t>(span.byte) - 1, static_cast<size_t>(span.bytes) + 2);
    const auto value = Json::Parse(quoted);
    ASSERT_TRUE(value && value->is_string()) << result.text << " " << quoted;
    const std::string& source = kTexts.at(static_cast<size_t>(span.text));
    EXPECT_EQ(source.substr(static_cast<size_t>(span.source_byte),
                            static_cast<size_t>(span.source_bytes)),
              value->AsString());
    EXPECT_FALSE(span.name);
    const std::string name = span.pointer.substr(1, span.pointer.find('/', 1) - 1);
    const Json* member = reply->Find(name);
    ASSERT_NE(member, nullptr) << span.pointer;
    if (name == "all") member = &member->items().at(std::stoul(span.pointer.substr(5)));
    EXPECT_EQ(member->AsString(), value->AsString());
  }
}

TEST(CopiedReplies, HoldSpansOfTheTextsAlone) {
  const auto shape = Compile();
  const int minimum = static_cast<int>(shape->shortest_bytes()) + 1;
  for (uint64_t seed = 0; seed < 120; ++seed) {
    const int max_tokens = minimum + static_cast<int>(seed % 60) * 3;
    const GenerationResult result = Answer(shape, seed, max_tokens);
    EXPECT_EQ(result.finish, FinishReason::kStop);
    EXPECT_LE(std::ssize(result.tokens), max_tokens);
    CheckSpans(result);
    if (HasFatalFailure()) return;
  }
}

TEST(CopiedReplies, AreTheSameWhateverIsRemembered) {
  const auto warm = Compile();
  for (uint64_t seed = 0; seed < 10; ++seed) Answer(warm, seed, 200);
  for (uint64_t seed = 0; seed < 10; ++seed) {
    EXPECT_EQ(Answer(warm, seed + 5, 150).tokens, Answer(Compile(), seed + 5, 150).tokens) << seed;
  }
}

TEST(CopiedReplies, NeedTexts) {
  ShapeSpec spec{.kind = ShapeSpec::Kind::kJsonSchema, .text = kSchema};
  EXPECT_TRUE(ShapeNeedsCopySource(spec).value());
  const auto refused = CompileShape(spec);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused.error().message, "#/properties/who/x-copy: no text to copy from is given");
  spec.copy_from = {"no digits"};
  EXPECT_NE(CompileShape(spec).error().message.find("#/properties/year: it allows no span"),
            std::string::npos);
  spec.text = "{";
  EXPECT_FALSE(ShapeNeedsCopySource(spec));
  spec.kind = ShapeSpec::Kind::kJson;
  EXPECT_FALSE(ShapeNeedsCopySource(spec).value());
}

}  // namespace
}  // namespace bantam
