// For fuzz targets of shapes: walks a matcher along bytes and checks what matcher.h promises there,
// and that no mask takes much more work than others do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/token_mask.h"
#include "base/vocabulary.h"
#include "grammar/mask/mask_builder.h"
#include "grammar/mask/token_trie.h"
#include "grammar/matcher.h"
#include "step_count.h"

namespace bantam::grammar {

// Some seven hundred tokens that end in the middle of things (characters, strings, escapes,
// numbers, white space): all single bytes, what JSON and tables are made of, words, and as many
// words with a quote before them that masks decide them together (mask_builder.cc). Moves are the
// first of them.
inline const std::vector<std::string>& CheckedTokens() {
  static const std::vector<std::string> tokens = [] {
    std::vector<std::string> made = {
        "\"", "a", "b", "ab", "aaa", "{", "}", "[", "]", ",", ":", "\"a\":", "\"b\":", "{\"", "\",",
        "\"}", "],", "}}", "0", "1", "12", "-", ".5", "e", "+", "null", "true", "f", "alse", "\\",
        "\\n", "\\u00", "61", "é", "\xC3", "\xA9", "\xE6", "x\xF0", "\x9F\x98\x80", " ", "\n", "| ",
        " |", "---", "-- |\n", "c", "z", "aa\"", "é\xC3", "\x01", "\x7F", "a\"b", "~!", "\xFF",
        "\"\":", "1,1", "[1,", "\"ab\"", "_x", "{}", "[]", "2026-01-", "\xF4\x8F", "A",
        "\"",  // again: a move of zero ends the moves
        // JSON
        "\":", "\": ", "\",\"", "\", \"", "\":\"", "\":{", "\":{\"", "\":[", "\"}}", "\"]", "\"],",
        "\"]}", "\"},{\"", "]}", "]]", "}]", "},", "},{", "{\"a\":", ",\"", ",\"b\":", "[[", "[{",
        "[\"", ",[", ",{", ",{}", ",[]", ",null", ",true", "\"\"", "\"\",\"", "\"a\"", "\"a\",",
        "\"é\"", "nu", "ll", "tr", "ue", "false", "fals",
        // numbers
        "2", "7", "9", "00", "01", "10", "25", "999", "100", "2026", "123456789", "0.", "0.5",
        "1.0", "1.5", ".", ".0", ".00", "e1", "e+", "e-", "E2", "1e", "1e2", "-1", "-0", "-3", "2,",
        "1]", "1}", "0,0", "12,3", "9007199254740993", "000000000000000000000",
        // white space, escapes, parts of characters
        "  ", "   ", "        ", "\t", "\r\n", "\n\n", "\n  ", " \"", "\n  \"", ", ", ": ", " {",
        " }", "\\\"", "\\\\", "\\/", "\\u", "\\u0", "\\u00e9", "\\uD83D", "\\ud83d\\u", "\\uDE00",
        "0061", "a\\", "\"\\", "\\\",", "\xE2\x80", "\xE2", "\xA8", "\xE2\x80\xA8", "\xF0\x9F",
        "\x98\x80\"", "😀", "日本", "\xE6\x97", "ü\xF0\x9F", "éa", "aé", "ß\"", "\xED\x9F",
        "\xEE\x80", "\xC2",
        // words and formats
        "the", " the", "name", "ing", "b\"", "c,", "x=", "abc", "abcd", "aaaaaaaa", "a b", "B", "Z",
        "é日", "01-01", "T00:00", ":00Z", "@", "a@b.c", "://", "127.0", "::1", "-a", "/a", "~0",
        "%20"};
    for (int byte = 0; byte < 256; ++byte) made.emplace_back(1, static_cast<char>(byte));
    for (const int size : {15, 16, 17, 40, 254, 255}) made.emplace_back(size, 'a');
    for (const char* head :
         {"a", "b", "c", "ab", "x", "é", "z", "A", "1", " ", "日", "\\n", "-", "th"}) {
      for (const char* tail : {"", "a", "b", "bc", "é", "\"", "\":", "\",\"", "1", " z", "\\",
                               "\xC3", "aaa", "@b", "\"}", "\"]", "_"}) {
        made.push_back(std::string("\"") + head + tail);
      }
    }
    return made;
  }();
  return tokens;
}

inline const TokenTrie& CheckedTrie() {
  static const Vocabulary vocabulary = [] {
    Vocabulary made;
    made.bytes.emplace_back("</s>");
    made.kinds.push_back(TokenKind::kControl);
    made.end_ids = {0};
    for (const std::string& token : CheckedTokens()) {
      made.bytes.push_back(token);
      made.kinds.push_back(TokenKind::kNormal);
    }
    return made;
  }();
  static const TokenTrie trie(vocabulary);
  return trie;
}

// Checks that what happens in its life, which is what is asked in one go (a mask, a token, a
// grammar), takes no more than so many steps (step_count.h): a third of a second, unless another
// bound is given. Most take less than a thousandth of that.
class StepBound {
 public:
  static constexpr uint64_t kMostSteps = 100'000'000;

