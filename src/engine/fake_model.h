// A ForwardModel for tests whose logits are a hash of all tokens it finds in its "keys and values":
// any block that is shared, copied or recycled wrongly changes the answer.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "bantam/engine.h"
#include "base/check.h"
#include "base/vocabulary.h"
#include "engine/forward_model.h"

namespace bantam {

// Keys and values for all sequences at once.
inline EngineOptions FakeOptions(int context = 512, int max_sequences = 4) {
  EngineOptions options;
  options.context = context;
  options.max_sequences = max_sequences;
  options.kv_tokens = context * max_sequences;
  options.prompt_chunk = 64;
  return options;
}

// Letters, two halves of a character, pairs of letters, an end and a control token.
inline Vocabulary FakeVocabulary() {
  Vocabulary vocabulary;
  for (char c = 'a'; c <= 'z'; ++c) vocabulary.bytes.emplace_back(1, c);
  vocabulary.bytes.insert(vocabulary.bytes.end(), {" ", "\n", "\xC3", "\xA9", "<end>", "<ctl>"});
  for (char c = 'a'; c <= 'z'; ++c) vocabulary.bytes.push_back(std::string("x") + c);
  vocabulary.kinds.assign(vocabulary.bytes.size(), TokenKind::kNormal);
  vocabulary.kinds[30] = vocabulary.kinds[31] = TokenKind::kControl;
  vocabulary.end_ids = {30};
  return vocabulary;
}

// The same, and after them tokens for all bytes that have none: any text can be written.
inline Vocabulary FakeByteVocabulary() {
  Vocabulary vocabulary = FakeVocabulary();
  for (int byte = 0; byte < 256; ++byte) {
    const std::string bytes(1, static_cast<char>(byte));
    if (std::ranges::find(vocabulary.bytes, bytes) != vocabulary.bytes.end()) continue;
    vocabulary.bytes.push_back(bytes);
    vocabulary.kinds.push_back(TokenKind::kNormal);
  }
  return vocabulary;
}

class FakeModel : public ForwardModel {
 public:
  static constexpr int kVocabulary = 58;
  static constexpr TokenId kEnd = 30;
  static constexpr TokenId kControl = 31;

  explicit FakeModel(int n_blocks, int vocabulary = kVocabulary)
      : vocabulary_(vocabulary), slots_(static_cast<size_t>(n_blocks)) {
    for (auto& block : slots_) block.fill(-1);
  }

  int vocabulary_size() const override { return vocabulary_; }
  int hidden_size() const override { return 4; }
  int max_batch_tokens() const override { return 200; }
  int n_blocks() const override { return static_cast<int>(slots_.size()); }

  void Forward(std::span<const SequenceChunk> batch, float* hidden) override {
    ++batches;
    largest_batch = 0;
    for (const SequenceChunk& chunk : batch) {
      largest_batch += std::ssize(chunk.tokens);
      tokens_run += std::ssize(chunk.tokens);
      tokens_guessed += std::max(0, chunk.n_outputs - 1);
      for (size_t i = 0; i < chunk.tokens.size(); ++i) {
        Slot(chunk, chunk.position + static_cast<int>(i)) = chunk.tokens[i];
      }
    }
    CHECK(largest_batch <= max_batch_tokens());
    last_batch.assign(batch.begin(), batch.end());
    for (const SequenceChunk& chunk : batch) {
      const int end = chunk.position + static_cast<int>(chunk.tokens.size());
      uint64_t hash = kStart;
      for (int i = 0; i < end; ++i) {
        hash = Mix(hash, Slot(chunk, i));
        if (i < end - chunk.n_outputs) continue;
        *hidden++ = std::bit_cast<float>(static_cast<uint32_t>(hash));
        *hidden++ = std::bit_cast<float>(static_cast<uint32_t>(hash >> 32));
        *hidden++ = static_cast<float>(Slot(chunk, i));
        *hidden++ = static_cast<float>(i);
      }
    }
  }

  void Logits(const float* hidden, int n, int top, float* logits) override {
    for (int i = 0; i < n; ++i, hidden += 4, logits += vocabulary_) {
      const uint64_t hash = std::bit_cast<uint32_t>(hidden[0]) |
                            static_cast<uint64_t>(std::bit_cast<uint32_t>(hidden[1])) << 32;
      const std::span<float> row(logits, static_cast<size_t>(vocabulary_));
      FillLogits(hash, row);
      if (static_cast<TokenId>(hidden[2]) == poison) {
        std::fill(row.begin(), row.end(), std::nanf(""));
      }
      const auto next = script.find(static_cast<int>(hidden[3]) + 1);
      if (next != script.end()) row[static_cast<size_t>(next->second)] = 100;
      if (top > 0) KeepTop(top, row);
    }
  }

