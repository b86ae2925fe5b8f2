// Tests of loading and of engines on real files: the tiny models of tests/golden.
#include "engine/loaded_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "base/json.h"
#include "engine/compiled_shape.h"
#include "engine/create_engine.h"
#include "engine/shape_writer.h"

namespace bantam {
namespace {

const std::string kModel = BANTAM_SOURCE_DIR "/tests/golden/models/llama_tied.gguf";

LoadOptions OneThread() {
  LoadOptions options;
  options.threads = 1;
  return options;
}

EngineOptions SmallEngine() {
  EngineOptions options;
  options.context = 256;
  options.max_sequences = 2;
  options.kv_tokens = 320;  // so few that blocks are soon recycled
  return options;
}

std::string ErrorOf(const auto& result) {
  return result ? "none"
                : std::string(ErrorName(result.error().code)) + ": " + result.error().message;
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes)
      : path_(testing::TempDir() + "bantam_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".gguf") {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(LoadedModel, TokenizesAndDescribesItself) {
  const auto model = LoadedModel::Load(kModel, OneThread());
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ((*model)->info().architecture, "llama");
  EXPECT_EQ((*model)->threads(), 1);
  const std::vector<TokenId> tokens = (*model)->Tokenize("hello world", {});
  ASSERT_FALSE(tokens.empty());
  EXPECT_EQ((*model)->Detokenize(tokens, false).value(), "hello world");
  std::string bytes;
  for (const TokenId token : tokens) bytes += (*model)->TokenBytes(token);
  EXPECT_EQ(bytes, "hello world");
  EXPECT_EQ((*model)->TokenBytes(-1), "");
  EXPECT_EQ((*model)->TokenBytes(1 << 30), "");
  const std::vector<TokenId> outside = {0, 1 << 30};
  EXPECT_FALSE((*model)->Detokenize(outside, false));
  EXPECT_FALSE((*model)->IsEndToken(tokens[0]));
}

TEST(LoadedModel, DecodeAndPrefillHaveThreadsOfTheirOwn) {
  LoadOptions options;
  options.threads = 1;
  options.prefill_threads = 3;
  const auto both = LoadedModel::Load(kModel, options);
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_EQ((*both)->threads(), 1);
  EXPECT_EQ((*both)->prefill_threads(), 3);
  EXPECT_TRUE(CreateEngine(*both, SmallEngine())) << "threads: 0 stands for those of the model";
  options.prefill_threads = 0;
  EXPECT_EQ((*LoadedModel::Load(kModel, options))->prefill_threads(), 1);
  options.prefill_threads = 1000;
  EXPECT_EQ(
      ErrorOf(LoadedModel::Load(kModel, options)),
      "invalid argument: " + kModel + ": prefill threads must be between 0 and 256, not 1000");
}

TEST(LoadedModel, ProgressGoesFromNothingToAll) {
  LoadOptions options = OneThread();
  std::vector<double> fractions;
  options.on_progress = [&](double fraction) { fractions.push_back(fraction); };
  const std::string packed = BANTAM_SOURCE_DIR "/tests/golden/models/qwen2_q4_0.gguf";
  ASSERT_TRUE(LoadedModel::Load(packed, options));
  ASSERT_FALSE(fractions.empty());
  EXPECT_TRUE(std::is_sorted(fractions.begin(), fractions.end()));
  EXPECT_LE(fractions.back(), 1.0);
}

TEST(LoadedModel, ErrorsNameTheFile) {
  EXPECT_TRUE(
      ErrorOf(LoadedModel::Load("/nonexistent.gguf", OneThread())).starts_with("not found: "));
  LoadOptions options;
  options.threads = -1;
  EXPECT_NE(ErrorOf(LoadedModel::Load(kModel, options)).find("threads"), std::string::npos);
  options.threads = 100000;
  EXPECT_NE(ErrorOf(LoadedModel::Load(kModel, options)).find("threads"), std::string::npos);

  std::string bytes = ReadAll(kModel);
  const size_t at = bytes.find("llama.vocab_size");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 16 + 4] ^= 1;  // the value follows name and type
  const TemporaryFile wrong(bytes);
  const std::string error = ErrorOf(LoadedModel::Load(wrong.path(), OneThread()));
  EXPECT_TRUE(error.starts_with("corrupt data: " + wrong.path())) << error;
  EXPECT_NE(error.find("the tokenizer has "), std::string::npos) << error;
}

TEST(LoadedModel, AChatTemplateOfAnotherTypeIsRefused) {
  const std::string key = "tokenizer.chat_template";
  std::string bytes = ReadAll(kModel);
  const size_t at = bytes.find(key);
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'T';
  // Two numbers before all other keys: 64 bytes, so that what follows stays aligned.
  const auto number = [](const std::string& name) {
    return static_cast<char>(name.size()) + std::string(7, '\0') + name +
           std::string("\4\0\0\0\7\0\0\0", 8);
  };
  bytes.insert(24, number(key) + number("number 10"));
  bytes[16] = static_cast<char>(bytes[16] + 2);  // the number of keys
  const TemporaryFile file(bytes);
  const std::string error = ErrorOf(LoadedModel::LoadVocabulary(file.path()));
  EXPECT_TRUE(error.starts_with("corrupt data: " + file.path())) << error;
  EXPECT_NE(error.find(key), std::string::npos) << error;
}

// Logits of every position of a text, and a greedy answer to it.
std::vector<float> RunOn(const std::string& path, WeightLayout weights) {
  LoadOptions options = OneThread();
  options.weights = weights;
  const auto model = LoadedModel::Load(path, options).value();
  const auto engine = CreateEngine(model, SmallEngine()).value();
  GenerationRequest request;
  for (int i = 0; i < 70; ++i) request.prompt.push_back(3 + i * i % 60);
  std::vector<float> out;
  const auto scored = engine->Score(request.prompt, 0, 0, [&](const ScoredPosition& position) {
    out.insert(out.end(), position.logits.begin(), position.logits.end());
    return true;
  });
  EXPECT_TRUE(scored) << path;
  request.max_tokens = 10;
  request.ignore_end = true;
  request.sampling.temperature = 0;
  const GenerationResult result = engine->Generate(request).value();
  for (const TokenId token : result.tokens) {
    out.push_back(static_cast<float>(token));
  }
  return out;
}

TEST(LoadedModel, MappedWeightsGiveTheSameBytesAsPackedOnesOfEveryType) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(BANTAM_SOURCE_DIR "/tests/golden/models")) {
    if (entry.path().extension() != ".gguf") continue;
    const std::string path = entry.path().string();
    EXPECT_EQ(RunOn(path, WeightLayout::kMapped), RunOn(path, WeightLayout::kPacked)) << path;
    ++files;
  }
  EXPECT_GT(files, 20);
}

