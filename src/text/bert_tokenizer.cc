// In these files what opens a word begins with "▁", what continues one does not.
#include "text/bert_tokenizer.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "text/text_normalizer.h"
#include "text/vocabulary_loader.h"
#include "text/word_piece_model.h"

namespace bantam {
namespace {

bool HasCapitals(const Vocabulary& vocabulary) {
  for (size_t i = 0; i < vocabulary.bytes.size(); ++i) {
    if (vocabulary.kinds[i] != TokenKind::kNormal) continue;
    const std::string& text = vocabulary.bytes[i];
    if (std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> CreateBertTokenizer(const Metadata& metadata) {
  LoadedVocabulary loaded =
      TRY(LoadVocabulary(metadata, TokenSpelling::kPlain, {.add_bos = true, .add_eos = true}));
  Vocabulary& vocabulary = *loaded.vocabulary;
  vocabulary.leading_space = true;
  const bool cased = HasCapitals(vocabulary);
  loaded.parts.normalizer = TextNormalizer(std::vector<NormalizerStep>{
      {.kind = NormalizerStep::kBert, .bert = {.strip_accents = !cased, .lowercase = !cased}}});
  WordPieceTables tables;
  tables.texts.resize(vocabulary.bytes.size());
  for (size_t i = 0; i < tables.texts.size(); ++i) {
    std::string& bytes = vocabulary.bytes[i];
    if (bytes.starts_with(kSpaceMark)) bytes = " " + bytes.substr(kSpaceMark.size());
    if (!loaded.spelled[i]) continue;
    tables.texts[i] = bytes;
    bytes = WordPieceBytes(tables.texts[i]);
  }
  tables.unknown = TRY(LoadTokenId(metadata, "tokenizer.ggml.unknown_token_id", vocabulary, -1));
  loaded.parts.model = TRY(MakeWordPieceModel(std::move(tables)));
  return MakeTokenizer(std::move(loaded.parts));
}

}  // namespace bantam
