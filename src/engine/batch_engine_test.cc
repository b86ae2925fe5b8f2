// Tests of the engine on a model whose answers are a hash of the tokens it finds in its blocks.
#include "engine/batch_engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/random.h"
#include "engine/fake_model.h"
#include "engine/logprobs.h"

namespace bantam {
namespace {

using Tokens = std::vector<TokenId>;

const Vocabulary& TestVocabulary() {
  static const Vocabulary vocabulary = FakeVocabulary();
  return vocabulary;
}

EngineOptions Options(int context = 1024, int max_sequences = 4) {
  return FakeOptions(context, max_sequences);
}

struct TestEngine {
  explicit TestEngine(const EngineOptions& options) {
    auto fake = std::make_unique<FakeModel>(PrefixCache::BlocksFor(options.kv_tokens));
    model = fake.get();
    engine = std::make_unique<BatchEngine>(std::move(fake), TestVocabulary(), options);
  }
  BatchEngine* operator->() { return engine.get(); }
  // The result of a request, which must be finished.
  GenerationResult Taken(Engine::RequestId id) {
    auto result = engine->Take(id);
    EXPECT_TRUE(result);
    return std::move(result).value_or(GenerationResult());
  }
  void ExpectAllBlocksBack() { EXPECT_EQ(engine->cache().pool().available(), model->n_blocks()); }

