// KvCache: keys and values of every running sequence, in fixed blocks of 64 tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "bantam/result.h"
#include "base/page_memory.h"

namespace bantam {

enum class KvType : uint8_t { kF32, kF16 };

// Size of one block in tokens: what attention reads as a unit.
inline constexpr int kKvBlockTokens = 64;

struct KvShape {
  int layers = 0;
  int kv_heads = 0;
  int head_dim = 0;
  KvType type = KvType::kF16;

  size_t element_bytes() const { return type == KvType::kF16 ? 2 : 4; }
  size_t KeyBytes() const;    // keys of one layer and head in a block
  size_t ValueBytes() const;  // values, rows padded to whole vectors
  // Bytes of one block: keys and values of 64 tokens, all layers and heads.
  size_t BlockBytes() const;
};

// A pool of blocks sized at start. Who owns which block is the engine's business: this class
// only holds memory, touched by the operating system when first written. Blocks may be read by
// many threads while none writes them.
//
// Inside a block, per layer and key-value head: keys [head_dim][64] (lanes are tokens), then
// values [64][padded head_dim] (lanes are dimensions): each as attention reads it.
class KvCache {
 public:
  // Fails with kResourceExhausted if the address space cannot be had.
  static Result<std::unique_ptr<KvCache>> Create(const KvShape& shape, int n_blocks);

  const KvShape& shape() const { return shape_; }
  int n_blocks() const { return n_blocks_; }

  uint8_t* Keys(int block, int layer, int kv_head) const;
  uint8_t* Values(int block, int layer, int kv_head) const;

  // Writes one token's key and value (head_dim floats each), rounded to the stored type.
  void Store(int block, int layer, int kv_head, int token_in_block, const float* key,
             const float* value);

  // Copies the first n_tokens of a block into another (copy on write of a partial block).
  void CopyPrefix(int from_block, int to_block, int n_tokens);

  // Gives the block's pages back to the operating system.
  void Discard(int block);

 private:
  KvCache(const KvShape& shape, int n_blocks, PageMemory memory);
  KvShape shape_;
  int n_blocks_;
  PageMemory memory_;
};

}  // namespace bantam
