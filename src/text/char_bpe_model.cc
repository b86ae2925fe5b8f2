// Text is cut before spaces where no token could reach across, so that words that come again cost
// no second merging; the ids are those of the whole text.
#include "text/char_bpe_model.h"

#include <bitset>
#include <utility>

#include "base/utf8.h"
#include "text/pair_merger.h"
#include "text/text_normalizer.h"

namespace bantam {
namespace {

class CharBpeModel final : public TextModel {
 public:
  CharBpeModel(CharBpeTables tables, const CharBpeStyle& style)
      : vocabulary_(std::move(tables.vocabulary)),
        style_(style),
        index_(std::move(tables.index)),
        extra_(std::make_unique<const std::vector<std::string>>(std::move(tables.extra))),
        extra_index_(*extra_),
        byte_ids_(tables.byte_ids),
        merger_(std::move(tables.merges)) {
    for (size_t i = 0; i < extra_->size(); ++i) extra_index_.Insert(static_cast<TokenId>(i));
    for (size_t c = 0; c < ascii_ids_.size(); ++c) {
      const char byte = static_cast<char>(c);
      ascii_ids_[c] = FindChar(std::string_view(&byte, 1));
    }
    FindCuts();
  }

  void Encode(std::string_view text, TextPlace place, EncodeState& state) const override;

 private:
  void FindCuts();
  bool CutsBefore(std::string_view text, size_t space) const;
  void EncodePiece(std::string_view piece, EncodeState& state) const;
  void AppendChars(std::string_view piece, std::vector<TokenId>& ids) const;
  // Appends the byte tokens of a character; false if one is missing.
  bool AppendBytes(std::string_view c, std::vector<TokenId>& ids) const;
  void ReplaceExtra(std::vector<TokenId>& ids, size_t first) const;

  // The id of a character, one past the vocabulary for those in extra_, or -1.
  TokenId FindChar(std::string_view c) const {
    const TokenId id = index_.Find(c);
    if (id >= 0 || extra_->empty()) return id;
    const TokenId extra = extra_index_.Find(c);
    return extra < 0 ? -1 : vocabulary_->size() + extra;
  }