  FakeModel* model;
  std::unique_ptr<BatchEngine> engine;
};

Tokens Prompt(std::string_view letters) {
  Tokens tokens;
  for (char c : letters) tokens.push_back(c - 'a');
  return tokens;
}

Tokens RandomTokens(std::mt19937& random, size_t n) {
  Tokens tokens(n);
  for (TokenId& token : tokens) token = static_cast<TokenId>(random() % 26);
  return tokens;
}

GenerationRequest Ask(Tokens prompt, int max_tokens = 20) {
  GenerationRequest request;
  request.prompt = std::move(prompt);
  request.max_tokens = max_tokens;
  request.sampling.seed = 1;
  return request;
}

// The answer, token by token, without any of the engine's machinery.
Tokens PlainAnswer(const FakeModel& model, const GenerationRequest& request, int context) {
  Sampler sampler(FakeModel::kVocabulary);
  Tokens tokens = request.prompt;
  while (std::ssize(tokens) < context && std::ssize(tokens) - std::ssize(request.prompt) !=
                                             static_cast<ptrdiff_t>(request.max_tokens)) {
    std::vector<float> logits = model.LogitsAfter(tokens);
    SampleInput input;
    input.logits = logits;
    input.history = tokens;
    input.seed = request.sampling.seed.value_or(0);
    input.position = tokens.size();
    tokens.push_back(sampler.Sample(request.sampling, input).value());
    if (tokens.back() == FakeModel::kEnd && !request.ignore_end) break;
  }
  return Tokens(tokens.begin() + std::ssize(request.prompt), tokens.end());
}

TEST(BatchEngine, AnswersAsThePlainLoopDoes) {
  TestEngine engine(Options());
  const GenerationRequest request = Ask(Prompt("hello"), 300);
  const auto result = engine->Generate(request);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->tokens, PlainAnswer(*engine.model, request, 1024));
  EXPECT_EQ(result->seed, 1U);
  EXPECT_EQ(result->stats.prompt_tokens, 5);
  EXPECT_EQ(result->stats.generated_tokens, std::ssize(result->tokens));
  engine.ExpectAllBlocksBack();
}

TEST(BatchEngine, EndTokenEndsTheReplyAndGivesNoText) {
  TestEngine engine(Options());
  engine.model->script = {{3, 7}, {4, 8}, {5, FakeModel::kEnd}};
  GenerationRequest request = Ask(Prompt("abc"));
  const auto result = engine->Generate(request).value();
  EXPECT_EQ(result.text, "hi");
  EXPECT_EQ(result.tokens, (Tokens{7, 8, FakeModel::kEnd}));
  EXPECT_EQ(result.finish, FinishReason::kStop);
  request.ignore_end = true;
  EXPECT_EQ(engine->Generate(request).value().finish, FinishReason::kLength);
  EXPECT_EQ(engine->Generate(request).value().tokens.size(), 20U);
}

TEST(BatchEngine, AStopTokenEndsTheReplyAndGivesNoText) {
  TestEngine engine(Options());
  engine.model->script = {{3, 7}, {4, 8}, {5, FakeModel::kEnd}};
  GenerationRequest request = Ask(Prompt("abc"));
  request.stop_tokens = {20, 8};
  request.ignore_end = true;
  const auto result = engine->Generate(request).value();
  EXPECT_EQ(result.text, "h");
  EXPECT_EQ(result.tokens, (Tokens{7, 8}));
  EXPECT_EQ(result.finish, FinishReason::kStop);
  EXPECT_EQ(result.stop_token, 8);
  request.stop_tokens.clear();
  EXPECT_EQ(engine->Generate(request).value().stop_token, std::nullopt);
  engine.ExpectAllBlocksBack();
}

TEST(BatchEngine, ControlTokensAreWrittenOnlyOnRequest) {
  TestEngine engine(Options());
  engine.model->script = {{3, 7}, {4, FakeModel::kControl}, {5, FakeModel::kEnd}};
  GenerationRequest request = Ask(Prompt("abc"));
  EXPECT_EQ(engine->Generate(request).value().text, "h");
  request.keep_special = true;
  EXPECT_EQ(engine->Generate(request).value().text, "h<ctl>");
}

TEST(BatchEngine, LengthLimits) {
  TestEngine engine(Options(100));
  for (const int max_tokens : {0, 1, 2, 50}) {
    GenerationRequest request = Ask(Prompt("abc"), max_tokens);
    request.ignore_end = true;
    const auto result = engine->Generate(request).value();
    EXPECT_EQ(std::ssize(result.tokens), max_tokens);
    EXPECT_EQ(result.finish, FinishReason::kLength);
  }
  GenerationRequest request = Ask(Prompt("abc"), -1);
  request.ignore_end = true;
  EXPECT_EQ(engine->Generate(request).value().tokens.size(), 97U) << "the context is full";
  request.max_tokens = 1000;
  EXPECT_EQ(engine->Generate(request).value().tokens.size(), 97U);
  request.prompt.assign(99, 0);
  EXPECT_EQ(engine->Generate(request).value().tokens.size(), 1U);
  engine.ExpectAllBlocksBack();
}

TEST(BatchEngine, RefusesWhatMakesNoSense) {
  TestEngine engine(Options(100));
  const auto error = [&](auto change) {
    GenerationRequest request = Ask(Prompt("abc"));
    change(request);
    const auto result = engine->Submit(std::move(request));
    return result ? std::string("accepted")
                  : ErrorName(result.error().code) + (": " + result.error().message);
  };
  EXPECT_EQ(error([](auto& r) { r.prompt.assign(100, 1); }),
            "too long: the prompt has 100 tokens; with the reply it must fit the context of 100 "
            "tokens");
  EXPECT_EQ(error([](auto& r) { r.prompt.clear(); }),
            "invalid argument: there are no tokens to read");
  EXPECT_EQ(error([](auto& r) { r.prompt[1] = 58; }),
            "invalid argument: token 1 is 58, outside the vocabulary of 58 tokens");
  EXPECT_EQ(error([](auto& r) { r.prompt[2] = -1; }),
            "invalid argument: token 2 is -1, outside the vocabulary of 58 tokens");
  EXPECT_EQ(error([](auto& r) { r.sampling.top_p = 2; }),
            "invalid argument: top_p must be between 0 and 1, not 2");
  EXPECT_EQ(error([](auto& r) { r.sampling.logit_bias = {{58, 1}}; }),
            "invalid argument: logit_bias: token 58 is outside the vocabulary of 58 tokens");
  EXPECT_NE(error([](auto& r) { r.stop = {""}; }), "accepted");
  EXPECT_NE(error([](auto& r) { r.stop.assign(65, "x"); }), "accepted");
  EXPECT_NE(error([](auto& r) { r.stop = {std::string(5000, 'x')}; }), "accepted");
  EXPECT_NE(error([](auto& r) { r.max_tokens = -2; }), "accepted");
  EXPECT_NE(error([](auto& r) { r.logprobs = 1001; }), "accepted");
  EXPECT_FALSE(engine->Step().value()) << "nothing of this was queued";
}

// --- Stop strings and pieces ---

struct Collected {
  std::string text;
  Tokens tokens;
  std::vector<TokenLogprob> logprobs;
  int deltas = 0;
};

void Collect(GenerationRequest& request, Collected& into) {
  request.on_delta = [&into](const Delta& delta) {
    into.text += delta.text;
    into.tokens.insert(into.tokens.end(), delta.tokens.begin(), delta.tokens.end());
    into.logprobs.insert(into.logprobs.end(), delta.logprobs.begin(), delta.logprobs.end());
    ++into.deltas;
    return true;
  };
}

TEST(BatchEngine, StopStringsEndTheReplyBeforeThem) {
  TestEngine engine(Options());
  const TokenId xa = 32;                                             // "xa"
  engine.model->script = {{3, 7}, {4, 8}, {5, xa}, {6, 1}, {7, 2}};  // h i xa b c
  GenerationRequest request = Ask(Prompt("abc"));
  request.stop = {"never", "xab"};
  Collected sent;
  Collect(request, sent);
  const auto result = engine->Generate(request).value();
  EXPECT_EQ(result.text, "hi");
  EXPECT_EQ(sent.text, "hi");
  EXPECT_EQ(sent.tokens, (Tokens{7, 8}));
  EXPECT_EQ(result.tokens, (Tokens{7, 8, xa, 1}));
  EXPECT_EQ(result.finish, FinishReason::kStop);
  EXPECT_EQ(result.stop_string, "xab");

  request.stop = {"ab"};  // begins inside a token
  sent = {};
  Collect(request, sent);
  EXPECT_EQ(engine->Generate(request).value().text, "hix");
  EXPECT_EQ(sent.text, "hix");
  EXPECT_EQ(sent.tokens, (Tokens{7, 8, xa}));
}

TEST(BatchEngine, HeldBackTextComesWhenItIsCertain) {
  TestEngine engine(Options());
  engine.model->script = {{3, 7}, {4, 8}, {5, 9}, {6, 10}, {7, 11}};  // h i j k l
  GenerationRequest request = Ask(Prompt("abc"), 5);
  request.stop = {"ijx", "k!"};
  Collected sent;
  Collect(request, sent);
  const auto result = engine->Generate(request).value();
  EXPECT_EQ(result.text, "hijkl");
  EXPECT_EQ(sent.text, "hijkl");
  EXPECT_EQ(sent.tokens, result.tokens);
  EXPECT_EQ(result.finish, FinishReason::kLength);
  EXPECT_EQ(sent.deltas, 3) << "h; ij when k comes; kl at the end";
}

TEST(BatchEngine, OnlyWholeCharactersLeave) {
  TestEngine engine(Options());
  engine.model->script = {{3, 28}, {4, 29}, {5, 28}};
  GenerationRequest request = Ask(Prompt("abc"), 2);
  EXPECT_EQ(engine->Generate(request).value().text, "\xC3\xA9");
  request.max_tokens = 3;
  EXPECT_EQ(engine->Generate(request).value().text, "\xC3\xA9\xEF\xBF\xBD");
}

TEST(BatchEngine, LogprobsAreTheModelsOwn) {
  TestEngine engine(Options());
  GenerationRequest request = Ask(Prompt("abc"), 5);
  request.logprobs = 3;
  request.sampling.logit_bias = {{5, 3.0F}};
  Collected sent;
  Collect(request, sent);
  const auto result = engine->Generate(request).value();
  ASSERT_EQ(sent.logprobs.size(), result.tokens.size());
  Tokens so_far = request.prompt;
  for (size_t i = 0; i < result.tokens.size(); ++i) {
    const std::vector<float> logits = engine.model->LogitsAfter(so_far);
    const TokenLogprob& logprob = sent.logprobs[i];
    EXPECT_EQ(logprob.token, result.tokens[i]);
    EXPECT_NEAR(
        logprob.logprob,
        static_cast<double>(logits[static_cast<size_t>(result.tokens[i])]) - LogSumExp(logits),
        1e-6);
    ASSERT_EQ(logprob.top.size(), 3U);
    EXPECT_GE(logprob.top[0].second, logprob.top[1].second);
    so_far.push_back(result.tokens[i]);
  }
}

// --- Many requests ---

struct Variant {
  int max_sequences;
  int prompt_chunk;
  bool prefix_cache;
  int kv_tokens;
  bool speculation = false;
};

// Fifty requests, half of them building on others, arriving while others run: every answer is the
// plain one, whatever the batch, the chunk, the cache, the memory and the guesses.
TEST(BatchEngineProperty, AnswersDependOnNothingButTheRequest) {
  const Variant variants[] = {
      {1, 64, true, 512},       {8, 64, true, 4096},       {8, 1, true, 4096},
      {8, 17, true, 4096},      {8, 512, true, 4096},      {8, 64, false, 4096},
      {8, 64, true, 512},       {8, 17, false, 640},       {3, 200, true, 576},
      {1, 64, true, 512, true}, {8, 64, true, 4096, true}, {8, 17, false, 640, true},
  };
  for (const Variant& variant : variants) {
    EngineOptions options = Options(512, variant.max_sequences);
    options.kv_tokens = variant.kv_tokens;
    options.prompt_chunk = variant.prompt_chunk;
    options.prefix_cache = variant.prefix_cache;
    options.speculation = variant.speculation;
    TestEngine engine(options);
    std::mt19937 random(77);
    std::vector<GenerationRequest> requests;
    std::vector<Engine::RequestId> ids;
    std::vector<Collected> sent(50);
    int64_t least = 0;
    while (true) {
      if (requests.size() < 50 && random() % 8 == 0) {
        Tokens prompt;
        if (!requests.empty() && random() % 2 == 0) {
          const Tokens& old = requests[random() % requests.size()].prompt;
          prompt.assign(old.begin(), old.begin() + static_cast<ptrdiff_t>(random() % old.size()));
        }
        const Tokens more = RandomTokens(random, 1 + random() % 250);
        prompt.insert(prompt.end(), more.begin(), more.end());
        prompt.resize(std::min<size_t>(prompt.size(), 450));
        GenerationRequest request = Ask(prompt, static_cast<int>(random() % 200));
        request.ignore_end = random() % 2 == 0;
        request.sampling.seed = random();
        request.sampling.temperature = random() % 3 == 0 ? 0.0F : 1.0F;
        request.sampling.repeat_penalty = 1.1F;
        requests.push_back(request);
        Collect(request, sent[ids.size()]);
        ids.push_back(engine->Submit(std::move(request)).value());
      }
      const bool more = engine->Step().value();
      EXPECT_LE(std::ssize(engine.model->last_batch), variant.max_sequences);
      if (!more && requests.size() == 50) break;
    }
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto result = engine.Taken(ids[i]);
      EXPECT_EQ(result.tokens, PlainAnswer(*engine.model, requests[i], 512)) << i;
      EXPECT_EQ(sent[i].text, result.text);
      EXPECT_EQ(sent[i].tokens, result.tokens);
      EXPECT_FALSE(engine->Take(ids[i]));
      EXPECT_LT(result.stats.cached_tokens, std::ssize(requests[i].prompt));
      EXPECT_GE(result.stats.cached_tokens, 0);
      least += std::ssize(requests[i].prompt) + std::ssize(result.tokens);
    }
    engine.ExpectAllBlocksBack();
    // The walk must have gone where it is meant to.
    if (variant.speculation) {
      EXPECT_GT(engine.model->tokens_guessed, 50);
      continue;
    }
    if (variant.prefix_cache && variant.kv_tokens == 4096) {
      EXPECT_LT(engine.model->tokens_run, least * 9 / 10) << "nothing was reused";
      EXPECT_GT(engine.model->copies, 5);
    }
    if (!variant.prefix_cache && variant.kv_tokens == 640) {
      EXPECT_GT(engine.model->tokens_run, least) << "nothing was preempted";
    }
  }
}