  explicit StepBound(uint64_t most = kMostSteps) : before_(StepsTaken()), most_(most) {}
  ~StepBound() {
    const uint64_t steps = StepsTaken() - before_;
    CHECK(steps <= most_);
  }
  StepBound(const StepBound&) = delete;
  StepBound& operator=(const StepBound&) = delete;

 private:
  const uint64_t before_;
  const uint64_t most_;
};

// FillMask, within the bound.
inline bool FillMaskBounded(Matcher& matcher, int64_t finish_bytes_max, TokenMask& mask) {
  const StepBound bound;
  return FillMask(CheckedTrie(), matcher, finish_bytes_max, mask);
}

// Reads the token or nothing.
inline bool PushAll(Matcher& matcher, std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (matcher.Push(static_cast<uint8_t>(text[i]))) continue;
    matcher.Pop(i);
    return false;
  }
  return true;
}

// To write a completion takes as many steps; repeats can make it as long as a million bytes.
inline constexpr uint32_t kMostCompletion = 2'000;

// The completion is accepted and has the promised length, what is left of it too. Where the matcher
// gives up ways on it, this holds of the one that it has from then on.
inline void CheckCompletion(Matcher& matcher) {
  constexpr uint32_t kLong = 200;  // of longer ones only the beginning is read
  const size_t size = matcher.size();
  const uint32_t losses = matcher.losses();
  const uint32_t finish = matcher.FinishBytes();
  if (finish > kMostCompletion) return;
  const std::string completion = matcher.Completion();
  CHECK(completion.size() == finish);
  CHECK((finish == 0) == matcher.Accepting());
  CHECK(matcher.FinishesWithin(finish));
  const size_t read = std::min<size_t>(completion.size(), kLong);
  for (size_t i = 0; i < read; ++i) {
    const bool taken = matcher.Push(static_cast<uint8_t>(completion[i]));
    if (matcher.losses() != losses) {
      matcher.Pop(taken ? i + 1 : i);
      return CheckCompletion(matcher);
    }
    CHECK(taken);
    CHECK(matcher.FinishBytes() < finish - i);
  }
  CHECK(read < completion.size() || matcher.Accepting());
  matcher.Pop(read);
  CHECK(matcher.size() == size && matcher.FinishBytes() == completion.size());
  CHECK(matcher.Completion() == completion);
}

// Nothing: the set leaves it open.
inline std::optional<bool> IsIn(const PlainSet& set, std::string_view character) {
  const auto c = static_cast<uint8_t>(character[0]);
  if (c < 0x80) return (set.ascii[c / 64] >> (c % 64) & 1) != 0;
  if (c != 0xE2) return set.beyond_ascii;
  return set.punctuation == PlainSet::kSome ? std::nullopt
                                            : std::optional(set.punctuation == PlainSet::kAll);
}

// plain_text(), plain_set(), plain_characters(), PlainFinishBytes() and loop() against bytes.
inline void CheckPlainText(Matcher& matcher) {
  static const std::vector<std::string> kCharacters = {"a", "z", " ",      "0",         "_",
                                                       "~", "é", "\u2028", "\U0001F600"};
  const PlainText promise = matcher.plain_text();
  if (promise == PlainText::kLegal && !matcher.dead_ends().empty()) return;
  if (!matcher.stray_texts().empty()) return;
  const uint32_t finish = matcher.FinishBytes();
  const bool exact = promise == PlainText::kUniform && !matcher.ends_vary();
  const PlainSet set = promise == PlainText::kLegal ? matcher.plain_set() : PlainSet::All();
  const uint32_t most = promise == PlainText::kLegal ? matcher.plain_characters() : 2;
  const uint64_t bound = promise == PlainText::kTry ? 0
                                                    : uint64_t{matcher.PlainFinishBytes()} +
                                                          (exact ? 0 : Matcher::kVariation);
  const PlainSet loop = promise == PlainText::kTry ? matcher.loop() : PlainSet{};
  for (const std::string& character : kCharacters) {
    const bool legal = promise != PlainText::kTry && IsIn(set, character) == true && most > 0;
    const bool loops = IsIn(loop, character) == true;
    if (!PushAll(matcher, character)) {
      CHECK(!legal && !loops);
      continue;
    }
    if (promise == PlainText::kLegal) CHECK(legal || !IsIn(set, character));
    if (promise != PlainText::kTry) CHECK(matcher.FinishBytes() <= bound);
    if (exact || (loops && !matcher.ends_vary())) CHECK(matcher.FinishBytes() == finish);
    if (legal && most > 1) {
      CHECK(PushAll(matcher, character));
      CHECK(matcher.FinishBytes() <= bound);
      matcher.Pop(character.size());
    }
    matcher.Pop(character.size());
  }
}

