// On the vocabularies of many families, masks of characters are what the bytes say, and every text
// can be written in its own characters.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "format/model_file.h"
#include "grammar/mask/character_mask.h"
#include "grammar/mask/character_oracle.h"
#include "grammar/regex/unicode_property.h"
#include "text/tokenizer.h"

namespace bantam::grammar {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

CodePointSet Han() {
  CodePointSet set = *UnicodeProperty("sc=Han");
  set.Add(*UnicodeProperty("sc=Common"));
  set.Add(*UnicodeProperty("sc=Inherited"));
  return set;
}

class Characters : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("BANTAM_MODELS");
    const std::string path = (folder != nullptr ? folder : BANTAM_SOURCE_DIR "/models") +
                             std::string("/vocabs/ggml-vocab-") + GetParam() + ".gguf";
    if (!std::filesystem::exists(path)) {
      EXPECT_EQ(folder, nullptr) << path << " is missing";
      GTEST_SKIP() << path << " is not there: ./dev model fetches it";
    }
    auto file = ModelFile::Open(path);
    ASSERT_TRUE(file) << file.error().message;
    auto tokenizer = Tokenizer::Create((*file)->metadata());
    ASSERT_TRUE(tokenizer) << tokenizer.error().message;
    tokenizer_ = *std::move(tokenizer);
  }

  std::unique_ptr<const Tokenizer> tokenizer_;
};

TEST_P(Characters, MasksAreWhatTheBytesSay) {
  const Vocabulary& vocabulary = tokenizer_->vocabulary();
  // 中 is E4 B8 AD; 的 begins with E7, 、 (of all scripts) with E3, emoji with F0 9F.
  const auto found = CompareMasksWithBytes(
      vocabulary, Han(), {"", "\xE4", "\xE4\xB8", "\xE7\x9A", "\xE3\x80", "\xF0\x9F"},
      [&](TokenId id) { return vocabulary.kinds[static_cast<size_t>(id)] != TokenKind::kAdded; });
  EXPECT_EQ(found.wrong, "");
  EXPECT_GT(found.allowed, 500U);
}

TEST_P(Characters, TextsAreWrittenInTheirOwn) {
  const Vocabulary& vocabulary = tokenizer_->vocabulary();
  for (const char* name : {"chinese", "english", "multilingual", "code"}) {
    const std::string text =
        ReadFile(BANTAM_SOURCE_DIR "/tests/corpus/" + std::string(name) + ".txt");
    ASSERT_FALSE(text.empty());
    CodePointSet set = CodePointSet::Of(' ', ' ');
    for (size_t at = 0; at < text.size();) {
      const DecodedChar c = DecodeUtf8(text, at);
      set.Add(c.code_point, c.code_point);
      at += c.length;
    }
    const CharacterMask mask(vocabulary, set);
    CharacterMask::Place place;
    for (const TokenId id : tokenizer_->Encode(text, {})) {
      ASSERT_TRUE(mask.Allows(place, id)) << id << " " << vocabulary.bytes[static_cast<size_t>(id)];
      place = mask.Follow(place, id);
    }
    EXPECT_FALSE(place) << "ends between characters";
  }
}

INSTANTIATE_TEST_SUITE_P(Vocabularies, Characters,
                         testing::Values("qwen2", "gpt-2", "llama-bpe", "llama-spm", "phi-3",
                                         "gemma-4"),
                         [](const auto& vocabulary) {
                           std::string name = vocabulary.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace bantam::grammar