// A reply that repeats `period`, where `broken` positions say something else.
std::map<int, TokenId> RepetitiveScript(const Tokens& period, int begin, int end,
                                        const std::vector<int>& broken) {
  std::map<int, TokenId> script;
  for (int i = begin; i < end; ++i) script[i] = period[static_cast<size_t>(i) % period.size()];
  for (const int i : broken) script[i] = 25;
  return script;
}

TEST(BatchEngine, GuessesSaveStepsAndChangeNothing) {
  const Tokens period = Prompt("abcdefghijk");
  for (const int max_sequences : {1, 4}) {
    std::vector<GenerationResult> results[2];
    int batches[2];
    for (const bool speculation : {false, true}) {
      EngineOptions options = Options(1024, max_sequences);
      options.speculation = speculation;
      TestEngine engine(options);
      engine.model->script = RepetitiveScript(period, 3, 1000, {100, 101, 163, 164, 165, 300});
      std::vector<Engine::RequestId> ids;
      std::vector<Collected> sent(static_cast<size_t>(max_sequences));
      for (Collected& one : sent) {
        GenerationRequest request = Ask(Prompt("xyz"), 400 + static_cast<int>(ids.size()));
        request.logprobs = 0;
        Collect(request, one);
        ids.push_back(engine->Submit(std::move(request)).value());
      }
      while (engine->Step().value()) {
      }
      batches[speculation] = engine.model->batches;
      for (size_t i = 0; i < ids.size(); ++i) {
        results[speculation].push_back(engine.Taken(ids[i]));
        EXPECT_EQ(sent[i].tokens, results[speculation].back().tokens);
        EXPECT_EQ(results[speculation].back().tokens.size(), 400 + i);
      }
      engine.ExpectAllBlocksBack();
    }
    for (size_t i = 0; i < results[0].size(); ++i) {
      EXPECT_EQ(results[0][i].tokens, results[1][i].tokens);
      EXPECT_EQ(results[0][i].text, results[1][i].text);
    }
    EXPECT_LT(batches[1], batches[0] / 2);
  }
}

