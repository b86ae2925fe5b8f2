// The tables of a model file, handed to the byte-level model.
#include "text/bpe_tokenizer.h"

#include <optional>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "text/byte_bpe_model.h"
#include "text/pipeline_tokenizer.h"
#include "text/vocabulary_loader.h"

namespace bantam {
namespace {

constexpr std::string_view kPreKey = "tokenizer.ggml.pre";

}  // namespace

Result<std::unique_ptr<Tokenizer>> CreateBpeTokenizer(const Metadata& metadata) {
  const std::string_view pre = TRY(metadata.GetStringOr(kPreKey, "default"));
  const std::optional<PreTokenizerSpec> spec = FindPreTokenizer(pre);
  if (!spec) {
    return Fail(ErrorCode::kUnsupported,
                "key " + Quote(kPreKey) + " names the unknown pre-tokeniser " + Quote(pre));
  }
  LoadedVocabulary loaded =
      TRY(LoadVocabulary(metadata, TokenSpelling::kByteLevel, {.add_bos = spec->add_bos}));
  TokenizerParts& parts = loaded.parts;
  if (spec->nfc)
    parts.normalizer = TextNormalizer(std::vector<NormalizerStep>{{.kind = NormalizerStep::kNfc}});
  std::vector<MergeRule> merges = TRY(LoadMerges(metadata));
  parts.model = TRY(MakeByteBpeModel({.vocabulary = parts.vocabulary,
                                      .spelled = std::move(loaded.spelled),
                                      .merges = std::move(merges),
                                      .tokens_place = kTokensPlace,
                                      .merges_place = kMergesPlace},
                                     {.pre = spec->kind, .ignore_merges = spec->ignore_merges}));
  return MakeTokenizer(std::move(parts));
}

}  // namespace bantam
