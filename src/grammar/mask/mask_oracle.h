// For tests of masks: vocabularies full of awkward tokens, and masks by trying every token.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/token_mask.h"
#include "base/vocabulary.h"
#include "grammar/matcher.h"

namespace bantam::grammar {

inline void AddToken(Vocabulary& vocabulary, std::string bytes, TokenKind kind) {
  vocabulary.bytes.push_back(std::move(bytes));
  vocabulary.kinds.push_back(kind);
}

// Two end tokens, every byte, and `n` tokens of random pieces: characters of one to four bytes and
// parts of them, quotes, escapes, control characters; some of equal bytes, some without text.
inline Vocabulary RandomVocabulary(std::mt19937& random, int n) {
  static const std::vector<std::string> kPieces = {
      "a",    "hi",       "jk",       "b",        "7",    "0", " ",  "\"",   "\"",
      "\\",   "\\n",      "\\u00",    "\n",       "\t",   "é", "日", "😀",   "\xC3",
      "\xA9", "\xE6\x97", "\xE6",     "\xF0\x9F", "{",    "}", "[",  "]",    ":",
      ",",    "\"a\":",   "\",\"",    "{\"",      "true", "-", ".",  "null", "word",
      "\x7F", "\xED",     "\xA0\x80", "\xC0\x80", "\xFF"};
  Vocabulary vocabulary;
  AddToken(vocabulary, "</s>", TokenKind::kControl);
  AddToken(vocabulary, "<end>", TokenKind::kNormal);
  vocabulary.end_ids = {0, 1};
  for (int byte = 0; byte < 256; ++byte) {
    const bool fallback = random() % 2 == 0;
    AddToken(vocabulary, std::string(1, static_cast<char>(byte)),
             fallback ? TokenKind::kByte : TokenKind::kNormal);
  }
  constexpr TokenKind kKinds[] = {TokenKind::kControl, TokenKind::kAdded, TokenKind::kUnused,
                                  TokenKind::kUnknown};
  for (int i = 0; i < n; ++i) {
    std::string bytes;
    if (random() % 3 == 0) bytes = random() % 2 == 0 ? "a" : "\"";
    const size_t pieces = random() % 20 == 0 ? 30 : random() % 6;
    for (size_t k = 0; k < pieces; ++k) bytes += kPieces[random() % kPieces.size()];
    const bool odd = random() % 20 == 0;
    AddToken(vocabulary, bytes, odd ? kKinds[random() % 4] : TokenKind::kNormal);
  }
  return vocabulary;
}

struct BruteForce {
  TokenMask mask;
  bool cut = false;  // finish_bytes_max alone took a token away
};

// The definition of a mask.
inline BruteForce TryEveryToken(const Vocabulary& vocabulary, Matcher& matcher,
                                int64_t finish_bytes_max) {
  BruteForce result{TokenMask(vocabulary.size())};
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const std::string& bytes = vocabulary.bytes[static_cast<size_t>(id)];
    const TokenKind kind = vocabulary.kinds[static_cast<size_t>(id)];
    if (vocabulary.IsEnd(id)) {
      if (matcher.Accepting()) result.mask.Allow(id);
      continue;
    }
    if (kind == TokenKind::kControl || kind == TokenKind::kUnused || kind == TokenKind::kUnknown) {
      continue;
    }
    size_t n = 0;
    while (n < bytes.size() && matcher.Push(static_cast<uint8_t>(bytes[n]))) ++n;
    if (n == bytes.size() && n > 0) {
      if (matcher.FinishBytes() <= finish_bytes_max) {
        result.mask.Allow(id);
      } else {
        result.cut = true;
      }
    }
    matcher.Pop(n);
  }
  return result;
}

// The ids that are allowed.
inline std::vector<TokenId> Ids(const TokenMask& mask) {
  std::vector<TokenId> ids;
  for (TokenId id = 0; id < mask.size(); ++id) {
    if (mask.Allows(id)) ids.push_back(id);
  }
  return ids;
}

}  // namespace bantam::grammar
