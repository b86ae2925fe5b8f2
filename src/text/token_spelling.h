// How vocabularies spell the text of tokens, and what it then is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/vocabulary.h"

namespace bantam {

enum class TokenSpelling : uint8_t {
  kByteLevel,   // each byte is one printable character (byte_alphabet.h)
  kSpaceMarks,  // SentencePiece: "▁" is a space, byte tokens are "<0x0A>"
  kPlain,       // as it is
};

// Whether tokens of this kind carry no text of their own in a reply.
constexpr bool IsSpecial(TokenKind kind) {
  return kind == TokenKind::kControl || kind == TokenKind::kUnknown;
}

// Whether "<0x0A>" is the form of `token`; `byte` is then what it stands for.
bool ParseByteToken(std::string_view token, char& byte);

// Appends the bytes that `token` stands for. True if merging pieces of text can give the token:
// with kByteLevel if it is spelled in that alphabet, with kSpaceMarks if it is ordinary or added
// and does not hold a space that is no "▁".
bool AppendTokenBytes(std::string_view token, TokenKind kind, TokenSpelling spelling,
                      std::string& bytes);

// Whether control tokens of this text end a reply, whatever the file says: chat models end a turn
// with one token and a text with another, and files name only one of them.
bool IsEndText(std::string_view token);

}  // namespace bantam
