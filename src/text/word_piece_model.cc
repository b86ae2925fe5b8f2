// Candidates are looked up from the longest down; no token is longer than longest_.
#include "text/word_piece_model.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "text/piece_scanner.h"
#include "text/token_index.h"

namespace bantam {
namespace {

class WordPieceModel final : public TextModel {
 public:
  explicit WordPieceModel(WordPieceTables tables)
      : tables_(std::move(tables)), index_(tables_.texts) {
    for (size_t i = 0; i < tables_.texts.size(); ++i) {
      if (tables_.texts[i].empty()) continue;
      // Of two tokens with one text the reference knows one only.
      index_.Insert(static_cast<TokenId>(i));
      longest_ = std::max(longest_, tables_.texts[i].size());
    }
  }

  void Encode(std::string_view text, TextPlace place, EncodeState& state) const override;

 private:
  void EncodeWord(std::string_view word, EncodeState& state) const;

  WordPieceTables tables_;
  TokenIndex index_;  // over tables_.texts
  size_t longest_ = 0;
};

void WordPieceModel::Encode(std::string_view text, TextPlace, EncodeState& state) const {
  // Every word gets a space before it, so that it looks like the tokens that may open it.
  std::string& spaced = state.changed.emplace_back();
  spaced.reserve(text.size() + text.size() / 4 + 1);
  state.ends.clear();
  bool in_word = false;
  const auto end_word = [&] {
    if (in_word) state.ends.push_back(spaced.size());
    in_word = false;
  };
  for (size_t pos = 0; pos < text.size();) {
    const scan::Char c = scan::CharAt(text, pos);
    const bool alone = unicode::IsReferencePunctuation(c.code_point);
    if (c.In(unicode::kSpace) || alone) end_word();
    if (!c.In(unicode::kSpace)) {
      if (!in_word) spaced += ' ';
      spaced += text.substr(pos, c.length);
      in_word = true;
      if (alone) end_word();
    }
    pos += c.length;
  }
  end_word();
  size_t begin = 0;
  for (const size_t end : state.ends) {
    const std::string_view word = std::string_view(spaced).substr(begin, end - begin);
    state.Append(word, [this, &state](std::string_view bytes) { EncodeWord(bytes, state); });
    begin = end;
  }
}

void WordPieceModel::EncodeWord(std::string_view word, EncodeState& state) const {
  const size_t first = state.ids.size();
  const auto continues = [](char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; };
  const auto n_chars = static_cast<size_t>(
      word.size() - 1 - static_cast<size_t>(std::count_if(word.begin(), word.end(), continues)));
  bool known = n_chars <= tables_.max_word_chars;
  for (size_t begin = 0; known && begin < word.size();) {
    size_t end = std::min(word.size(), begin + longest_);
    TokenId id = -1;
    // A word's space alone is no piece of it.
    for (const size_t least = begin == 0 ? 1 : begin; end > least; --end) {
      if (end < word.size() && continues(word[end])) continue;
      id = index_.Find(word.substr(begin, end - begin));
      if (id >= 0) break;
    }
    known = id >= 0;
    state.ids.push_back(id);
    begin = end;
  }
  if (known) return;
  state.ids.resize(first);
  state.ids.push_back(tables_.unknown);
}

}  // namespace

Result<std::unique_ptr<TextModel>> MakeWordPieceModel(WordPieceTables tables) {
  if (tables.unknown < 0) {
    return Fail(ErrorCode::kCorrupt, "the WordPiece vocabulary has no unknown token");
  }
  std::unique_ptr<TextModel> model = std::make_unique<WordPieceModel>(std::move(tables));
  return model;
}

std::string_view WordPieceBytes(std::string_view text) {
  constexpr std::array<std::string_view, 9> kAttached = {" .",  " ?",  " !",   " ,",  " n't",
                                                         " 'm", " 's", " 've", " 're"};
  const bool attached = std::any_of(kAttached.begin(), kAttached.end(),
                                    [text](std::string_view p) { return text.starts_with(p); });
  return attached ? text.substr(1) : text;
}

}  // namespace bantam
