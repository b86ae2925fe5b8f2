// The promise of docs/numbers.md on real models: the SHA-256 of the logits of every position, and
// the answer, are equal whatever the threads, the prompt chunk, the company and the cache.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "engine/batch_engine.h"
#include "engine/loaded_model.h"
#include "engine/transformer_model.h"
#include "recording_model.h"

namespace bantam {
namespace {

using Tokens = std::vector<TokenId>;

constexpr const char* kSmall = "smollm2-135m-instruct-q4_1.gguf";
constexpr const char* kQwen = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf";
constexpr int kContext = 2048;
constexpr int kReply = 24;

// Empty if there are no models, unless somebody (CI) says where they are.
std::string PathOf(const std::string& name) {
  const char* folder = std::getenv("BANTAM_MODELS");
  const std::string path =
      (folder != nullptr ? std::string(folder) : BANTAM_SOURCE_DIR "/models") + "/" + name;
  if (std::filesystem::exists(path)) return path;
  EXPECT_EQ(folder, nullptr) << path << " is missing";
  return {};
}

struct Outcome {
  std::map<int, std::string> digests;  // by position, from the first that was run
  Tokens answer;
  std::string Summary() const {
    Sha256 all;
    for (const auto& [position, digest] : digests) {
      all.Update({reinterpret_cast<const uint8_t*>(digest.data()), digest.size()});
    }
    return HexText(all.Finish());
  }
};

struct Setting {
  int prompt_chunk = 512;
  int max_sequences = 1;
  bool prefix_cache = false;
  bool speculation = false;  // wrong guesses would be recorded too
};

// An engine that records one of its requests.
class Rig {
 public:
  Rig(const std::string& path, int threads, Precision precision, KvPrecision kv,
      WeightLayout weights = WeightLayout::kPacked) {
    LoadOptions options;
    options.weights = weights;
    options.threads = threads;
    options.precision = precision;
    options.kv = kv;
    auto model = LoadedModel::Load(path, options);
    if (model) model_ = *model;
    if (!model) ADD_FAILURE() << model.error().message;
  }

  const LoadedModel& model() const { return *model_; }

  void Start(const Setting& setting) {
    engine_.reset();  // gives its claim on the model back
    EngineOptions options;
    options.context = kContext;
    options.max_sequences = setting.max_sequences;
    options.prompt_chunk = setting.prompt_chunk;
    options.prefix_cache = setting.prefix_cache;
    options.speculation = setting.speculation;
    options.kv_tokens = kContext * setting.max_sequences;
    auto cache = KvCache::Create(model_->transformer()->kv_shape(),
                                 PrefixCache::BlocksFor(options.kv_tokens));
    ASSERT_TRUE(cache);
    ASSERT_TRUE(model_->Claim());
    auto recording = std::make_unique<RecordingModel>(
        std::make_unique<TransformerModel>(model_, *std::move(cache)));
    recording_ = recording.get();
    engine_ = std::make_unique<BatchEngine>(std::move(recording), model_->vocabulary(), options);
  }

  // The request, after `before` others have had some steps and together with them.
  Outcome Answer(const Tokens& prompt, const std::vector<Tokens>& others = {}) {
    GenerationRequest request;
    request.ignore_end = true;
    request.max_tokens = kReply;
    request.sampling.seed = 11;
    for (size_t i = 0; i < others.size(); ++i) {
      request.prompt = others[i];
      request.max_tokens = 60 + 8 * static_cast<int>(i);
      request.sampling.seed = i;
      EXPECT_TRUE(engine_->Submit(request));
      if (i % 2 == 0) {
        EXPECT_TRUE(engine_->Step());
      }
    }
    request.prompt = prompt;
    request.max_tokens = kReply;
    request.sampling.seed = 11;
    recording_->Watch(prompt);
    Outcome run;
    const auto result = engine_->Generate(request);
    EXPECT_TRUE(result);
    if (result) run.answer = result->tokens;
    if (result) cached_ = result->stats.cached_tokens;
    run.digests = recording_->digests();
    return run;
  }

  BatchEngine& engine() { return *engine_; }
  const RecordingModel& recording() const { return *recording_; }
  int cached() const { return cached_; }

