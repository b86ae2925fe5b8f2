// The two kinds differ in where merges come from.
#include "text/spm_tokenizer.h"

#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "text/char_bpe_model.h"
#include "text/merge_rules.h"
#include "text/pipeline_tokenizer.h"
#include "text/vocabulary_loader.h"

namespace bantam {
namespace {

// Phi-3's chat tokens take the whitespace after them along, as its tokenizer.json says; GGUF has no
// key for that.
void StripAfterPhi3Tokens(const Vocabulary& vocabulary, std::vector<AddedToken>& added) {
  for (AddedToken& token : added) {
    const bool kept = token.text == "<unk>" || token.text == "<s>" ||
                      token.text == "<|endoftext|>" ||
                      vocabulary.kinds[static_cast<size_t>(token.id)] == TokenKind::kUnknown;
    token.rstrip = !kept;
  }
}

// `add_space` is what holds unless the file says otherwise.
Result<void> FillNormalizer(const Metadata& metadata, bool add_space, Vocabulary& vocabulary,
                            TokenizerParts& parts) {
  std::vector<NormalizerStep> steps;
  vocabulary.leading_space = TRY(metadata.GetBoolOr("tokenizer.ggml.add_space_prefix", add_space));
  if (vocabulary.leading_space) steps.push_back({.kind = NormalizerStep::kPrependSpace});
  steps.push_back({.kind = NormalizerStep::kSpaces});
  parts.normalizer = TextNormalizer(std::move(steps));
  return {};
}

Result<std::unique_ptr<Tokenizer>> Finish(const Metadata& metadata, LoadedVocabulary loaded,
                                          TokenIndex index, ScoredMerges merges) {
  TokenizerParts& parts = loaded.parts;
  const Vocabulary& vocabulary = *parts.vocabulary;
  CharBpeStyle style;
  style.unknown = TRY(LoadUnknownId(metadata, vocabulary));
  parts.model = MakeCharBpeModel({.vocabulary = parts.vocabulary,
                                  .index = std::move(index),
                                  .merges = std::move(merges.table),
                                  .extra = std::move(merges.extra),
                                  .byte_ids = FindByteTokens(vocabulary)},
                                 style);
  return MakeTokenizer(std::move(parts));
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> CreateSpmTokenizer(const Metadata& metadata) {
  LoadedVocabulary loaded =
      TRY(LoadVocabulary(metadata, TokenSpelling::kSpaceMarks, {.add_bos = true}));
  const std::vector<double> scores = TRY(LoadScores(metadata, loaded.spelled.size()));
  TRY(FillNormalizer(metadata, true, *loaded.vocabulary, loaded.parts));
  if (TRY(metadata.GetStringOr("general.architecture", "")) == "phi3") {
    StripAfterPhi3Tokens(*loaded.vocabulary, loaded.parts.added);
  }
  TokenIndex index = TRY(MakeTokenIndex(*loaded.vocabulary, loaded.spelled, kTokensPlace));
  ScoredMerges merges =
      TRY(MakeScoredMerges(scores, index, *loaded.vocabulary, loaded.spelled, kScoresPlace));
  return Finish(metadata, std::move(loaded), std::move(index), std::move(merges));
}

Result<std::unique_ptr<Tokenizer>> CreateGemma4Tokenizer(const Metadata& metadata) {
  LoadedVocabulary loaded =
      TRY(LoadVocabulary(metadata, TokenSpelling::kSpaceMarks, {.add_bos = true}));
  TRY(FillNormalizer(metadata, false, *loaded.vocabulary, loaded.parts));
  TokenIndex index = TRY(MakeTokenIndex(*loaded.vocabulary, loaded.spelled, kTokensPlace));
  const std::vector<MergeRule> rules = TRY(LoadMerges(metadata));
  MergeTable merges = TRY(MakeMergeTable(rules, TokenSpelling::kSpaceMarks, index,
                                         *loaded.vocabulary, loaded.spelled, kMergesPlace));
  return Finish(metadata, std::move(loaded), std::move(index), {std::move(merges), {}});
}

}  // namespace bantam