TEST(BatchEngine, ARightGuessMayEndTheReply) {
  EngineOptions options = Options();
  TestEngine engine(options);
  engine.model->script = RepetitiveScript(Prompt("abcd"), 3, 60, {});
  GenerationRequest request = Ask(Prompt("xyz"), 50);
  request.stop = {"cdab"};
  EXPECT_EQ(engine->Generate(request).value().text, "dab");
  request.stop = {};
  for (const int max_tokens : {1, 5, 20, 21, 22, 23, 24, 50}) {
    request.max_tokens = max_tokens;
    EXPECT_EQ(engine->Generate(request).value().tokens.size(), static_cast<size_t>(max_tokens));
  }
  engine.model->script[43] = FakeModel::kEnd;
  EXPECT_EQ(engine->Generate(request).value().tokens.size(), 41U);
  engine.ExpectAllBlocksBack();
}

TEST(BatchEngine, GuessesGoWithASequenceThatLosesItsMemory) {
  EngineOptions options = Options(640, 4);
  options.kv_tokens = 704;
  TestEngine engine(options);
  engine.model->script = RepetitiveScript(Prompt("abcdefg"), 3, 640, {90, 200, 333});
  std::vector<Engine::RequestId> ids;
  for (const char* prompt : {"xyz", "zyx", "xzy", "yxz"}) {
    ids.push_back(engine->Submit(Ask(Prompt(prompt), 400)).value());
  }
  while (engine->Step().value()) {
  }
  const Tokens first = engine.Taken(ids[0]).tokens;
  EXPECT_EQ(first.size(), 400U);
  for (size_t i = 1; i < ids.size(); ++i) EXPECT_EQ(engine.Taken(ids[i]).tokens, first);
  EXPECT_GT(engine.model->tokens_run, 4 * 403) << "nothing was preempted";
  engine.ExpectAllBlocksBack();
}