TEST(LoadedModel, AVocabularyAloneRunsNoEngine) {
  const auto model = LoadedModel::LoadVocabulary(kModel);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_FALSE((*model)->Tokenize("hello", {}).empty());
  EXPECT_EQ(ErrorOf(CreateEngine(*model, {})),
            "invalid argument: the model was loaded without its weights");
  EXPECT_FALSE(CreateEngine(nullptr, {}));
}

TEST(CreateEngine, OneEngineAModelAtATime) {
  const auto model = LoadedModel::Load(kModel, OneThread()).value();
  auto first = CreateEngine(model, SmallEngine());
  ASSERT_TRUE(first);
  EXPECT_TRUE(ErrorOf(CreateEngine(model, SmallEngine())).starts_with("resource exhausted"));
  first->reset();
  EXPECT_TRUE(CreateEngine(model, SmallEngine()));
}

TEST(CreateEngine, ChecksAndCompletesItsOptions) {
  const auto model = LoadedModel::Load(kModel, OneThread()).value();
  const auto error = [&](auto change) {
    EngineOptions options = SmallEngine();
    change(options);
    return ErrorOf(CreateEngine(model, options));
  };
  EXPECT_EQ(error([](auto&) {}), "none");
  EXPECT_EQ(error([](auto& o) { o.threads = 1; }), "none");
  EXPECT_EQ(error([](auto& o) { o.threads = 2; }),
            "invalid argument: threads is 2, but the model was loaded for 1");
  EXPECT_EQ(error([](auto& o) { o.max_sequences = 0; }),
            "invalid argument: max_sequences must be between 1 and 1024, not 0");
  EXPECT_EQ(error([](auto& o) { o.prompt_chunk = 1025; }),
            "invalid argument: prompt_chunk must be between 1 and 1024, not 1025");
  EXPECT_EQ(error([](auto& o) { o.context = -1; }),
            "invalid argument: context must be between 0 and 16777216, not -1");
  EXPECT_EQ(error([](auto& o) { o.kv_tokens = 255; }),
            "invalid argument: kv_tokens is 255, less than one context of 256 tokens");
  EXPECT_NE(error([](auto& o) {
              o.context = 1 << 24, o.max_sequences = 1024, o.kv_tokens = 0;
            }).find("too many"),
            std::string::npos);
  EXPECT_TRUE(error([](auto& o) {
                o.context = 1 << 24, o.kv_tokens = INT32_MAX - 64;
              }).starts_with("resource exhausted: "));
  EngineOptions zeros;
  const auto engine = CreateEngine(model, zeros);
  ASSERT_TRUE(engine);
  EXPECT_EQ((*engine)->context(), model->info().context_length);
  EXPECT_EQ((*engine)->options().threads, 1);
  EXPECT_GE((*engine)->options().kv_tokens, (*engine)->context());
}

