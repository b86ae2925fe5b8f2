// Pre-tokenisation: cutting text into the pieces within which BPE merges, by model family.
//
// Each family's published tokenizer.json names regular expressions; here they are hand-written
// scanners, linear in the text, that cut at exactly the same places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace bantam {

enum class PreTokenizerKind : uint8_t {
  kGpt2,           // letters | numbers | other, each with a leading space
  kDigitsGpt2,     // single digits first, then kGpt2 between them
  kQwen2,          // any one character may lead a word; single numbers; line breaks stay together
  kQwen35,         // kQwen2 with marks counted as letters
  kLlama3,         // kQwen2 with numbers in groups of up to three
  kGpt4o,          // kLlama3 with words cut before capitals, and 's and the like left on them
  kTekken,         // kGpt4o with single numbers and without the latter
  kFalcon,         // punctuation runs, kGpt2, then groups of three digits
  kDeepSeekLlm,    // lines, cased letters, punctuation, trailing space, CJK, single digits
  kDeepSeekCoder,  // lines, letters, punctuation, CJK, single digits
  kDeepSeekV3,     // numbers up to three, CJK and kana, then words with marks
};

// What a value of tokenizer.ggml.pre stands for.
struct PreTokenizerSpec {
  PreTokenizerKind kind = PreTokenizerKind::kGpt2;
  bool nfc = false;            // text is normalised first
  bool ignore_merges = false;  // a piece that is a token is not merged from its bytes
  bool add_bos = false;        // unless tokenizer.ggml.add_bos_token says otherwise
};

// The specification of that name, or nothing if Bantam does not implement it.
std::optional<PreTokenizerSpec> FindPreTokenizer(std::string_view name);

// Appends the end offset of every piece of `text` (valid UTF-8) to `ends`; the last is the text's
// size. Falcon's pieces may end inside a character, as the reference's do.
void PreTokenize(PreTokenizerKind kind, std::string_view text, std::vector<size_t>& ends);

}  // namespace bantam