TEST(BatchEngine, NextTurnReadsOnlyWhatIsNew) {
  EngineOptions options = Options();
  options.speculation = false;  // which runs more
  TestEngine engine(options);
  std::mt19937 random(1);
  GenerationRequest request = Ask(RandomTokens(random, 150), 30);
  request.ignore_end = true;
  const auto first = engine->Generate(request).value();
  EXPECT_EQ(first.stats.cached_tokens, 0);
  request.prompt.insert(request.prompt.end(), first.tokens.begin(), first.tokens.end());
  const Tokens question = RandomTokens(random, 10);
  request.prompt.insert(request.prompt.end(), question.begin(), question.end());
  engine.model->tokens_run = 0;
  const auto second = engine->Generate(request).value();
  EXPECT_EQ(second.stats.cached_tokens, 179) << "all but the last chosen token were run";
  EXPECT_EQ(engine.model->tokens_run, 11 + 29);
  EXPECT_EQ(second.tokens, PlainAnswer(*engine.model, request, 1024));
}

TEST(BatchEngine, SimultaneousRequestsReadASharedPromptOnce) {
  EngineOptions options = Options(1024, 8);
  options.prompt_chunk = 100;
  TestEngine engine(options);
  std::mt19937 random(2);
  const Tokens shared = RandomTokens(random, 500);
  std::vector<Engine::RequestId> ids;
  for (uint64_t seed = 0; seed < 8; ++seed) {
    GenerationRequest request = Ask(shared, 1);
    request.sampling.seed = seed;
    ids.push_back(engine->Submit(request).value());
  }
  while (engine->Step().value()) {
  }
  EXPECT_EQ(engine.model->tokens_run, 500 + 7) << "only the last token of each of the others";
  int cached = 0;
  for (const auto id : ids) cached += engine.Taken(id).stats.cached_tokens;
  EXPECT_EQ(cached, 7 * 499);
}

