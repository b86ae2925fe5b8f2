// Sums and ties are those of the reference: from the left, in double precision, and of equals the
// cut whose last token is the longest.
#include "text/unigram_model.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "text/piece_scanner.h"
#include "text/text_normalizer.h"
#include "text/token_trie.h"

namespace bantam {
namespace {

constexpr double kUnknownPenalty = 10;

class UnigramModel final : public TextModel {
 public:
  UnigramModel(const UnigramTables& tables, const UnigramStyle& style)
      : style_(style),
        trie_(tables.texts),
        scores_(tables.scores),
        unknown_(tables.unknown),
        unknown_score_(tables.least_score - kUnknownPenalty),
        byte_fallback_(tables.byte_fallback),
        byte_ids_(tables.byte_ids) {}

  void Encode(std::string_view text, TextPlace place, EncodeState& state) const override;

 private:
  void AppendMarked(std::string_view word, bool prefix, std::string& marked,
                    std::vector<size_t>& ends) const;
  void EncodePiece(std::string_view piece, EncodeState& state) const;
  void FindBestEnds(std::string_view piece, std::vector<BestEnd>& best) const;
  // Appends the ids of neighbours that are unknown, the last first.
  void AppendUnknown(std::string_view text, std::vector<TokenId>& ids) const;

  UnigramStyle style_;
  TokenTrie trie_;
  std::vector<double> scores_;
  TokenId unknown_;
  double unknown_score_;
  bool byte_fallback_;
  std::array<TokenId, 256> byte_ids_;
};

void UnigramModel::Encode(std::string_view text, TextPlace place, EncodeState& state) const {
  std::string& marked = state.changed.emplace_back();
  marked.reserve(text.size() + text.size() / 4 + kSpaceMark.size());
  state.ends.clear();
  const bool goes_on = place == TextPlace::kContinued;
  if (!style_.split_words) {
    AppendMarked(text, style_.prefix && !goes_on, marked, state.ends);
  } else {
    for (size_t pos = scan::Skip(text, 0, unicode::kSpace); pos < text.size();) {
      const size_t end = scan::Skip(text, pos, ~unicode::kSpace);
      AppendMarked(text.substr(pos, end - pos), style_.prefix && !(goes_on && pos == 0), marked,
                   state.ends);
      pos = scan::Skip(text, end, unicode::kSpace);
    }
  }
  size_t begin = 0;
  for (const size_t end : state.ends) {
    const std::string_view piece = std::string_view(marked).substr(begin, end - begin);
    state.Append(piece, [this, &state](std::string_view bytes) { EncodePiece(bytes, state); });
    begin = end;
  }
}

// Appends a text as tokens spell it, and where its pieces end.
void UnigramModel::AppendMarked(std::string_view word, bool prefix, std::string& marked,
                                std::vector<size_t>& ends) const {
  if (word.empty()) return;
  const size_t begin = marked.size();
  if (prefix && word[0] != ' ' && !word.starts_with(kSpaceMark)) marked += kSpaceMark;
  for (size_t pos = 0; pos < word.size();) {
    const size_t space = std::min(word.find(' ', pos), word.size());
    marked += word.substr(pos, space - pos);
    if (space < word.size()) marked += kSpaceMark;
    pos = space + 1;
  }
  if (style_.cut_at_marks) {
    for (size_t at = begin; (at = marked.find(kSpaceMark, at + 1)) != std::string::npos;) {
      ends.push_back(at);
    }
  }
  ends.push_back(marked.size());
}

void UnigramModel::FindBestEnds(std::string_view piece, std::vector<BestEnd>& best) const {
  best.assign(piece.size() + 1, BestEnd{});
  const auto offer = [&best](size_t end, size_t length, TokenId id, double score) {
    BestEnd& old = best[end];
    if (old.length == 0 || score > old.score) {
      old = {score, id, static_cast<uint32_t>(length)};
    }
  };
  for (size_t pos = 0; pos < piece.size();) {
    const double before = best[pos].score;
    const size_t char_bytes = DecodeUtf8(piece, pos).length;
    bool is_known = false;
    trie_.ForPrefixes(piece.substr(pos), [&](size_t length, TokenId id) {
      offer(pos + length, length, id, scores_[static_cast<size_t>(id)] + before);
      is_known |= length == char_bytes;
    });
    if (!is_known) offer(pos + char_bytes, char_bytes, unknown_, unknown_score_ + before);
    pos += char_bytes;
  }
}

void UnigramModel::EncodePiece(std::string_view piece, EncodeState& state) const {
  std::vector<BestEnd>& best = state.best_ends;
  FindBestEnds(piece, best);
  std::vector<TokenId>& ids = state.ids;
  const auto first = static_cast<ptrdiff_t>(ids.size());
  for (size_t end = piece.size(); end > 0;) {
    size_t begin = end - best[end].length;
    if (best[end].id != unknown_) {
      ids.push_back(best[end].id);
    } else {
      while (begin > 0 && best[begin].id == unknown_) begin -= best[begin].length;
      AppendUnknown(piece.substr(begin, end - begin), ids);
    }
    end = begin;
  }
  std::reverse(ids.begin() + first, ids.end());
}

void UnigramModel::AppendUnknown(std::string_view text, std::vector<TokenId>& ids) const {
  const TokenId whole = trie_.Find(text);
  if (whole >= 0) return ids.push_back(whole);
  const auto id_of = [this](char c) { return byte_ids_[static_cast<uint8_t>(c)]; };
  const bool has_bytes = byte_fallback_ && std::all_of(text.begin(), text.end(),
                                                       [&](char c) { return id_of(c) >= 0; });
  if (!has_bytes) return ids.push_back(unknown_);
  std::transform(text.rbegin(), text.rend(), std::back_inserter(ids), id_of);
}

std::string Token(const char* place, size_t i) {
  return place + std::to_string(i);
}

Result<void> CheckTables(const UnigramTables& tables, const char* place) {
  size_t n_bytes = 0;
  for (size_t i = 0; i < tables.texts.size(); ++i) {
    if (!std::isfinite(tables.scores[i])) {
      return Fail(ErrorCode::kCorrupt, Token(place, i) + " has a score that is no number");
    }
    const size_t size = tables.texts[i].size();
    n_bytes += size;
    if (size <= kMaxUnigramBytes && n_bytes <= TokenTrie::kMaxBytes) continue;
    return Fail(ErrorCode::kUnsupported, Token(place, i) + " has " + std::to_string(size) +
                                             " bytes; this build knows tokens of up to " +
                                             std::to_string(kMaxUnigramBytes) +
                                             " bytes, and of 1 GiB together");
  }
  if (tables.unknown >= 0) return {};
  return Fail(ErrorCode::kCorrupt, "the Unigram vocabulary has no unknown token");
}

}  // namespace

Result<std::unique_ptr<TextModel>> MakeUnigramModel(const UnigramTables& tables,
                                                    const UnigramStyle& style, const char* place) {
  TRY(CheckTables(tables, place));
  std::unique_ptr<TextModel> model = std::make_unique<UnigramModel>(tables, style);
  return model;
}

}  // namespace bantam