// The mask is what trying every token gives, for a budget that takes some away. Where the matcher
// gives up ways while it is asked, only what it is asked from then on holds: a mask is made again,
// as a Constraint does, and what trying finds out counts as far as nothing was given up for it.
inline void CheckMask(Matcher& matcher, int64_t finish_bytes_max) {
  const TokenTrie& trie = CheckedTrie();
  const Vocabulary& vocabulary = trie.vocabulary();
  TokenMask mask(vocabulary.size());
  uint32_t losses = 0;
  bool cut = false;
  do {
    losses = matcher.losses();
    cut = FillMaskBounded(matcher, finish_bytes_max, mask);
  } while (matcher.losses() != losses);
  CHECK(mask.Allows(0) == matcher.Accepting());
  bool left_out = false;
  for (TokenId id = 1; id < vocabulary.size(); ++id) {
    const std::string& bytes = vocabulary.bytes[static_cast<size_t>(id)];
    const bool legal = PushAll(matcher, bytes);
    const bool fits = legal && matcher.FinishBytes() <= finish_bytes_max;
    left_out |= legal && !fits;
    if (legal) matcher.Pop(bytes.size());
    if (matcher.losses() != losses) return;
    CHECK(mask.Allows(id) == fits);
  }
  CHECK(cut == left_out);
}

// Walks along `moves`: tokens that are read or, where they are illegal, a byte of the completion;
// bytes taken back; masks; up to where the matcher gives up ways. Returns what has been read at the
// end.
inline std::string WalkMatcher(Matcher& matcher, std::string_view moves) {
  constexpr uint8_t kMask = 0xC0;
  constexpr uint8_t kBack = 0xF0;
  std::string text;
  std::vector<uint32_t> finishes = {matcher.FinishBytes()};
  CheckCompletion(matcher);
  const auto read = [&](std::string_view bytes) {
    const StepBound bound;
    for (const char c : bytes) {
      if (!matcher.Push(static_cast<uint8_t>(c))) return false;
      text += c;
      finishes.push_back(matcher.FinishBytes());
    }
    return true;
  };
  for (const char c : moves) {
    const auto move = static_cast<uint8_t>(c);
    if (move >= kBack) {
      const size_t n = std::min<size_t>(move - kBack, matcher.size());
      matcher.Pop(n);
      finishes.resize(finishes.size() - n);
      text.resize(text.size() - n);
    } else if (move >= kMask) {
      const int64_t near = int64_t{finishes.back()} + (move - kMask) % 8 - 2;
      CheckMask(matcher, move - kMask < 32 ? 1'000'000 : near);
    } else if (!read(CheckedTokens()[move]) && finishes.back() > 0 &&
               finishes.back() <= kMostCompletion) {
      CHECK(read(matcher.Completion().substr(0, 1)));
    }
    CHECK(matcher.size() == text.size());
    if (matcher.losses() == 0) CHECK(matcher.FinishBytes() == finishes.back());
    CheckCompletion(matcher);
    if (matcher.losses() > 0) break;
    CheckPlainText(matcher);
  }
  return text;
}

// Both have read the same: what can be seen of them is the same, whatever was asked before.
inline void CheckSame(Matcher& one, Matcher& other) {
  CHECK(one.size() == other.size() && one.FinishBytes() == other.FinishBytes());
  if (one.FinishBytes() <= kMostCompletion) CHECK(one.Completion() == other.Completion());
  CHECK(one.plain_text() == other.plain_text());
  if (one.plain_text() != PlainText::kTry) {
    CHECK(one.PlainFinishBytes() == other.PlainFinishBytes());
  }
  const TokenTrie& trie = CheckedTrie();
  TokenMask mask(trie.vocabulary().size());
  TokenMask other_mask(trie.vocabulary().size());
  const int64_t most = int64_t{one.FinishBytes()} + 3;
  const bool cut = FillMaskBounded(one, most, mask);
  const bool other_cut = FillMaskBounded(other, most, other_mask);
  if (one.losses() > 0 || other.losses() > 0) return;  // they were asked different things before
  CHECK(cut == other_cut);
  for (TokenId id = 0; id < mask.size(); ++id) CHECK(mask.Allows(id) == other_mask.Allows(id));
}

}  // namespace bantam::grammar
