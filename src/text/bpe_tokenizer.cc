// Added tokens first, then normalisation, then pieces, then merges within each piece.
#include "text/bpe_tokenizer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <deque>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "text/bpe.h"
#include "text/byte_alphabet.h"
#include "text/byte_hash.h"
#include "text/normalize.h"
#include "text/pre_tokenizer.h"
#include "text/special_tokens.h"
#include "text/token_index.h"
#include "text/vocabulary_loader.h"

namespace bantam {
namespace {

constexpr std::string_view kTokensKey = "tokenizer.ggml.tokens";
constexpr std::string_view kMergesKey = "tokenizer.ggml.merges";
constexpr std::string_view kPreKey = "tokenizer.ggml.pre";

std::string At(std::string_view key, size_t index) {
  return "key " + Quote(key) + "[" + std::to_string(index) + "]";
}

// The working memory of one Encode call. It remembers where pieces of the text were encoded
// before, so that a word that comes again is copied from the output. Later pieces overwrite
// earlier ones with the same slot; what is found does not depend on anything but the text.
class EncodeState {
 public:
  explicit EncodeState(size_t text_bytes)
      : slots_(std::bit_ceil(std::clamp<size_t>(text_bytes / 8, 16, 8192))) {}

  std::vector<TokenId> ids;
  std::vector<size_t> ends;
  std::deque<std::string> normalized;  // texts that slots point into
  Bpe::Scratch scratch;

  // Encodes `piece` with `encode`, or copies its ids if they are known.
  template <typename Encode>
  void Append(std::string_view piece, Encode encode) {
    Slot& slot = slots_[HashBytes(piece) & (slots_.size() - 1)];
    const size_t first = ids.size();
    if (slot.piece == piece) {
      ids.resize(first + slot.count);
      std::copy_n(ids.begin() + static_cast<ptrdiff_t>(slot.first), slot.count,
                  ids.begin() + static_cast<ptrdiff_t>(first));
      return;
    }
    encode(piece);
    slot = {piece, first, ids.size() - first};
  }

 private:
  struct Slot {
    std::string_view piece;
    size_t first = 0;  // index into ids
    size_t count = 0;
  };
  std::vector<Slot> slots_;
};

class BpeTokenizer : public Tokenizer {
 public:
  BpeTokenizer(LoadedVocabulary loaded, const PreTokenizerSpec& spec, SpecialTokens specials)
      : spec_(spec),
        add_bos_(loaded.add_bos),
        add_eos_(loaded.add_eos),
        specials_(std::move(specials)) {
    vocabulary_ = std::move(loaded.vocabulary);
  }

  // Fills in what merging needs; nothing else may be called before.
  Result<void> Build(const std::vector<bool>& spelled, const std::vector<std::string>& merges);

  std::vector<TokenId> Encode(std::string_view text, const EncodeOptions& options) const override;
  std::string Decode(const std::vector<TokenId>& ids, bool keep_special) const override;

 private:
  // Appends the ids of text without added tokens.
  void EncodePlain(std::string_view text, EncodeState& state) const;
  void EncodePiece(std::string_view piece, EncodeState& state) const;
  bool IsParsed(TokenId id, const EncodeOptions& options) const {
    return options.parse_special || vocabulary_.kinds[static_cast<size_t>(id)] == TokenKind::kAdded;
  }

