// AddedTokens: cuts text around added tokens, with what the reference's AddedToken can ask for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/vocabulary.h"
#include "text/special_tokens.h"

namespace bantam {

struct AddedToken {
  std::string text;  // 1 to SpecialTokens::kMaxBytes bytes of valid UTF-8
  TokenId id = -1;
  bool special = false;      // only found where control tokens are parsed
  bool lstrip = false;       // takes the whitespace before it along
  bool rstrip = false;       // and that after it
  bool single_word = false;  // not found inside a word
  bool normalized = false;   // looked for in the normalised text
};

// Immutable after construction, so safe to share.
class AddedTokens {
 public:
  AddedTokens() : AddedTokens(std::vector<AddedToken>()) {}

  // No text may be empty or longer than SpecialTokens::kMaxBytes. `normalized` plays no part here.
  // `keeps_spaces`: " " is no whitespace, since it stands for a "▁" (NormalizerStep::kSpaces).
  explicit AddedTokens(const std::vector<AddedToken>& tokens, bool keeps_spaces = false);

  bool empty() const { return empty_; }

  // Calls on_text(begin, end) for what lies between added tokens (never empty) and on_token(id) for
  // these, in order. As in the reference a token that takes whitespace along does not keep another
  // from being found in it, and the text may then go on before the end of the former. Linear in
  // the text, and so is what is handed on.
  template <typename OnText, typename OnToken>
  void Split(std::string_view text, bool parse_special, OnText on_text, OnToken on_token) const {
    Cursor cursor;
    for (Cut cut{}; Next(text, parse_special, cursor, cut); cursor.done = cut.end) {
      if (cursor.done < cut.begin) on_text(cursor.done, cut.begin);
      on_token(cut.id);
    }
    if (cursor.done < text.size()) on_text(cursor.done, text.size());
  }

 private:
  struct Traits {
    TokenId id;
    bool special;
    bool lstrip;
    bool rstrip;
    bool single_word;
  };
  struct Cut {
    size_t begin;
    size_t end;
    TokenId id;
  };

  struct Cursor {
    size_t pos = 0;   // where to search on
    size_t done = 0;  // the end of the token before
    size_t run = 0;   // the end of the whitespace a token last took along
  };

  // The next token; false if there is none.
  bool Next(std::string_view text, bool parse_special, Cursor& cursor, Cut& cut) const;

  // The ends of the whitespace before `begin`, not looked for before `done`, and from `pos` on.
  size_t SpacesBefore(std::string_view text, size_t begin, size_t done) const;
  size_t SpacesAfter(std::string_view text, size_t pos) const;

  bool empty_;
  bool keeps_spaces_;
  std::vector<Traits> traits_;
  SpecialTokens texts_;  // ids are indices into traits_
};

// Fails with kCorrupt if `text`, which `place` names, cannot be an added token.
Result<void> CheckAddedToken(std::string_view text, const std::string& place);

}  // namespace bantam