// The file at `path`, with the embedding of one token made NaN.
std::string WithBrokenToken(const std::string& path, TokenId token) {
  std::string bytes = ReadAll(path);
  const auto file = ModelFile::Open(path).value();
  const TensorView* embedding = file->Find("token_embd.weight");
  const std::string all(reinterpret_cast<const char*>(embedding->data), embedding->size_bytes);
  const size_t row = static_cast<size_t>(RowBytes(embedding->type, embedding->row_length()));
  // All bits set is NaN in every float format.
  bytes.replace(bytes.find(all) + static_cast<size_t>(token) * row, row, std::string(row, '\xFF'));
  return bytes;
}

// It must fail its own request and leave no trace in recycled blocks.
TEST(CreateEngine, NotANumberStaysInItsRequest) {
  constexpr TokenId kBroken = 20;
  const TemporaryFile broken(
      WithBrokenToken(BANTAM_SOURCE_DIR "/tests/golden/models/llama_untied.gguf", kBroken));
  for (const Precision precision : {Precision::kFast, Precision::kExact}) {
    LoadOptions options = OneThread();
    options.precision = precision;
    const auto model = LoadedModel::Load(broken.path(), options).value();
    GenerationRequest good;
    for (int i = 0; i < 100; ++i) good.prompt.push_back(30 + i % 50);
    good.max_tokens = 20;
    good.ignore_end = true;
    good.sampling.temperature = 0;
    good.sampling.logit_bias = {{kBroken, -1e30F}};
    GenerationRequest bad = good;
    bad.prompt.assign(250, kBroken);
    auto engine = CreateEngine(model, SmallEngine()).value();
    const auto before = engine->Generate(good);
    ASSERT_TRUE(before) << before.error().message;
    for (int i = 0; i < 3; ++i) {
      const auto failed = engine->Generate(bad);
      ASSERT_FALSE(failed);
      EXPECT_EQ(failed.error().code, ErrorCode::kInternal);
      good.prompt[0] = 40 + i;  // nothing of it is cached
      const auto after = engine->Generate(good);
      ASSERT_TRUE(after) << after.error().message;
    }
    good.prompt[0] = 30;
    ASSERT_TRUE(engine->Submit(bad));  // in the same batches
    EXPECT_EQ(engine->Generate(good)->tokens, before->tokens);
  }
}

TEST(LoadedModel, RepliesInAShape) {
  const std::shared_ptr<const LoadedModel> model = LoadedModel::Load(kModel, OneThread()).value();
  const auto shape = CompileShape({.kind = ShapeSpec::Kind::kJson}).value();
  const auto engine = CreateEngine(model, SmallEngine()).value();
  for (int max_tokens = 3; max_tokens < 40; max_tokens += 3) {
    GenerationRequest request;
    request.prompt = model->Tokenize("Hi", {});
    request.sampling.temperature = 1.5F;
    request.sampling.seed = static_cast<uint64_t>(max_tokens);
    request.max_tokens = max_tokens;
    request.shape = shape;
    const GenerationResult result = engine->Generate(request).value();
    const auto document = Json::Parse(result.text);
    EXPECT_TRUE(document && document->is_object()) << result.text;
    EXPECT_LE(std::ssize(result.tokens), max_tokens);
  }
  EXPECT_EQ(&model->token_text().trie(), &model->token_text().trie()) << "made once";
}

TEST(LoadedModel, WritersNeedNoWeights) {
  const std::shared_ptr<const LoadedModel> model = LoadedModel::LoadVocabulary(kModel).value();
  const auto shape =
      CompileShape({.kind = ShapeSpec::Kind::kChoice, .items = {"yes", "no"}}).value();
  EXPECT_EQ(ErrorOf(StartWriter(shape, model, 2)).substr(0, 16), "invalid argument");
  const auto writer = StartWriter(shape, model, 4).value();
  EXPECT_FALSE(writer->Finished());
  EXPECT_EQ(writer->CompletionBytes(), 2U);
  const TokenId n = model->Tokenize("n", {.add_special = false, .parse_special = false}).back();
  const TokenId o = model->Tokenize("o", {.add_special = false, .parse_special = false}).back();
  EXPECT_FALSE(writer->Accept(o));
  EXPECT_TRUE(writer->Accept(n));
  EXPECT_NE(writer->Allowed()[static_cast<size_t>(o) / 64] >> (o % 64) & 1, 0U);
  EXPECT_TRUE(writer->Accept(o));
  EXPECT_EQ(writer->text(), "no");
  EXPECT_TRUE(writer->Finished());
  EXPECT_FALSE(writer->Accept(o));
}

}  // namespace
}  // namespace bantam
