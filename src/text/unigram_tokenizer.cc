// What the keys do not say is as SentencePiece has it.
#include "text/unigram_tokenizer.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "text/char_bpe_model.h"
#include "text/text_normalizer.h"
#include "text/unigram_model.h"
#include "text/vocabulary_loader.h"

namespace bantam {
namespace {

constexpr std::string_view kMapKey = "tokenizer.ggml.precompiled_charsmap";

Result<TextNormalizer> LoadNormalizer(const Metadata& metadata) {
  if (metadata.Find(kMapKey) == nullptr) return TextNormalizer();
  const std::vector<int64_t> values = TRY(metadata.GetInts(kMapKey));
  std::string bytes;
  for (const int64_t value : values) {
    if (value < INT8_MIN || value > UINT8_MAX) {
      return Fail(ErrorCode::kCorrupt, "key " + std::string(kMapKey) + " has the value " +
                                           std::to_string(value) + ", expected bytes");
    }
    bytes += static_cast<char>(value);
  }
  auto map = CharMap::Read(bytes);
  if (!map) {
    return Fail(map.error().code, "key " + std::string(kMapKey) + ": " + map.error().message);
  }
  return TextNormalizer(
      std::vector<NormalizerStep>{{.kind = NormalizerStep::kCharMap, .char_map = *std::move(map)}});
}

Result<UnigramTables> LoadTables(const Metadata& metadata, const LoadedVocabulary& loaded) {
  const std::vector<std::string>& tokens = *TRY(metadata.GetStrings("tokenizer.ggml.tokens"));
  const Vocabulary& vocabulary = *loaded.vocabulary;
  UnigramTables tables;
  tables.scores = TRY(LoadScores(metadata, tokens.size()));
  tables.texts.resize(tokens.size());
  bool has_score = false;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!loaded.spelled[i]) continue;
    tables.texts[i] = tokens[i];
    if (vocabulary.kinds[i] != TokenKind::kNormal) continue;
    tables.least_score =
        has_score ? std::min(tables.least_score, tables.scores[i]) : tables.scores[i];
    has_score = true;
  }
  tables.unknown = TRY(LoadUnknownId(metadata, vocabulary));
  tables.byte_ids = FindByteTokens(vocabulary);
  tables.byte_fallback = true;
  return tables;
}

// Whether a token goes on after a space.
bool CrossesSpaces(const std::string& text) {
  return text.find(kSpaceMark, 1) != std::string::npos;
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> CreateUnigramTokenizer(const Metadata& metadata) {
  LoadedVocabulary loaded =
      TRY(LoadVocabulary(metadata, TokenSpelling::kSpaceMarks, {.add_eos = true}));
  const UnigramTables tables = TRY(LoadTables(metadata, loaded));
  UnigramStyle style;
  style.split_words = TRY(metadata.GetBoolOr("tokenizer.ggml.remove_extra_whitespaces", true));
  style.prefix = TRY(metadata.GetBoolOr("tokenizer.ggml.add_space_prefix", true));
  style.cut_at_marks = std::ranges::none_of(tables.texts, CrossesSpaces);
  loaded.vocabulary->leading_space = style.prefix;
  loaded.parts.normalizer = TRY(LoadNormalizer(metadata));
  loaded.parts.model =
      TRY(MakeUnigramModel(tables, style, "key \"tokenizer.ggml.tokens\": token "));
  return MakeTokenizer(std::move(loaded.parts));
}

}  // namespace bantam
