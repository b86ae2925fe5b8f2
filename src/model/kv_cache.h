// KvCache: keys and values of every running sequence, in fixed blocks of 64 tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "bantam/result.h"
#include "base/page_memory.h"
#include "kernels/kernels.h"

namespace bantam {

// Size of one block in tokens: what attention reads as a unit.
inline constexpr int kKvBlockTokens = kBlockKeys;

inline constexpr int kMaxHeadDim = 4096;

struct KvShape {
  int layers = 0;
  int kv_heads = 0;
  int head_dim = 0;
  KvType type = KvType::kI16;

  size_t KeyBytes() const;    // keys of one layer and head in a block, scales included
  size_t ValueBytes() const;  // values
  // Bytes of one block: keys and values of 64 tokens, all layers and heads.
  size_t BlockBytes() const;
};

// A pool of blocks sized at start. Who owns which block is the engine's business: this class
// only holds memory, touched by the operating system when first written. Blocks may be read by
// many threads while none writes them.
//
// Inside a block, per layer and key-value head: keys, then values, each as attention reads it
// (kernels/kernels.h).
class KvCache {
 public:
  // Fails with kResourceExhausted if the address space cannot be had.
  static Result<std::unique_ptr<KvCache>> Create(const KvShape& shape, int n_blocks);

  const KvShape& shape() const { return shape_; }
  int n_blocks() const { return n_blocks_; }

  uint8_t* Keys(int block, int layer, int kv_head) const;
  uint8_t* Values(int block, int layer, int kv_head) const;

  // Writes one token's key and value (head_dim floats each), rounded to the stored type from
  // themselves alone. What is not a number stays so in the result of attention.
  void Store(int block, int layer, int kv_head, int token_in_block, const float* key,
             const float* value);

  // Copies the first n_tokens of a block into another (copy on write of a partial block).
  void CopyPrefix(int from_block, int to_block, int n_tokens);

  // Gives the block's pages back to the operating system.
  void Discard(int block);

 private:
  KvCache(const KvShape& shape, int n_blocks, PageMemory memory);
  void StoreCodes(uint8_t* keys, uint8_t* values, int token, const float* key, const float* value);
  void CopyHeadPrefix(const uint8_t* from, uint8_t* to, size_t n_tokens) const;

  KvShape shape_;
  int n_blocks_;
  PageMemory memory_;
  const Kernels& kernels_;
};

}  // namespace bantam