TEST(BatchEngine, RepliesGoOnWhileALongPromptIsRead) {
  EngineOptions options = Options(1024, 4);
  options.prompt_chunk = 50;
  TestEngine engine(options);
  std::mt19937 random(3);
  GenerationRequest talk = Ask(RandomTokens(random, 20), 100);
  talk.ignore_end = true;
  ASSERT_TRUE(engine->Submit(talk));
  ASSERT_TRUE(engine->Step());
  ASSERT_TRUE(engine->Submit(Ask(RandomTokens(random, 500), 1)));
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(engine->Step());
    ASSERT_EQ(engine.model->last_batch.size(), 2U);
    EXPECT_EQ(engine.model->last_batch[0].n_outputs, 1);
    EXPECT_EQ(engine.model->last_batch[0].position, 20 + i) << "one token every step";
    EXPECT_EQ(engine.model->largest_batch, 51);
  }
}

TEST(BatchEngine, NeverMoreThanTheModelTakesAtOnce) {
  EngineOptions options = Options(1024, 8);
  options.prompt_chunk = 1024;  // the fake takes 200, and CHECKs
  TestEngine engine(options);
  std::mt19937 random(4);
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(engine->Submit(Ask(RandomTokens(random, 300), 5)));
  while (engine->Step().value()) {
  }
  EXPECT_GT(engine.model->tokens_run, 2400);
}

TEST(BatchEngine, MoreRepliesThanFitOneBatch) {
  EngineOptions options = Options(64, 250);  // the fake takes 200
  TestEngine engine(options);
  std::vector<GenerationRequest> requests;
  std::vector<Engine::RequestId> ids;
  for (int i = 0; i < 250; ++i) {
    requests.push_back(Ask({i % 26}, 40));
    requests.back().sampling.seed = static_cast<uint64_t>(i);
    requests.back().ignore_end = true;
    ids.push_back(engine->Submit(requests.back()).value());
  }
  while (engine->Step().value()) {
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(engine.Taken(ids[i]).tokens, PlainAnswer(*engine.model, requests[i], 64));
  }
}

// --- Cancelling, errors and callbacks ---

TEST(BatchEngine, CancelEndsQueuedAndRunningRequests) {
  TestEngine engine(Options(512, 1));
  GenerationRequest request = Ask(Prompt("abc"), 100);
  request.ignore_end = true;
  const auto running = engine->Submit(request).value();
  const auto queued = engine->Submit(request).value();
  ASSERT_TRUE(engine->Step());
  ASSERT_TRUE(engine->Step());
  engine->Cancel(running);
  engine->Cancel(queued);
  engine->Cancel(12345);
  engine.ExpectAllBlocksBack();
  EXPECT_FALSE(engine->Step().value());
  const auto result = engine.Taken(running);
  EXPECT_EQ(result.finish, FinishReason::kCancelled);
  EXPECT_EQ(result.tokens.size(), 2U);
  EXPECT_EQ(engine.Taken(queued).tokens.size(), 0U);
  engine->Cancel(queued);
}

