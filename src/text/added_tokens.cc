// Finds with SpecialTokens, then looks at the characters around a match.
#include "text/added_tokens.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "text/piece_scanner.h"

namespace bantam {
namespace {

using unicode::Classes;

// \w of the reference: alphabetic characters, marks, decimal digits, connectors, joiners.
bool IsWord(char32_t c) {
  constexpr unicode::ClassSet kWord = unicode::kLetter | unicode::kMark |
                                      Classes(unicode::kNd, unicode::kNl) |
                                      Classes(unicode::kPc, unicode::kPc);
  if (unicode::PropertiesOf(c).In(kWord)) return true;
  // Symbols that are alphabetic all the same: circled and squared letters.
  return c == 0x200C || c == 0x200D || (c >= 0x24B6 && c <= 0x24E9) ||
         (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) ||
         (c >= 0x1F170 && c <= 0x1F189);
}

bool IsInWord(std::string_view text, size_t begin, size_t end) {
  if (begin > 0 && IsWord(DecodeUtf8(text, PreviousChar(text, begin)).code_point)) return true;
  return end < text.size() && IsWord(DecodeUtf8(text, end).code_point);
}

}  // namespace

AddedTokens::AddedTokens(const std::vector<AddedToken>& tokens, bool keeps_spaces)
    : empty_(tokens.empty()), keeps_spaces_(keeps_spaces), texts_([&tokens] {
        std::vector<SpecialTokens::Token> texts;
        for (const AddedToken& token : tokens) {
          texts.push_back({token.text, static_cast<TokenId>(texts.size())});
        }
        return SpecialTokens(std::move(texts));
      }()) {
  traits_.reserve(tokens.size());
  for (const AddedToken& token : tokens) {
    traits_.push_back({token.id, token.special, token.lstrip, token.rstrip, token.single_word});
  }
}

size_t AddedTokens::SpacesBefore(std::string_view text, size_t begin, size_t done) const {
  while (begin > done) {
    const size_t previous = PreviousChar(text, begin);
    if (!scan::StartsWith(text, previous, unicode::kSpace)) break;
    if (keeps_spaces_ && text[previous] == ' ') break;
    begin = previous;
  }
  return begin;
}

size_t AddedTokens::SpacesAfter(std::string_view text, size_t pos) const {
  return scan::SkipIf(text, pos, [this](const scan::Char& c) {
    return c.In(unicode::kSpace) && !(keeps_spaces_ && c.code_point == ' ');
  });
}

bool AddedTokens::Next(std::string_view text, bool parse_special, Cursor& cursor, Cut& cut) const {
  if (empty_) return false;
  while (const auto match = texts_.Find(text, cursor.pos)) {
    const Traits& traits = traits_[static_cast<size_t>(match->id)];
    cursor.pos = match->end;
    // The reference finds all added tokens and then passes over those it may not take.
    if (traits.special && !parse_special) continue;
    if (traits.single_word && IsInWord(text, match->begin, match->end)) continue;
    cut = {match->begin, match->end, traits.id};
    if (traits.lstrip) {
      cut.begin = std::max(SpacesBefore(text, cut.begin, cursor.done), cursor.done);
    }
    if (traits.rstrip) {
      // Within a run that an earlier token took along its end is known: no run is read twice.
      if (cursor.run < cut.end) cursor.run = SpacesAfter(text, cut.end);
      cut.end = cursor.run;
    }
    // Where another token took all of it the reference has an empty piece, which it drops.
    if (cut.begin >= cut.end) continue;
    return true;
  }
  return false;
}

Result<void> CheckAddedToken(std::string_view text, const std::string& place) {
  if (text.size() > SpecialTokens::kMaxBytes) {
    return Fail(ErrorCode::kCorrupt, place + " is an added token of " +
                                         std::to_string(text.size()) + " bytes, at most " +
                                         std::to_string(SpecialTokens::kMaxBytes) + " expected");
  }
  // Such a token would match inside a character and leave halves of it.
  if (ValidUtf8Prefix(text) != text.size()) {
    return Fail(ErrorCode::kCorrupt,
                place + " is an added token that is not UTF-8: " + Quote(text));
  }
  return {};
}

}  // namespace bantam
