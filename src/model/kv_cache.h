// KvCache: keys and values of every running sequence, in fixed blocks of 64 tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "bantam/result.h"
#include "base/page_memory.h"
#include "kernels/kernels.h"
#include "model/byte_codes.h"
#include "model/kv_shape.h"

namespace bantam {

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
  // How attention finds its way in keys of bytes.
  KeyGroups GroupsOf(int layer, int kv_head) const;

  // Writes one token's key and value (head_dim floats each), rounded to the stored type from
  // themselves alone. What is not a number stays so in the result of attention.
  void Store(int block, int layer, int kv_head, int token_in_block, const float* key,
             const float* value);

  // Copies the first n_tokens of a block into another (copy on write of a partial block).
  void CopyPrefix(int from_block, int to_block, int n_tokens);

  // A whole block, and whether it holds what Store could have written: numbers are finite, and
  // codes within their limits, so that no sum of attention can overflow. For blocks that come from
  // elsewhere.
  std::span<uint8_t> Block(int block) const {
    return {memory_.data() + static_cast<size_t>(block) * block_bytes_, block_bytes_};
  }
  bool IsSound(int block) const;

  // Gives the block's pages back to the operating system.
  void Discard(int block);

 private:
  KvCache(const KvShape& shape, int n_blocks, PageMemory memory);
  bool IsSoundHead(int block, int layer, int kv_head) const;
  void StoreFloats(uint8_t* keys, uint8_t* values, int token, const float* key,
                   const float* value) const;
  void StoreCodes(uint8_t* keys, uint8_t* values, int token, const float* key,
                  const float* value) const;
  void StoreBytes(int layer, int kv_head, uint8_t* keys, uint8_t* values, int token,
                  const ByteCodes& codes) const;
  void CopyKeys(int layer, int kv_head, int from_block, int to_block, size_t n);
  void CopyValues(int layer, int kv_head, int from_block, int to_block, size_t n);
  ByteKeyParts PartsOf(int layer, int kv_head) const;
  size_t HeadAt(int layer, int kv_head) const {
    return static_cast<size_t>(layer * shape_.kv_heads + kv_head);
  }

  KvShape shape_;
  int n_blocks_;
  size_t block_bytes_;
  std::vector<size_t> heads_;   // [layers][kv_heads]: where a head's keys begin in a block
  std::vector<size_t> values_;  // and its values
  std::vector<int16_t> pairs_;  // shape_.RowPairs()
  std::vector<uint8_t> wide_;   // shape_.wide, or as many zeros
  PageMemory memory_;
  const Kernels& kernels_;
};

}  // namespace bantam