  std::shared_ptr<const Vocabulary> vocabulary_;  // index_ points into it
  CharBpeStyle style_;
  TokenIndex index_;
  std::unique_ptr<const std::vector<std::string>> extra_;  // extra_index_ points into it
  TokenIndex extra_index_;
  std::array<TokenId, 128> ascii_ids_{};
  std::array<TokenId, 256> byte_ids_;
  PairMerger merger_;
  bool cuts_ = false;
  std::bitset<256> joined_;  // bytes that a space follows within some token
};

// A space may begin a piece if it is a token itself and no token joins it to what is before.
void CharBpeModel::FindCuts() {
  cuts_ = style_.cut_at_spaces ||
          (ascii_ids_[' '] >= 0 && ascii_ids_[' '] < vocabulary_->size() && !style_.ignore_merges);
  if (!cuts_ || style_.cut_at_spaces) return;
  for (size_t i = 0; i < vocabulary_->bytes.size(); ++i) {
    const std::string& token = vocabulary_->bytes[i];
    if (token.find(' ', 1) == std::string::npos || index_.Find(token) < 0) continue;
    for (size_t at = 1; at < token.size(); ++at) {
      if (token[at] == ' ') joined_.set(static_cast<uint8_t>(token[at - 1]));
    }
  }
  joined_.set(' ');  // a run of spaces stays whole
}

bool CharBpeModel::CutsBefore(std::string_view text, size_t space) const {
  return style_.cut_at_spaces || !joined_.test(static_cast<uint8_t>(text[space - 1]));
}

void CharBpeModel::Encode(std::string_view text, TextPlace place, EncodeState& state) const {
  if (text.find(kSpaceMark) != std::string_view::npos) {
    text = state.changed.emplace_back(SpacesOfMarks(text));
  }
  const bool wants_prefix =
      (style_.prefix == CharBpeStyle::kUnlessSpaced && place != TextPlace::kContinued) ||
      (style_.prefix == CharBpeStyle::kUnlessSpacedAtStart && place == TextPlace::kStart);
  if (wants_prefix && !text.empty() && text[0] != ' ') {
    text = state.changed.emplace_back(" " + std::string(text));
  }
  size_t begin = 0;
  while (begin < text.size()) {
    size_t end = cuts_ ? text.find(' ', begin + 1) : std::string_view::npos;
    while (end != std::string_view::npos && !CutsBefore(text, end)) end = text.find(' ', end + 1);
    if (end == std::string_view::npos) end = text.size();
    EncodePiece(text.substr(begin, end - begin), state);
    begin = end;
  }
}

void CharBpeModel::EncodePiece(std::string_view piece, EncodeState& state) const {
  state.Append(piece, [this, &state](std::string_view text) {
    std::vector<TokenId>& ids = state.ids;
    if (style_.ignore_merges) {
      const TokenId id = index_.Find(text);
      if (id >= 0) return ids.push_back(id);
    }
    const size_t first = ids.size();
    AppendChars(text, ids);
    merger_.Merge(ids, first, state.scratch);
    if (!extra_->empty()) ReplaceExtra(ids, first);
  });
}

void CharBpeModel::AppendChars(std::string_view piece, std::vector<TokenId>& ids) const {
  bool unknown = false;  // one waits for the end of its run; bytes do not end it in the reference
  for (size_t pos = 0; pos < piece.size();) {
    const auto lead = static_cast<uint8_t>(piece[pos]);
    const size_t length = lead < 0x80 ? 1 : DecodeUtf8(piece, pos).length;
    const std::string_view c = piece.substr(pos, length);
    pos += length;
    const TokenId id = lead < 0x80 ? ascii_ids_[lead] : FindChar(c);
    if (id < 0) {
      if (AppendBytes(c, ids) || style_.unknown < 0) continue;
      if (unknown && !style_.fuse_unknown) ids.push_back(style_.unknown);
      unknown = true;
      continue;
    }
    if (unknown) ids.push_back(style_.unknown);
    unknown = false;
    ids.push_back(id);
  }
  if (unknown) ids.push_back(style_.unknown);
}

bool CharBpeModel::AppendBytes(std::string_view c, std::vector<TokenId>& ids) const {
  if (!style_.byte_fallback) return false;
  const size_t first = ids.size();
  for (const char byte : c) {
    const TokenId id = byte_ids_[static_cast<uint8_t>(byte)];
    if (id < 0) {
      ids.resize(first);
      return false;
    }
    ids.push_back(id);
  }
  return true;
}

void CharBpeModel::ReplaceExtra(std::vector<TokenId>& ids, size_t first) const {
  const TokenId end = vocabulary_->size();
  bool has_extra = false;
  for (size_t i = first; i < ids.size(); ++i) has_extra |= ids[i] >= end;
  if (!has_extra) return;
  const std::vector<TokenId> merged(ids.begin() + static_cast<ptrdiff_t>(first), ids.end());
  ids.resize(first);
  for (const TokenId id : merged) {
    if (id < end) {
      ids.push_back(id);
    } else if (!AppendBytes((*extra_)[static_cast<size_t>(id - end)], ids) && style_.unknown >= 0 &&
               (ids.size() == first || ids.back() != style_.unknown || !style_.fuse_unknown)) {
      ids.push_back(style_.unknown);
    }
  }
}

}  // namespace

std::unique_ptr<TextModel> MakeCharBpeModel(CharBpeTables tables, const CharBpeStyle& style) {
  return std::make_unique<CharBpeModel>(std::move(tables), style);
}

std::array<TokenId, 256> FindByteTokens(const Vocabulary& vocabulary) {
  std::array<TokenId, 256> ids{};
  ids.fill(-1);
  for (size_t i = 0; i < vocabulary.kinds.size(); ++i) {
    if (vocabulary.kinds[i] != TokenKind::kByte || vocabulary.bytes[i].size() != 1) continue;
    ids[static_cast<uint8_t>(vocabulary.bytes[i][0])] = static_cast<TokenId>(i);
  }
  return ids;
}

}  // namespace bantam
