// Tests of replies with a shape: always whole, and the same whatever else the engine does.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/random.h"
#include "engine/byte_engine.h"

namespace bantam {
namespace {

using Tokens = std::vector<TokenId>;

// rec[a-f]* taxi, again and again on lines of their own.
std::shared_ptr<const Shape> Records() {
  static const std::shared_ptr<const Shape> built = [] {
    FakeShape shape;
    const int letters = shape.Text(0, "rec");
    shape.Edges(letters, 'a', 'f', letters);
    const int end = shape.Text(letters, " taxi");
    shape.Accept(end);
    const int line = shape.NewState();
    shape.Edge(end, '\n', line);
    const int most = shape.Text(line, "re");
    shape.Edge(most, 'c', letters);
    return shape.Build();
  }();
  return built;
}
constexpr int kMinimum = 9;  // "rec taxi" in single letters, and an end token

bool IsWhole(const Shape& shape, std::string_view text) {
  const auto matcher = Compiled(shape).NewMatcher();
  for (const char c : text) {
    if (!matcher->Push(static_cast<uint8_t>(c))) return false;
  }
  return matcher->Accepting();
}

GenerationRequest Ask(std::mt19937& random, int max_tokens) {
  GenerationRequest request;
  request.prompt.resize(1 + random() % 100);
  for (TokenId& token : request.prompt) token = static_cast<TokenId>(random() % 26);
  request.max_tokens = max_tokens;
  request.sampling.seed = random();
  request.sampling.temperature = static_cast<float>(random() % 3) * 0.7F;
  if (random() % 2 == 0) request.sampling.top_k = 3;
  if (random() % 4 == 0) request.sampling.repeat_penalty = 1.3F;
  request.shape = Records();
  return request;
}

std::vector<GenerationRequest> ManyRequests(size_t n, int max_tokens) {
  std::mt19937 random(7);
  std::vector<GenerationRequest> requests;
  while (requests.size() < n) requests.push_back(Ask(random, max_tokens));
  return requests;
}

// The answer without any of the engine's machinery: a mask at every choice.
Tokens PlainAnswer(const FakeModel& model, const GenerationRequest& request) {
  const TokenText text = FakeTokenText(ByteVocabulary());
  const auto shape =
      ShapedReply::Create(request.shape, text, ByteVocabulary(), request.max_tokens).value();
  Sampler sampler(ByteVocabulary().size());
  Tokens tokens = request.prompt;
  while (true) {
    for (const TokenId token : shape->TakeForced()) tokens.push_back(token);
    if (shape->ended()) break;
    std::vector<float> logits = model.LogitsAfter(tokens);
    SampleInput input;
    input.logits = logits;
    input.history = tokens;
    input.mask = &shape->Mask();
    input.seed = *request.sampling.seed;
    input.position = tokens.size();
    tokens.push_back(sampler.Sample(request.sampling, input).value());
    if (tokens.back() == FakeModel::kEnd) break;
    shape->Accept(tokens.back());
  }
  return Tokens(tokens.begin() + std::ssize(request.prompt), tokens.end());
}

TEST(ShapedReplies, AreWholeAndThoseOfThePlainLoop) {
  for (const GenerationRequest& request : ManyRequests(40, 60)) {
    ByteEngine engine;
    const GenerationResult result = engine->Generate(request).value();
    EXPECT_TRUE(IsWhole(*request.shape, result.text)) << result.text;
    EXPECT_EQ(result.finish, FinishReason::kStop);
    EXPECT_EQ(result.tokens, PlainAnswer(*engine.model, request));
    EXPECT_EQ(result.stats.generated_tokens, std::ssize(result.tokens));
  }
}

TEST(ShapedReplies, FitAnyBudgetThatTheirMinimumAllows) {
  int shortened = 0;
  for (int max_tokens = kMinimum; max_tokens < 40; ++max_tokens) {
    for (GenerationRequest& request : ManyRequests(5, max_tokens)) {
      ByteEngine engine;
      engine.model->end_bias = -20;  // never by itself
      const GenerationResult result = engine->Generate(request).value();
      EXPECT_TRUE(IsWhole(*request.shape, result.text)) << result.text;
      EXPECT_EQ(result.finish, FinishReason::kStop);
      EXPECT_LE(std::ssize(result.tokens), max_tokens);
      shortened += result.shortened_at.has_value();
    }
  }
  EXPECT_GT(shortened, 100);
}

TEST(ShapedReplies, ABudgetBelowTheMinimumIsRefused) {
  ByteEngine engine;
  GenerationRequest request = ManyRequests(1, kMinimum - 1)[0];
  const auto refused = engine->Submit(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(refused.error().message.find("9"), std::string::npos) << refused.error().message;
  request.max_tokens = -1;
  request.prompt.resize(static_cast<size_t>(512 - kMinimum + 1), 3);
  EXPECT_FALSE(engine->Submit(request)) << "what is left of the context is a limit too";
  request.prompt.pop_back();
  EXPECT_TRUE(engine->Generate(request));
  request.max_tokens = 0;
  EXPECT_EQ(engine->Generate(request).value().text, "") << "only reads the prompt";
}

std::vector<Tokens> Answers(const EngineOptions& options, bool together,
                            FakeModel** model = nullptr) {
  ByteEngine engine(options);
  if (model != nullptr) *model = engine.model;
  engine.model->end_bias = -6;
  std::vector<Tokens> answers;
  std::vector<Engine::RequestId> ids;
  for (GenerationRequest& request : ManyRequests(24, 150)) {
    if (together) {
      ids.push_back(engine->Submit(std::move(request)).value());
    } else {
      answers.push_back(engine->Generate(std::move(request)).value().tokens);
    }
  }
  while (engine->Step().value()) continue;
  for (const Engine::RequestId id : ids) answers.push_back(engine->Take(id).value().tokens);
  EXPECT_EQ(engine->cache().pool().available(), engine.model->n_blocks());
  return answers;
}

TEST(ShapedReplies, AreTheSameHoweverTheyAreRun) {
  const std::vector<Tokens> expected = Answers(FakeOptions(), false);
  EXPECT_EQ(Answers(FakeOptions(), true), expected) << "in batches";
  EngineOptions options = FakeOptions();
  options.speculation = false;
  EXPECT_EQ(Answers(options, true), expected) << "without guesses";
  EXPECT_EQ(Answers(options, false), expected) << "without guesses, alone";
  options = FakeOptions();
  options.prefix_cache = false;
  EXPECT_EQ(Answers(options, true), expected) << "without a cache";
  options = FakeOptions();
  options.two_stage_head = false;
  EXPECT_EQ(Answers(options, true), expected) << "with all scores";
  options = FakeOptions();
  options.prompt_chunk = 3;
  EXPECT_EQ(Answers(options, true), expected) << "in small chunks";
  options = FakeOptions(512, 8);
  options.kv_tokens = 640;
  EXPECT_EQ(Answers(options, true), expected) << "preempted";
}

TEST(ShapedReplies, GuessesAreRunAlong) {
  ByteEngine engine;
  engine.model->end_bias = -20;
  for (GenerationRequest& request : ManyRequests(10, 200)) {
    request.sampling.temperature = 0;
    ASSERT_TRUE(engine->Generate(std::move(request)));
  }
  EXPECT_GT(engine.model->tokens_guessed, 0);
}

TEST(ShapedReplies, ForcedTokensTakeNoStepsOfTheirOwn) {
  FakeShape shape;
  for (const char* text : {"ahijklmnop", "bhijklmnoq"}) shape.Accept(shape.Text(0, text));
  EngineOptions options = FakeOptions();
  options.speculation = false;
  ByteEngine engine(options);
  GenerationRequest request;
  request.prompt = {1, 2, 3};
  request.shape = shape.Build();
  EXPECT_EQ(engine->Generate(request).value().text.size(), 10U);
  EXPECT_EQ(engine.model->batches, 1) << "all that was to be chosen is the first letter";
}

TEST(ShapedReplies, ForcedFromTheBeginningIsRunWithThePrompt) {
  FakeShape shape;
  const int end = shape.Text(0, "hijk");
  shape.Accept(shape.Text(end, "a"));
  shape.Accept(shape.Text(end, "b"));
  ByteEngine engine;
  GenerationRequest request;
  request.prompt = {1, 2, 3};
  request.shape = shape.Build();
  std::string streamed;
  request.on_delta = [&](const Delta& delta) {
    streamed += delta.text;
    return true;
  };
  const GenerationResult result = engine->Generate(request).value();
  EXPECT_EQ(engine.model->batches, 1);
  EXPECT_EQ(engine.model->tokens_run, 7);
  EXPECT_EQ(result.text.substr(0, 4), "hijk");
  EXPECT_EQ(streamed, result.text);
  EXPECT_EQ(result.tokens.size(), 5U);
}

TEST(ShapedReplies, WhollyForced) {
  FakeShape shape;
  shape.Accept(shape.Text(0, "yes"));
  ByteEngine engine;
  GenerationRequest request;
  request.prompt = {1, 2, 3};
  request.shape = shape.Build();
  const GenerationResult result = engine->Generate(request).value();
  EXPECT_EQ(result.text, "yes");
  EXPECT_EQ(result.finish, FinishReason::kStop);
  EXPECT_EQ(result.tokens.size(), 3U);
  request.logprobs = 2;
  EXPECT_EQ(engine->Generate(request).value().text, "yes");
}

TEST(ShapedReplies, LogprobsAreTheModelsOwnAndChangeNothing) {
  for (GenerationRequest& request : ManyRequests(10, 60)) {
    ByteEngine engine;
    const GenerationResult without = engine->Generate(request).value();
    request.logprobs = 1;
    size_t reported = 0;
    request.on_delta = [&](const Delta& delta) {
      EXPECT_EQ(delta.logprobs.size(), delta.tokens.size());
      for (const TokenLogprob& logprob : delta.logprobs) {
        EXPECT_LT(logprob.logprob, 0);
        ++reported;
      }
      return true;
    };
    EXPECT_EQ(engine->Generate(request).value().tokens, without.tokens);
    EXPECT_EQ(reported, without.tokens.size());
  }
}

TEST(ShapedReplies, StopStringsEndOnlyWholeDocuments) {
  for (GenerationRequest& request : ManyRequests(20, 100)) {
    ByteEngine engine;
    engine.model->end_bias = -20;
    request.stop = {"\n", "c", "i"};
    const GenerationResult result = engine->Generate(request).value();
    EXPECT_TRUE(IsWhole(*request.shape, result.text)) << result.text;
    EXPECT_EQ(result.text.find('\n'), std::string::npos);
    if (!result.shortened_at) {
      EXPECT_EQ(result.stop_string, "\n");
    }
  }
}

TEST(ShapedReplies, MayBeCancelledAmongForcedTokens) {
  ByteEngine engine;
  GenerationRequest request = ManyRequests(1, 100)[0];
  int deltas = 0;
  request.on_delta = [&](const Delta&) { return ++deltas < 2; };
  const GenerationResult result = engine->Generate(request).value();
  EXPECT_EQ(result.finish, FinishReason::kCancelled);
  EXPECT_EQ(result.text, "re");
  EXPECT_EQ(engine->cache().pool().available(), engine.model->n_blocks());
}

TEST(ShapedReplies, CountForMoreThanABias) {
  ByteEngine engine;
  GenerationRequest request = ManyRequests(1, 60)[0];
  for (TokenId token = 0; token < ByteVocabulary().size(); ++token) {
    request.sampling.logit_bias.emplace_back(token, -INFINITY);
  }
  const auto result = engine->Generate(request);
  ASSERT_TRUE(result);
  EXPECT_TRUE(IsWhole(*request.shape, result->text)) << result->text;
}

TEST(ShapedReplies, NotWithIgnoreEnd) {
  ByteEngine engine;
  GenerationRequest request = ManyRequests(1, 100)[0];
  request.ignore_end = true;
  EXPECT_FALSE(engine->Submit(request));
}

TEST(ShapedReplies, BadScoresEndARequestOnly) {
  ByteEngine engine;
  GenerationRequest request = ManyRequests(1, 100)[0];
  engine.model->poison = 'c' - 'a';  // the last of "rec"
  const auto result = engine->Generate(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace bantam
