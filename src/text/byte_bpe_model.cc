// Pieces first, then merges within each piece.
#include "text/byte_bpe_model.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "text/bpe.h"

namespace bantam {
namespace {

class ByteBpeModel final : public TextModel {
 public:
  ByteBpeModel(std::shared_ptr<const Vocabulary> vocabulary, const ByteBpeStyle& style,
               TokenIndex index, MergeTable merges)
      : vocabulary_(std::move(vocabulary)),
        style_(style),
        index_(std::move(index)),
        bpe_(ByteIds(), std::move(merges)) {}

  void Encode(std::string_view text, TextPlace place, EncodeState& state) const override {
    if (style_.prefix_space && place != TextPlace::kContinued && !text.starts_with(' ')) {
      text = state.changed.emplace_back(" " + std::string(text));
    }
    state.ends.clear();
    PreTokenize(style_.pre, text, state.ends);
    size_t begin = 0;
    for (const size_t end : state.ends) {
      EncodePiece(text.substr(begin, end - begin), state);
      begin = end;
    }
  }

 private:
  std::array<TokenId, 256> ByteIds() const {
    std::array<TokenId, 256> ids{};
    for (size_t byte = 0; byte < ids.size(); ++byte) {
      const char c = static_cast<char>(byte);
      ids[byte] = index_.Find(std::string_view(&c, 1));
    }
    return ids;
  }

  void EncodePiece(std::string_view piece, EncodeState& state) const {
    state.Append(piece, [this, &state](std::string_view bytes) {
      if (style_.ignore_merges) {
        const TokenId id = index_.Find(bytes);
        if (id >= 0) return state.ids.push_back(id);
      }
      bpe_.Encode(bytes, state.ids, state.scratch);
    });
  }

  std::shared_ptr<const Vocabulary> vocabulary_;  // index_ points into it
  ByteBpeStyle style_;
  TokenIndex index_;
  Bpe bpe_;
};

}  // namespace

Result<std::unique_ptr<TextModel>> MakeByteBpeModel(const ByteBpeTables& tables,
                                                    const ByteBpeStyle& style) {
  const Vocabulary& vocabulary = *tables.vocabulary;
  TokenIndex index = TRY(MakeTokenIndex(vocabulary, tables.spelled, tables.tokens_place));
  MergeTable merges = TRY(MakeMergeTable(tables.merges, TokenSpelling::kByteLevel, index,
                                         vocabulary, tables.spelled, tables.merges_place));
  std::unique_ptr<TextModel> model =
      std::make_unique<ByteBpeModel>(tables.vocabulary, style, std::move(index), std::move(merges));
  return model;
}

}  // namespace bantam
