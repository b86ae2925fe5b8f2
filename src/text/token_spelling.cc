// The forms of tokens in the three kinds of vocabularies.
#include "text/token_spelling.h"

#include <algorithm>
#include <array>

#include "text/byte_alphabet.h"
#include "text/text_normalizer.h"

namespace bantam {
namespace {

constexpr std::array<std::string_view, 16> kEndTexts = {"<|im_end|>",
                                                        "<|endoftext|>",
                                                        "<|eot_id|>",
                                                        "<|eom_id|>",
                                                        "<|end_of_text|>",
                                                        "<|end|>",
                                                        "<|return|>",
                                                        "<end_of_turn>",
                                                        "<turn|>",
                                                        "<EOT>",
                                                        "<end_of_utterance>",
                                                        "<eos>",
                                                        "</s>",
                                                        "<|endofturn|>",
                                                        "<|END_OF_TURN_TOKEN|>",
                                                        "<｜end▁of▁sentence｜>"};

}  // namespace

bool ParseByteToken(std::string_view token, char& byte) {
  if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return false;
  int value = 0;
  for (const char c : token.substr(3, 2)) {
    const size_t digit = std::string_view("0123456789ABCDEF").find(c);
    if (digit == std::string_view::npos) return false;
    value = value * 16 + static_cast<int>(digit);
  }
  byte = static_cast<char>(value);
  return true;
}

bool AppendTokenBytes(std::string_view token, TokenKind kind, TokenSpelling spelling,
                      std::string& bytes) {
  if (kind == TokenKind::kUnused) return false;
  char byte = 0;
  if (kind == TokenKind::kByte && ParseByteToken(token, byte)) {
    bytes += byte;
    return false;
  }
  switch (spelling) {
    case TokenSpelling::kByteLevel:
      // Added tokens are decoded like the others, as the reference does: most look the same either
      // way, and one that does not, such as "Ġ", cannot be told apart there.
      if (!token.empty() && AppendSpelledBytes(token, bytes)) return true;
      bytes += token;
      return false;
    case TokenSpelling::kSpaceMarks:
      bytes += SpacesOfMarks(token);
      // Text has no spaces once they are marks; added tokens are written with either.
      return !token.empty() &&
             (kind == TokenKind::kAdded ||
              (kind == TokenKind::kNormal && token.find(' ') == std::string_view::npos));
    case TokenSpelling::kPlain: bytes += token; return kind == TokenKind::kNormal;
  }
  return false;
}

bool IsEndText(std::string_view token) {
  return std::find(kEndTexts.begin(), kEndTexts.end(), token) != kEndTexts.end();
}

}  // namespace bantam