 private:
  std::shared_ptr<LoadedModel> model_;
  std::unique_ptr<BatchEngine> engine_;
  RecordingModel* recording_ = nullptr;
  int cached_ = 0;
};

// Tokens of the project's own texts in several languages.
Tokens TextTokens(const LoadedModel& model, size_t skip, size_t n) {
  Tokens all;
  for (const char* name : {"english.txt", "code.txt", "multilingual.txt"}) {
    std::ifstream file(std::string(BANTAM_SOURCE_DIR "/tests/corpus/") + name);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const Tokens tokens = model.Tokenize(text.substr(0, 30000), {});
    all.insert(all.end(), tokens.begin(), tokens.end());
  }
  EXPECT_GT(all.size(), skip + n);
  all.resize(std::max(all.size(), skip + n));
  return Tokens(all.begin() + static_cast<ptrdiff_t>(skip),
                all.begin() + static_cast<ptrdiff_t>(skip + n));
}

// Every position that both have run, and there must be many; the answer.
void ExpectSame(const Outcome& got, const Outcome& want, size_t least) {
  EXPECT_GE(got.digests.size(), least);
  int different = 0;
  for (const auto& [position, digest] : got.digests) {
    const auto expected = want.digests.find(position);
    ASSERT_NE(expected, want.digests.end()) << position;
    if (digest != expected->second && ++different < 4) {
      ADD_FAILURE() << "the logits after position " << position << " differ";
    }
  }
  EXPECT_EQ(different, 0);
  EXPECT_EQ(got.answer, want.answer);
}

class Numbers : public testing::Test {
 protected:
  // The reference: two threads, chunks of 512, alone, nothing cached.
  void Prepare(const char* name, size_t n_prompt, Precision precision = Precision::kFast,
               KvPrecision kv = KvPrecision::k16) {
    path_ = PathOf(name);
    if (path_.empty()) GTEST_SKIP() << name << " is not there: ./dev model fetches it";
    precision_ = precision;
    kv_ = kv;
    rig_ = std::make_unique<Rig>(path_, 2, precision, kv);
    prompt_ = TextTokens(rig_->model(), 3000, n_prompt);
    rig_->Start({});
    want_ = rig_->Answer(prompt_);
    ASSERT_EQ(want_.digests.size(), n_prompt + kReply - 1);
    ASSERT_EQ(want_.answer.size(), static_cast<size_t>(kReply));
    RecordProperty("sha256", want_.Summary());
  }

  void CheckChunks(int threads, std::initializer_list<int> chunks) {
    Rig rig(path_, threads, precision_, kv_);
    for (const int chunk : chunks) {
      SCOPED_TRACE(std::to_string(threads) + " threads, chunks of " + std::to_string(chunk));
      rig.Start({.prompt_chunk = chunk});
      ExpectSame(rig.Answer(prompt_), want_, want_.digests.size());
    }
  }

  // From the file's pages, packed panel by panel at every use.
  void CheckMapped(int chunk) {
    Rig rig(path_, 2, precision_, kv_, WeightLayout::kMapped);
    EXPECT_EQ(rig.model().transformer()->weight_bytes(), 0U);
    rig.Start({.prompt_chunk = chunk});
    ExpectSame(rig.Answer(prompt_), want_, want_.digests.size());
  }

  void CheckCompany(int n_others, int chunk) {
    std::vector<Tokens> others;
    for (size_t i = 0; i < static_cast<size_t>(n_others); ++i) {
      others.push_back(TextTokens(rig_->model(), 300 * i + 7, 40 + 61 * i));
    }
    rig_->Start({.prompt_chunk = chunk, .max_sequences = n_others + 1});
    ExpectSame(rig_->Answer(prompt_, others), want_, want_.digests.size());
    EXPECT_EQ(rig_->recording().largest_batch, n_others + 1);
  }

  // Prompts that share random beginnings with the one to be answered have been read before.
  void CheckCachedAt(int n_offsets) {
    std::mt19937 random(2024);
    const int n = static_cast<int>(prompt_.size());
    for (int i = 0; i < n_offsets; ++i) {
      const int offset = 1 + static_cast<int>(random() % static_cast<unsigned>(n - 1));
      SCOPED_TRACE("cached up to " + std::to_string(offset));
      rig_->Start({.prompt_chunk = 512, .max_sequences = 1, .prefix_cache = true});
      Tokens beginning(prompt_.begin(), prompt_.begin() + offset);
      beginning.push_back(prompt_[static_cast<size_t>(offset)] == 5 ? 6 : 5);
      GenerationRequest warm;
      warm.prompt = beginning;
      warm.max_tokens = 0;
      ASSERT_TRUE(rig_->engine().Generate(warm));
      const Outcome got = rig_->Answer(prompt_);
      EXPECT_EQ(rig_->cached(), offset);
      ExpectSame(got, want_, static_cast<size_t>(n - offset));
    }
  }

  // The next turn of a chat: prompt, answer and a question, all but the question cached.
  void CheckNextTurn() {
    Tokens next = prompt_;
    next.insert(next.end(), want_.answer.begin(), want_.answer.end());
    const Tokens question = TextTokens(rig_->model(), 100, 30);
    next.insert(next.end(), question.begin(), question.end());
    rig_->Start({});
    const Outcome want = rig_->Answer(next);
    rig_->Start({.prefix_cache = true});
    rig_->Answer(prompt_);
    ExpectSame(rig_->Answer(next), want, 30);
    EXPECT_EQ(rig_->cached(), static_cast<int>(prompt_.size()) + kReply - 1);
  }

