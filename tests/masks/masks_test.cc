// On the vocabularies of real models, masks are what trying every token gives, and replies of
// random tokens are valid and finished within their budget.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "format/model_file.h"
#include "grammar/constraint.h"
#include "grammar/mask/dfa_test_matcher.h"
#include "grammar/mask/json_test_matcher.h"
#include "grammar/mask/mask_builder.h"
#include "grammar/mask/mask_oracle.h"
#include "grammar/schema/json_schema.h"
#include "text/tokenizer.h"

namespace bantam::grammar {
namespace {

// Empty if there are no models, unless somebody (CI) says where they are.
std::string PathOf(const std::string& name) {
  const char* folder = std::getenv("BANTAM_MODELS");
  const std::string path =
      (folder != nullptr ? std::string(folder) : BANTAM_SOURCE_DIR "/models") + "/" + name;
  if (std::filesystem::exists(path)) return path;
  EXPECT_EQ(folder, nullptr) << path << " is missing";
  return {};
}

class Masks : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string path = PathOf(GetParam());
    if (path.empty()) GTEST_SKIP() << GetParam() << " is not there: ./dev model fetches it";
    auto file = ModelFile::Open(path);
    ASSERT_TRUE(file) << file.error().message;
    auto tokenizer = Tokenizer::Create((*file)->metadata());
    ASSERT_TRUE(tokenizer) << tokenizer.error().message;
    vocabulary_ = (*tokenizer)->vocabulary();
    trie_ = std::make_unique<TokenTrie>(vocabulary_);
  }

  // At every byte of `document`.
  void ExpectExact(Matcher& matcher, std::string_view document) {
    TokenMask mask(vocabulary_.size());
    for (size_t at = 0;; ++at) {
      const int64_t owed = matcher.FinishBytes();
      for (const int64_t limit : {owed, owed + 1, INT64_MAX}) {
        const bool cut = FillMask(*trie_, matcher, limit, mask);
        const BruteForce expected = TryEveryToken(vocabulary_, matcher, limit);
        ASSERT_EQ(cut, expected.cut) << at << ", at most " << limit;
        ASSERT_EQ(Ids(mask), Ids(expected.mask)) << at << ", at most " << limit;
      }
      if (at == document.size()) return;
      ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(document[at]))) << at;
    }
  }

  Vocabulary vocabulary_;
  std::unique_ptr<TokenTrie> trie_;
};

TEST_P(Masks, AreExactInJson) {
  JsonTestMatcher matcher;
  ExpectExact(matcher, "{\"a\": [\"x\\u00e9\\n 日😀\", -1.5e3, true],\n \"\": {}}");
}

TEST_P(Masks, AreExactInCountedStrings) {
  CountingMatcher all(2, 30);
  ExpectExact(all, "\"at 日本\\n\",\"ab\"");
  CountingMatcher letters(2, 20, SomeSet(1));
  ExpectExact(letters, "\"aZ9\\n");
  CountingMatcher some(0, 9, SomeSet(2));
  ExpectExact(some, "\"a 日");
}

TEST_P(Masks, AreExactInAutomata) {
  std::mt19937 random(8);
  for (int i = 0; i < 12; ++i) {
    const std::optional<Dfa> dfa = Dfa::Random(random);
    if (!dfa) continue;
    DfaMatcher matcher(*dfa);
    ExpectExact(matcher, matcher.Completion());
  }
}

TEST_P(Masks, AreExactInFormats) {
  for (const auto& [format, document] : {std::pair{"idn-email", "\"실례.a@b.테\""},
                                         {"hostname", "\"xn--a.b-c\""},
                                         {"json-pointer", "\"/~1é\""},
                                         {"regex", "\"([a-z]\""}}) {
    const std::string text = std::string(R"({"format":")") + format + "\"}";
    const auto schema = JsonSchema::Compile(*Json::Parse(text), {});
    ASSERT_TRUE(schema) << format;
    const auto matcher = (*schema)->NewMatcher();
    const std::string_view whole = document;
    size_t n = 0;
    while (n < whole.size() && matcher->Push(static_cast<uint8_t>(whole[n]))) ++n;
    matcher->Pop(n);
    const std::string_view read = whole.substr(0, n);  // as far as it goes
    ASSERT_NO_FATAL_FAILURE(ExpectExact(*matcher, read)) << format;
  }
}

TEST_P(Masks, RandomRepliesFinish) {
  std::mt19937 random(7);
  for (int64_t budget = 2; budget <= 120; ++budget) {
    auto constraint = Constraint::Create(std::make_unique<JsonTestMatcher>(), *trie_, budget);
    ASSERT_TRUE(constraint) << constraint.error().message;
    JsonTestMatcher reader;
    int64_t tokens = 0;
    for (bool ended = false; !ended; ++tokens) {
      const std::vector<TokenId> ids = Ids((*constraint)->Mask());
      ASSERT_FALSE(ids.empty());
      const TokenId token = ids[random() % ids.size()];
      ASSERT_TRUE((*constraint)->Accept(token));
      ended = vocabulary_.IsEnd(token);
      for (const char c : vocabulary_.bytes[static_cast<size_t>(token)]) {
        if (!ended) ASSERT_TRUE(reader.Push(static_cast<uint8_t>(c)));
      }
    }
    ASSERT_LE(tokens, budget);
    ASSERT_TRUE(reader.Accepting());
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Masks,
                         testing::Values("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                                         "smollm2-135m-instruct-q4_1.gguf"),
                         [](const auto& model) {
                           return std::string(model.param).substr(0, 4) == "qwen" ? "Qwen" : "Smol";
                         });

}  // namespace
}  // namespace bantam::grammar
