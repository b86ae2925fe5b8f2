// ForwardModel: what the engine needs of a model, so that tests can put another in its place.
#pragma once

#include <span>

#include "engine/prefix_file.h"
#include "model/transformer.h"

namespace bantam {

// One thread calls. Keys and values live in n_blocks() blocks of kKvBlockTokens tokens.
class ForwardModel {
 public:
  virtual ~ForwardModel() = default;

  virtual int vocabulary_size() const = 0;
  virtual int hidden_size() const = 0;
  virtual int max_batch_tokens() const = 0;
  virtual int n_blocks() const = 0;

  // As the functions of Transformer.
  virtual void Forward(std::span<const SequenceChunk> batch, float* hidden) = 0;
  virtual void Logits(const float* hidden, int n, int top, float* logits) = 0;
  virtual bool MaskedLogits(const float* hidden, const TokenMask& mask, float* logits) = 0;

  // As KvCache::CopyPrefix.
  virtual void CopyPrefix(int from_block, int to_block, int n_tokens) = 0;

  // The bytes of a block, and whether they are such as Forward may have written: for blocks that
  // come from elsewhere.
  virtual std::span<uint8_t> Block(int block) = 0;
  virtual bool IsSound(int block) const = 0;
  // What the contents of blocks depend on besides their tokens, in sequences with those scales of
  // the model's adapters. May take a while.
  virtual KvFingerprint Fingerprint(std::span<const float> adapter_scales) = 0;

  // How much of each of the model's adapters a sequence gets that does not say.
  virtual std::span<const float> adapter_scales() const { return {}; }
};

}  // namespace bantam