  // For masks with half of the tokens or fewer.
  bool MaskedLogits(const float* hidden, const TokenMask& mask, float* logits) override {
    int allowed = 0;
    for (TokenId id = 0; id < vocabulary_; ++id) allowed += mask.Allows(id) ? 1 : 0;
    if (2 * allowed > vocabulary_) return false;
    Logits(hidden, 1, 0, logits);
    for (TokenId id = 0; id < vocabulary_; ++id) {
      if (!mask.Allows(id)) logits[id] = -std::numeric_limits<float>::infinity();
    }
    ++masked;
    return true;
  }

  void CopyPrefix(int from_block, int to_block, int n_tokens) override {
    auto& to = slots_[static_cast<size_t>(to_block)];
    to.fill(-1);
    std::copy_n(slots_[static_cast<size_t>(from_block)].begin(), n_tokens, to.begin());
    ++copies;
  }

  std::span<uint8_t> Block(int block) override {
    auto& slots = slots_[static_cast<size_t>(block)];
    return {reinterpret_cast<uint8_t*>(slots.data()), sizeof slots};
  }
  bool IsSound(int block) const override {
    return std::ranges::all_of(slots_[static_cast<size_t>(block)],
                               [this](TokenId id) { return id >= 0 && id < vocabulary_; });
  }
  KvFingerprint Fingerprint(std::span<const float> scales) override {
    KvFingerprint made = {fingerprint};
    for (size_t i = 0; i < scales.size(); ++i) made[i + 1] = static_cast<uint8_t>(8 * scales[i]);
    return made;
  }
  std::span<const float> adapter_scales() const override { return own_scales; }

  // What the logits must be after some tokens.
  std::vector<float> LogitsAfter(std::span<const TokenId> tokens) const {
    uint64_t hash = kStart;
    for (TokenId token : tokens) hash = Mix(hash, token);
    std::vector<float> logits(static_cast<size_t>(vocabulary_));
    FillLogits(hash, logits);
    return logits;
  }

  double end_bias = -3;           // added to the end token's logit
  TokenId poison = -1;            // after this token all logits are NaN
  std::map<int, TokenId> script;  // position → the token that is certain there

  uint8_t fingerprint = 1;
  std::vector<float> own_scales;  // of adapters, which change no logits

  int64_t tokens_run = 0;
  int64_t tokens_guessed = 0;  // of those
  int64_t largest_batch = 0;
  int batches = 0;
  int masked = 0;  // logits of masks
  int copies = 0;
  std::vector<SequenceChunk> last_batch;  // sizes and positions; its spans may be stale

 private:
  static constexpr uint64_t kStart = 0x9E3779B97F4A7C15;

  static uint64_t Mix(uint64_t hash, TokenId token) {
    uint64_t mixed = (hash ^ static_cast<uint64_t>(token + 1)) * 0xBF58476D1CE4E5B9;
    mixed ^= mixed >> 29;
    return mixed;
  }

  TokenId& Slot(const SequenceChunk& chunk, int position) {
    const int block = chunk.blocks[static_cast<size_t>(position / kKvBlockTokens)];
    return slots_[static_cast<size_t>(block)][static_cast<size_t>(position % kKvBlockTokens)];
  }

  // As little as Transformer::Logits promises.
  static void KeepTop(int top, std::span<float> logits) {
    std::vector<float> sorted(logits.begin(), logits.end());
    std::ranges::sort(sorted, std::greater<>());
    for (float& logit : logits) {
      if (logit < sorted[static_cast<size_t>(top - 1)])
        logit = -std::numeric_limits<float>::infinity();
    }
  }

  void FillLogits(uint64_t hash, std::span<float> logits) const {
    for (size_t id = 0; id < logits.size(); ++id) {
      uint64_t mixed = (hash + id * 0x94D049BB133111EB) * 0xBF58476D1CE4E5B9;
      mixed ^= mixed >> 31;
      logits[id] = static_cast<float>(mixed % 10007) / 1000;
    }
    logits[kEnd] += static_cast<float>(end_bias);
  }

  int vocabulary_;
  std::vector<std::array<TokenId, kKvBlockTokens>> slots_;
};

}  // namespace bantam
