// The layout of the generated tables in unicode_tables.cc; use them through unicode.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bantam::unicode {

struct Range {
  char32_t first;
  char32_t last;
};

struct ClassRange {
  char32_t first;
  char32_t last;
  uint8_t combining_class;
};

struct Decomposition {
  char32_t code_point;
  uint16_t offset;  // into kDecomposed
  uint16_t length;
};

struct Composition {
  char32_t first;
  char32_t second;
  char32_t composite;
};

inline constexpr int kBlockSize = 128;

// Properties of code point c: kBlocks[kBlockIndex[c / 128] * 128 + c % 128]; bits 0–4 are a
// CharClass (unicode.h), bit 5 marks digits, bit 6 characters that matter to NFC.
extern const uint16_t kBlockIndex[0x110000 / kBlockSize];
extern const uint8_t kBlocks[];

// All sorted by code point, by the pair for kCompositions.
extern const ClassRange kCombiningClasses[];
extern const size_t kCombiningClassCount;
extern const Decomposition kDecompositions[];  // full canonical decompositions
extern const size_t kDecompositionCount;
extern const char32_t kDecomposed[];
extern const Composition kCompositions[];
extern const size_t kCompositionCount;

// What the pre-tokeniser "Punctuation" of the reference splits at.
extern const Range kReferencePunctuation[];
extern const size_t kReferencePunctuationCount;

}  // namespace bantam::unicode