TEST(BatchEngine, CallbacksCanCancel) {
  TestEngine engine(Options());
  GenerationRequest request = Ask(Prompt("abc"), 100);
  request.ignore_end = true;
  int deltas = 0;
  request.on_delta = [&](const Delta&) { return ++deltas < 3; };
  auto result = engine->Generate(request).value();
  EXPECT_EQ(result.finish, FinishReason::kCancelled);
  EXPECT_EQ(result.tokens.size(), 3U);

  std::mt19937 random(5);
  request = Ask(RandomTokens(random, 300), 5);
  std::vector<int> done;
  request.on_prompt_progress = [&](int n, int total) {
    EXPECT_EQ(total, 300);
    done.push_back(n);
    return n < 128;
  };
  result = engine->Generate(request).value();
  EXPECT_EQ(result.finish, FinishReason::kCancelled);
  EXPECT_EQ(done, (std::vector<int>{64, 128}));
  EXPECT_EQ(result.tokens.size(), 0U);
  engine.ExpectAllBlocksBack();
}

TEST(BatchEngine, PromptProgressReachesTheEnd) {
  TestEngine engine(Options());
  std::mt19937 random(6);
  GenerationRequest request = Ask(RandomTokens(random, 150), 3);
  std::vector<int> done;
  request.on_prompt_progress = [&](int n, int) {
    done.push_back(n);
    return true;
  };
  ASSERT_TRUE(engine->Generate(request));
  EXPECT_EQ(done, (std::vector<int>{64, 128, 150}));
}

TEST(BatchEngine, CallbacksMaySubmitAndCancelOthersButNotStep) {
  TestEngine engine(Options(512, 2));
  GenerationRequest victim = Ask(Prompt("abc"), 50);
  victim.ignore_end = true;
  GenerationRequest second = Ask(Prompt("xyz"), 3);
  second.ignore_end = true;
  GenerationRequest first = Ask(Prompt("def"), 50);
  first.ignore_end = true;
  Engine::RequestId victim_id = 0;
  Engine::RequestId queued_id = 0;
  Engine::RequestId second_id = 0;
  int deltas = 0;
  first.on_delta = [&](const Delta&) {
    if (++deltas != 5) return true;
    second_id = engine->Submit(second).value();
    engine->Cancel(victim_id);
    engine->Cancel(queued_id);
    EXPECT_FALSE(engine->Step());
    EXPECT_FALSE(engine->Generate(second));
    EXPECT_FALSE(engine->Score(Prompt("abc"), 0, 0, [](const auto&) { return true; }));
    return true;
  };
  const auto first_id = engine->Submit(first).value();
  victim_id = engine->Submit(victim).value();
  queued_id = engine->Submit(victim).value();
  while (deltas < 5) ASSERT_TRUE(engine->Step());
  EXPECT_EQ(engine.Taken(queued_id).tokens.size(), 0U) << "in the same step";
  while (engine->Step().value()) {
  }
  EXPECT_EQ(engine.Taken(first_id).tokens.size(), 50U);
  EXPECT_EQ(engine.Taken(second_id).tokens.size(), 3U);
  const auto cancelled = engine.Taken(victim_id);
  EXPECT_EQ(cancelled.finish, FinishReason::kCancelled);
  EXPECT_EQ(cancelled.tokens.size(), 4U);
  engine.ExpectAllBlocksBack();
}

TEST(BatchEngine, ImpossibleScoresEndOneRequestOnly) {
  TestEngine engine(Options());
  engine.model->poison = 25;
  const auto bad = engine->Submit(Ask(Prompt("abz"), 20)).value();
  const GenerationRequest request = Ask(Prompt("abc"), 5);
  const auto good = engine->Submit(request).value();
  while (engine->Step().value()) {
  }
  const auto failed = engine.Taken(bad);
  EXPECT_EQ(failed.finish, FinishReason::kError);
  EXPECT_TRUE(failed.error && failed.error->code == ErrorCode::kInternal);
  EXPECT_NE(engine.Taken(good).finish, FinishReason::kError);
  EXPECT_FALSE(engine->Generate(Ask(Prompt("abz"), 20)));
  EXPECT_TRUE(engine->Generate(Ask(Prompt("ab"), 1)));
  engine.ExpectAllBlocksBack();
}

// --- Score ---

