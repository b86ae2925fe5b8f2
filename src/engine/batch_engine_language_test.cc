// Tests of replies in a language: only its characters, and the same whatever else the engine does.
#include <gtest/gtest.h>

#include <random>

#include "base/random.h"
#include "base/utf8.h"
#include "engine/byte_engine.h"
#include "engine/language_list.h"

namespace bantam {
namespace {

using Tokens = std::vector<TokenId>;

std::vector<GenerationRequest> ManyRequests(size_t n) {
  std::mt19937 random(11);
  std::vector<GenerationRequest> requests;
  constexpr const char* kCodes[] = {"zh", "ko", "ru", "en"};
  while (requests.size() < n) {
    GenerationRequest request;
    request.prompt.resize(1 + random() % 100);
    for (TokenId& token : request.prompt) token = static_cast<TokenId>(random() % 26);
    request.max_tokens = 60;
    request.sampling.seed = random();
    request.sampling.temperature = static_cast<float>(random() % 3) * 0.7F;
    if (random() % 2 == 0) request.sampling.top_k = 3;
    if (random() % 4 == 0) request.sampling.repeat_penalty = 1.3F;
    request.language = LanguageByCode(kCodes[random() % 4]);
    request.language_ascii = random() % 4 == 0;
    requests.push_back(std::move(request));
  }
  return requests;
}

grammar::CodePointSet SetOf(const GenerationRequest& request) {
  grammar::CodePointSet set = CharactersOf(*request.language);
  if (request.language_ascii) set.Add(0, 0x7F);
  return set;
}

// The answer without any of the engine's machinery.
Tokens PlainAnswer(const FakeModel& model, const GenerationRequest& request) {
  grammar::CharacterMask mask(ByteVocabulary(), SetOf(request));
  grammar::CharacterMask::Place place;
  Sampler sampler(ByteVocabulary().size());
  Tokens tokens = request.prompt;
  const size_t end = tokens.size() + static_cast<size_t>(request.max_tokens);
  while (tokens.size() < end) {
    std::vector<float> logits = model.LogitsAfter(tokens);
    SampleInput input;
    input.logits = logits;
    input.history = tokens;
    input.mask = &mask.At(place);
    input.seed = *request.sampling.seed;
    input.position = tokens.size();
    tokens.push_back(sampler.Sample(request.sampling, input).value());
    if (tokens.back() == FakeModel::kEnd) break;
    place = mask.Follow(place, tokens.back());
  }
  return Tokens(tokens.begin() + std::ssize(request.prompt), tokens.end());
}

TEST(LanguageReplies, HaveItsCharactersAndAreThoseOfThePlainLoop) {
  int beyond_ascii = 0;
  for (const GenerationRequest& request : ManyRequests(60)) {
    ByteEngine engine;
    const GenerationResult result = engine->Generate(request).value();
    EXPECT_EQ(result.tokens, PlainAnswer(*engine.model, request));
    const grammar::CodePointSet set = SetOf(request);
    // A limit may cut the last character.
    std::string_view text = result.text;
    if (result.finish == FinishReason::kLength && text.ends_with(kReplacementCharacter)) {
      text.remove_suffix(kReplacementCharacter.size());
    }
    for (size_t at = 0; at < text.size();) {
      const DecodedChar c = DecodeUtf8(text, at);
      EXPECT_TRUE(set.Has(c.code_point)) << result.text;
      beyond_ascii += c.code_point >= 0x80 ? 1 : 0;
      at += c.length;
    }
  }
  EXPECT_GT(beyond_ascii, 100);
}

TEST(LanguageReplies, AreTheSameInABatchAndWithFewBlocks) {
  const std::vector<GenerationRequest> requests = ManyRequests(24);
  EngineOptions options = FakeOptions(512, 6);
  options.kv_tokens = 1024;
  ByteEngine together(options);
  std::vector<Engine::RequestId> ids;
  for (const GenerationRequest& request : requests) {
    ids.push_back(together->Submit(request).value());
  }
  while (together->Step().value()) {
  }
  for (size_t i = 0; i < requests.size(); ++i) {
    ByteEngine alone;
    EXPECT_EQ(together->Take(ids[i])->tokens, alone->Generate(requests[i])->tokens) << i;
  }
}

TEST(LanguageReplies, LogprobsAndBiasesDoNotLeadOut) {
  for (GenerationRequest& request : ManyRequests(20)) {
    ByteEngine engine;
    const Tokens plain = engine->Generate(request)->tokens;
    request.logprobs = 2;
    EXPECT_EQ(engine->Generate(request)->tokens, plain);
    for (TokenId id = 0; id < ByteVocabulary().size(); ++id) {
      request.sampling.logit_bias.emplace_back(id, -std::numeric_limits<float>::infinity());
    }
    EXPECT_TRUE(engine->Generate(request)) << "a bias against everything counts less";
  }
}

// x, then one of two texts.
std::shared_ptr<const Shape> Either(std::string_view a, std::string_view b) {
  FakeShape shape;
  const int x = shape.Text(0, "x");
  shape.Accept(shape.Text(x, a));
  shape.Accept(shape.Text(x, b));
  return shape.Build();
}

TEST(LanguageReplies, ShapesLeaveTheChoiceToTheLanguage) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    ByteEngine engine;
    GenerationRequest request;
    request.prompt = {1, 2, 3};
    request.sampling.seed = seed;
    request.sampling.temperature = 5;
    request.shape = Either("한", "а");  // the other is Cyrillic
    request.language = LanguageByCode("ko");
    EXPECT_EQ(engine->Generate(request)->text, "x한") << "ASCII is allowed with a shape";
    request.language = LanguageByCode("ru");
    EXPECT_EQ(engine->Generate(request)->text, "xа");
    request.language = LanguageByCode("zh");
    const std::string other = engine->Generate(request)->text;
    EXPECT_TRUE(other == "x한" || other == "xа") << "the shape counts for more: " << other;
  }
}

}  // namespace
}  // namespace bantam
