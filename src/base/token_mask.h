// TokenMask: which tokens may come next, one bit per id. Filled by grammars, read by the sampler.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/vocabulary.h"

namespace bantam {

// Ids outside [0, size) are never allowed; the unused bits of the last word stay zero.
// Not thread-safe while it changes.
class TokenMask {
 public:
  static constexpr int kWordBits = 64;

  // Nothing is allowed at first.
  explicit TokenMask(int size)
      : size_(size), words_(static_cast<size_t>((size + kWordBits - 1) / kWordBits), 0) {}

  int size() const { return size_; }

  void Allow(TokenId id) {
    if (id >= 0 && id < size_) words_[Word(id)] |= Bit(id);
  }
  void Forbid(TokenId id) {
    if (id >= 0 && id < size_) words_[Word(id)] &= ~Bit(id);
  }
  bool Allows(TokenId id) const {
    return id >= 0 && id < size_ && (words_[Word(id)] & Bit(id)) != 0;
  }
  void AllowAll() {
    for (uint64_t& word : words_) word = ~uint64_t{0};
    if (size_ % kWordBits != 0) words_.back() = (uint64_t{1} << (size_ % kWordBits)) - 1;
  }
  // Allows what `other`, of the same size, allows.
  void AllowAlso(const TokenMask& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  // Forbids what `other`, of the same size, forbids. False if nothing is left.
  bool AllowOnly(const TokenMask& other) {
    uint64_t left = 0;
    for (size_t i = 0; i < words_.size(); ++i) left |= words_[i] &= other.words_[i];
    return left != 0;
  }
  void ForbidAll() {
    for (uint64_t& word : words_) word = 0;
  }

  // Bit i of word w is token 64 w + i.
  std::span<const uint64_t> words() const { return words_; }
  std::span<uint64_t> mutable_words() { return words_; }

 private:
  static size_t Word(TokenId id) { return static_cast<size_t>(id) / kWordBits; }
  static uint64_t Bit(TokenId id) { return uint64_t{1} << (static_cast<unsigned>(id) % kWordBits); }

  int size_;
  std::vector<uint64_t> words_;
};

}  // namespace bantam