TEST(BatchEngine, ScoresAreTheLogProbabilitiesOfTheText) {
  for (const int chunk : {1, 17, 64, 200}) {
    EngineOptions options = Options();
    options.prompt_chunk = chunk;
    TestEngine engine(options);
    std::mt19937 random(8);
    const Tokens tokens = RandomTokens(random, 150);
    for (const int from : {0, 1, 70, 149}) {
      int pos = from;
      const auto scored = engine->Score(tokens, 4, from, [&](const ScoredPosition& at) {
        EXPECT_EQ(at.pos, pos);
        EXPECT_EQ(at.token, tokens[static_cast<size_t>(pos)]);
        const auto upto = std::span(tokens).first(static_cast<size_t>(pos));
        EXPECT_EQ(at.logprob.has_value(), pos > 0);
        if (at.logprob) {
          const std::vector<float> before = engine.model->LogitsAfter(upto);
          EXPECT_EQ(*at.logprob,
                    static_cast<double>(before[static_cast<size_t>(at.token)]) - LogSumExp(before));
        }
        const std::vector<float> after =
            engine.model->LogitsAfter(std::span(tokens).first(static_cast<size_t>(pos) + 1));
        EXPECT_TRUE(std::equal(after.begin(), after.end(), at.logits.begin(), at.logits.end()));
        EXPECT_EQ(at.top.size(), 4U);
        ++pos;
        return true;
      });
      EXPECT_TRUE(scored);
      EXPECT_EQ(pos, 150);
    }
    engine.ExpectAllBlocksBack();
  }
}

TEST(BatchEngine, ScoreReusesWhatNeedsNoReport) {
  TestEngine engine(Options());
  std::mt19937 random(9);
  const Tokens tokens = RandomTokens(random, 200);
  const auto ignore = [](const ScoredPosition&) { return true; };
  ASSERT_TRUE(engine->Score(tokens, 0, 0, ignore));
  engine.model->tokens_run = 0;
  ASSERT_TRUE(engine->Score(tokens, 0, 190, ignore));
  EXPECT_EQ(engine.model->tokens_run, 11);
  engine.model->tokens_run = 0;
  ASSERT_TRUE(engine->Score(tokens, 0, 0, ignore));
  EXPECT_EQ(engine.model->tokens_run, 200);
}

TEST(BatchEngine, ScoreStopsOnRequestAndChecksItsArguments) {
  TestEngine engine(Options(100));
  int rows = 0;
  const auto three = [&](const ScoredPosition&) { return ++rows < 3; };
  EXPECT_TRUE(engine->Score(Tokens(100, 1), 0, 0, three));
  EXPECT_EQ(rows, 3);
  const auto code = [&](const Tokens& tokens, int top, int from) {
    const auto scored =
        engine->Score(tokens, top, from, [](const ScoredPosition&) { return true; });
    return scored ? "" : ErrorName(scored.error().code);
  };
  EXPECT_STREQ(code(Tokens(101, 1), 0, 0), "too long");
  EXPECT_STREQ(code({}, 0, 0), "invalid argument");
  EXPECT_STREQ(code({1, 99}, 0, 0), "invalid argument");
  EXPECT_STREQ(code({1, 2}, 0, 2), "invalid argument");
  EXPECT_STREQ(code({1, 2}, 0, -1), "invalid argument");
  EXPECT_STREQ(code({1, 2}, 59, 0), "invalid argument");
  engine.model->poison = 1;
  EXPECT_STREQ(code({0, 0, 1, 0}, 0, 0), "internal error");
  engine.ExpectAllBlocksBack();
}

TEST(BatchEngine, ScoringTakesMemoryFromOthersButNotTheirAnswers) {
  EngineOptions options = Options(512, 4);
  options.kv_tokens = 640;
  TestEngine engine(options);
  std::mt19937 random(10);
  std::vector<GenerationRequest> requests;
  std::vector<Engine::RequestId> ids;
  for (int i = 0; i < 3; ++i) {
    requests.push_back(Ask(RandomTokens(random, 150), 40));
    requests.back().ignore_end = true;
    ids.push_back(engine->Submit(requests.back()).value());
  }
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(engine->Step());
  int rows = 0;
  ASSERT_TRUE(engine->Score(RandomTokens(random, 512), 0, 0, [&](const ScoredPosition&) {
    if (++rows == 5) engine->Cancel(ids[2]);
    return true;
  }));
  EXPECT_EQ(rows, 512);
  while (engine->Step().value()) {
  }
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(engine.Taken(ids[i]).tokens, PlainAnswer(*engine.model, requests[i], 512));
  }
  EXPECT_EQ(engine.Taken(ids[2]).finish, FinishReason::kCancelled);
  engine.ExpectAllBlocksBack();
}

}  // namespace
}  // namespace bantam