  PreTokenizerSpec spec_;
  bool add_bos_;
  bool add_eos_;
  SpecialTokens specials_;
  std::optional<TokenIndex> whole_;  // tokens that a whole piece may be; if spec_.ignore_merges
  std::optional<Bpe> bpe_;
};

Result<TokenIndex> MakeIndex(const Vocabulary& vocabulary, const std::vector<bool>& spelled) {
  TokenIndex index(vocabulary);
  for (size_t i = 0; i < spelled.size(); ++i) {
    if (!spelled[i]) continue;
    switch (index.Insert(static_cast<TokenId>(i))) {
      case TokenIndex::Insertion::kDone: break;
      case TokenIndex::Insertion::kDuplicate:
        return Fail(ErrorCode::kCorrupt,
                    At(kTokensKey, i) + " is there twice: " + Quote(vocabulary.bytes[i]));
      case TokenIndex::Insertion::kCrowded:
        return Fail(ErrorCode::kCorrupt, At(kTokensKey, i) + ": too many tokens that hash alike");
    }
  }
  return index;
}

// The two halves of a merge "left right" as bytes, one after the other in `bytes`; `middle` is
// where the right one begins. False if it is no merge.
bool SplitMerge(std::string_view merge, std::string& bytes, size_t& middle) {
  const size_t space = merge.find(' ');
  if (space == 0 || space == std::string_view::npos || space + 1 == merge.size()) return false;
  bytes.clear();
  if (!AppendSpelledBytes(merge.substr(0, space), bytes)) return false;
  middle = bytes.size();
  return AppendSpelledBytes(merge.substr(space + 1), bytes);
}

Result<MergeTable> MakeMerges(const std::vector<std::string>& merges, const TokenIndex& index,
                              const Vocabulary& vocabulary, const std::vector<bool>& spelled) {
  MergeTable table(merges.size());
  std::string bytes;
  TokenId result = -1;
  for (size_t i = 0; i < merges.size(); ++i) {
    size_t middle = 0;
    if (!SplitMerge(merges[i], bytes, middle)) {
      return Fail(ErrorCode::kCorrupt, At(kMergesKey, i) + " is " + Quote(merges[i]) +
                                           ", expected two tokens with a space between");
    }
    const std::string_view both = bytes;
    const TokenId left = index.Find(both.substr(0, middle));
    const TokenId right = index.Find(both.substr(middle));
    // Most files number tokens in the order of merges; a third of the time went into this search.
    const auto next = static_cast<size_t>(result + 1);
    const bool in_order = next < spelled.size() && spelled[next] && vocabulary.bytes[next] == both;
    result = in_order ? static_cast<TokenId>(next) : index.Find(both);
    if (left < 0 || right < 0 || result < 0) {
      return Fail(ErrorCode::kCorrupt, At(kMergesKey, i) + " is " + Quote(merges[i]) +
                                           (result < 0 ? ", whose result is no token"
                                                       : ", whose parts are not both tokens"));
    }
    if (!table.Insert(left, right, {static_cast<uint32_t>(i), result})) {
      return Fail(ErrorCode::kCorrupt, At(kMergesKey, i) + ": too many merges that hash alike");
    }
  }
  return table;
}

Result<void> BpeTokenizer::Build(const std::vector<bool>& spelled,
                                 const std::vector<std::string>& merges) {
  TokenIndex index = TRY(MakeIndex(vocabulary_, spelled));
  MergeTable table = TRY(MakeMerges(merges, index, vocabulary_, spelled));
  std::array<TokenId, 256> byte_ids{};
  for (size_t byte = 0; byte < byte_ids.size(); ++byte) {
    const char c = static_cast<char>(byte);
    byte_ids[byte] = index.Find(std::string_view(&c, 1));
  }
  bpe_.emplace(byte_ids, std::move(table));
  if (spec_.ignore_merges) whole_.emplace(std::move(index));
  return {};
}

std::vector<TokenId> BpeTokenizer::Encode(std::string_view text,
                                          const EncodeOptions& options) const {
  std::string repaired;
  if (ValidUtf8Prefix(text) != text.size()) {
    repaired = LossyUtf8(text);
    text = repaired;
  }
  EncodeState state(text.size());
  state.ids.reserve(text.size() / 4 + 2);
  if (options.add_special && add_bos_ && vocabulary_.bos >= 0) state.ids.push_back(vocabulary_.bos);
  size_t done = 0;
  size_t pos = 0;
  while (const auto match = specials_.Find(text, pos)) {
    pos = match->end;
    // The reference finds all added tokens and then passes over those it may not parse.
    if (!IsParsed(match->id, options)) continue;
    EncodePlain(text.substr(done, match->begin - done), state);
    state.ids.push_back(match->id);
    done = pos;
  }
  EncodePlain(text.substr(done), state);
  if (options.add_special && add_eos_ && vocabulary_.eos >= 0) state.ids.push_back(vocabulary_.eos);
  return std::move(state.ids);
}

void BpeTokenizer::EncodePlain(std::string_view text, EncodeState& state) const {
  if (spec_.nfc && !IsSurelyNfc(text)) text = state.normalized.emplace_back(ToNfc(text));
  state.ends.clear();
  PreTokenize(spec_.kind, text, state.ends);
  size_t begin = 0;
  for (const size_t end : state.ends) {
    EncodePiece(text.substr(begin, end - begin), state);
    begin = end;
  }
}

void BpeTokenizer::EncodePiece(std::string_view piece, EncodeState& state) const {
  state.Append(piece, [this, &state](std::string_view bytes) {
    if (whole_) {
      const TokenId id = whole_->Find(bytes);
      if (id >= 0) return state.ids.push_back(id);
    }
    bpe_->Encode(bytes, state.ids, state.scratch);
  });
}

std::string BpeTokenizer::Decode(const std::vector<TokenId>& ids, bool keep_special) const {
  std::string text;
  for (const TokenId id : ids) {
    if (id < 0 || id >= vocabulary_.size()) continue;
    if (!keep_special && IsSpecial(vocabulary_.kinds[static_cast<size_t>(id)])) continue;
    text += vocabulary_.bytes[static_cast<size_t>(id)];
  }
  return text;
}

// The tokens that are matched in text as they are.
Result<SpecialTokens> MakeSpecialTokens(const std::vector<std::string>& tokens,
                                        const std::vector<TokenKind>& kinds) {
  std::vector<SpecialTokens::Token> specials;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if ((kinds[i] != TokenKind::kAdded && !IsSpecial(kinds[i])) || tokens[i].empty()) continue;
    if (tokens[i].size() > SpecialTokens::kMaxBytes) {
      return Fail(ErrorCode::kCorrupt, At(kTokensKey, i) + " is an added token of " +
                                           std::to_string(tokens[i].size()) + " bytes, at most " +
                                           std::to_string(SpecialTokens::kMaxBytes) + " expected");
    }
    // Such a token would match inside a character and leave halves of it.
    if (ValidUtf8Prefix(tokens[i]) != tokens[i].size()) {
      return Fail(ErrorCode::kCorrupt,
                  At(kTokensKey, i) + " is an added token that is not UTF-8: " + Quote(tokens[i]));
    }
    specials.push_back({tokens[i], static_cast<TokenId>(i)});
  }
  return SpecialTokens(std::move(specials));
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> CreateBpeTokenizer(const Metadata& metadata) {
  const std::string_view pre = TRY(metadata.GetStringOr(kPreKey, "default"));
  const std::optional<PreTokenizerSpec> spec = FindPreTokenizer(pre);
  if (!spec) {
    return Fail(ErrorCode::kUnsupported,
                "key " + Quote(kPreKey) + " names the unknown pre-tokeniser " + Quote(pre));
  }
  const std::vector<std::string>& tokens = *TRY(metadata.GetStrings(kTokensKey));
  const std::vector<std::string>& merges = *TRY(metadata.GetStrings(kMergesKey));
  LoadedVocabulary loaded = TRY(LoadVocabulary(metadata, spec->add_bos));
  SpecialTokens specials = TRY(MakeSpecialTokens(tokens, loaded.vocabulary.kinds));
  const std::vector<bool> spelled = std::move(loaded.spelled);
  auto tokenizer = std::make_unique<BpeTokenizer>(std::move(loaded), *spec, std::move(specials));
  TRY(tokenizer->Build(spelled, merges));
  return tokenizer;
}

}  // namespace bantam
