// Added tokens first, then normalisation, then added tokens that are looked for after it, then the
// model: the order of the reference.
#include "text/pipeline_tokenizer.h"

#include <iterator>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "text/encode_state.h"
#include "text/token_spelling.h"

namespace bantam {
namespace {

class PipelineTokenizer final : public Tokenizer {
 public:
  explicit PipelineTokenizer(TokenizerParts parts)
      : normalizer_(std::move(parts.normalizer)),
        model_(std::move(parts.model)),
        prefix_(std::move(parts.prefix)),
        suffix_(std::move(parts.suffix)) {
    vocabulary_ = std::move(parts.vocabulary);
    std::vector<AddedToken> raw;
    std::vector<AddedToken> normalized;
    // Where two become the same text the first is found: in the reference special ones go first.
    for (const bool special : {true, false}) {
      for (AddedToken& token : parts.added) {
        if (token.special != special) continue;
        if (!token.normalized) {
          raw.push_back(std::move(token));
        } else if (Normalize(token)) {
          normalized.push_back(std::move(token));
        }
      }
    }
    raw_ = AddedTokens(raw);
    normalized_ = AddedTokens(normalized, normalizer_.marks_spaces());
  }

  std::vector<TokenId> Encode(std::string_view text, const EncodeOptions& options) const override {
    std::string repaired;
    if (ValidUtf8Prefix(text) != text.size()) {
      repaired = LossyUtf8(text);
      text = repaired;
    }
    EncodeState state(text.size());
    state.ids.reserve(text.size() / 4 + 2);
    if (options.add_special) state.ids.insert(state.ids.end(), prefix_.begin(), prefix_.end());
    const auto on_token = [&state](TokenId id) { state.ids.push_back(id); };
    raw_.Split(
        text, options.parse_special,
        [&](size_t begin, size_t end) {
          const TextPlace start = options.continued ? TextPlace::kContinued : TextPlace::kStart;
          EncodeBetween(text.substr(begin, end - begin), begin == 0 ? start : TextPlace::kMiddle,
                        options, state);
        },
        on_token);
    if (options.add_special) state.ids.insert(state.ids.end(), suffix_.begin(), suffix_.end());
    return std::move(state.ids);
  }

  std::string Decode(const std::vector<TokenId>& ids, bool keep_special) const override {
    std::string text;
    const Vocabulary& vocabulary = *vocabulary_;
    for (const TokenId id : ids) {
      if (id < 0 || id >= vocabulary.size()) continue;
      if (!keep_special && IsSpecial(vocabulary.kinds[static_cast<size_t>(id)])) continue;
      text += vocabulary.bytes[static_cast<size_t>(id)];
    }
    if (vocabulary.leading_space && text.starts_with(' ')) text.erase(0, 1);
    return text;
  }

 private:
  // The reference looks for what becomes of the token, a space before it included; false: for
  // nothing.
  bool Normalize(AddedToken& token) const {
    std::string changed;
    if (normalizer_.Apply(token.text, changed)) token.text = std::move(changed);
    return !token.text.empty() && token.text.size() <= SpecialTokens::kMaxBytes;
  }

  // Appends the ids of text between added tokens.
  void EncodeBetween(std::string_view text, TextPlace place, const EncodeOptions& options,
                     EncodeState& state) const {
    std::string changed;
    if (normalizer_.Apply(text, changed, place == TextPlace::kContinued))
      text = state.changed.emplace_back(std::move(changed));
    normalized_.Split(
        text, options.parse_special,
        [&](size_t begin, size_t end) {
          model_->Encode(text.substr(begin, end - begin), begin == 0 ? place : TextPlace::kMiddle,
                         state);
        },
        [&state](TokenId id) { state.ids.push_back(id); });
  }

  AddedTokens raw_;         // looked for in the text as it is
  AddedTokens normalized_;  // looked for after normalisation
  TextNormalizer normalizer_;
  std::unique_ptr<TextModel> model_;
  std::vector<TokenId> prefix_;
  std::vector<TokenId> suffix_;
};

}  // namespace

std::unique_ptr<Tokenizer> MakeTokenizer(TokenizerParts parts) {
  return std::make_unique<PipelineTokenizer>(std::move(parts));
}

}  // namespace bantam