  // After a text that repeats itself, guesses are run along: they may change no answer.
  void CheckGuesses() {
    Tokens prompt;
    for (int round = 0; round < 3; ++round) {
      prompt.insert(prompt.end(), prompt_.begin(), prompt_.begin() + 70);
    }
    for (const size_t n : {size_t{150}, prompt.size()}) {
      const Tokens part(prompt.begin(), prompt.begin() + static_cast<ptrdiff_t>(n));
      rig_->Start({});
      const Tokens want = rig_->Answer(part).answer;
      rig_->Start({.speculation = true});
      EXPECT_EQ(rig_->Answer(part).answer, want) << n;
      EXPECT_GT(rig_->recording().guesses(), 0) << n;
    }
  }

  // Score must see the same logits.
  void CheckScore() {
    rig_->Start({.prompt_chunk = 100});
    int rows = 0;
    const auto scored = rig_->engine().Score(prompt_, 0, 0, [&](const ScoredPosition& at) {
      const std::string digest =
          Sha256Of({reinterpret_cast<const uint8_t*>(at.logits.data()), at.logits.size_bytes()});
      EXPECT_EQ(digest, want_.digests.at(at.pos)) << at.pos;
      ++rows;
      return !HasFailure();
    });
    EXPECT_TRUE(scored);
    EXPECT_EQ(rows, std::ssize(prompt_));
  }

  std::string path_;
  Precision precision_ = Precision::kFast;
  KvPrecision kv_ = KvPrecision::k16;
  std::unique_ptr<Rig> rig_;
  Tokens prompt_;
  Outcome want_;
};

// SmolLM2, 1,150 tokens: three attention spans of 512.
TEST_F(Numbers, SmallThreadsAndChunks) {
  Prepare(kSmall, 1150);
  if (IsSkipped() || HasFatalFailure()) return;
  CheckChunks(1, {17, 64, 512});
  CheckChunks(2, {17, 64});
  CheckMapped(64);
  CheckGuesses();
}

TEST_F(Numbers, SmallTokenByToken) {
  Prepare(kSmall, 1040);
  if (IsSkipped() || HasFatalFailure()) return;
  CheckChunks(1, {1});
  CheckChunks(2, {1});
}

TEST_F(Numbers, SmallBesideSevenOthers) {
  Prepare(kSmall, 1150);
  if (IsSkipped() || HasFatalFailure()) return;
  CheckCompany(7, 512);
  CheckCompany(7, 64);
}

TEST_F(Numbers, SmallCachedAtTwentyOffsets) {
  Prepare(kSmall, 1150);
  if (IsSkipped() || HasFatalFailure()) return;
  CheckCachedAt(20);
  CheckNextTurn();
  CheckScore();
}

TEST_F(Numbers, SmallExact) {
  Prepare(kSmall, 560, Precision::kExact);
  if (IsSkipped() || HasFatalFailure()) return;
  CheckChunks(1, {17});
  CheckCompany(3, 64);
  CheckCachedAt(2);
}

TEST_F(Numbers, SmallWithACacheOfBytes) {
  Prepare(kSmall, 560, Precision::kFast, KvPrecision::k8);
  if (IsSkipped() || HasFatalFailure()) return;
  CheckChunks(1, {17});
  CheckCompany(3, 64);
  CheckCachedAt(2);
}

// Its keys have wide groups.
TEST_F(Numbers, QwenWithACacheOfBytes) {
  Prepare(kQwen, 560, Precision::kFast, KvPrecision::k8);
  if (IsSkipped() || HasFatalFailure()) return;
  const KvShape shape = rig_->model().transformer()->kv_shape();
  EXPECT_GT(shape.WideGroups(0, 1), 0);
  EXPECT_EQ(shape.WideGroups(shape.layers - 1, 0), 0);
  CheckChunks(1, {64});
  CheckCachedAt(2);
  CheckNextTurn();
}

TEST_F(Numbers, QwenThreadsChunksCompanyAndCache) {
  Prepare(kQwen, 560);
  if (IsSkipped() || HasFatalFailure()) return;
  CheckChunks(1, {64});
  CheckChunks(2, {17});
  CheckMapped(512);
  CheckCompany(3, 100);
  CheckCachedAt(3);
  CheckNextTurn();
  CheckGuesses();
}

TEST(Sha256, KnownAnswers) {
  const auto hash = [](const std::string& text) {
    return Sha256Of({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  };
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace bantam
