// The memory of keys and values.
#include "model/kv_cache.h"

#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/half.h"
#include "kernels/kernels.h"

namespace bantam {
namespace {

static_assert(kKvBlockTokens == kBlockKeys);

// Nearest half, kept finite: an infinite value would turn a masked key's zero weight into NaN.
uint16_t FiniteHalf(float value) {
  constexpr float kMax = 65504.0F;
  return F32ToF16(value > kMax ? kMax : value < -kMax ? -kMax : value);
}

}  // namespace

size_t KvShape::KeyBytes() const {
  return static_cast<size_t>(head_dim) * kKvBlockTokens * element_bytes();
}

size_t KvShape::ValueBytes() const {
  return static_cast<size_t>(PaddedHeadDim(head_dim)) * kKvBlockTokens * element_bytes();
}

size_t KvShape::BlockBytes() const {
  return static_cast<size_t>(layers) * static_cast<size_t>(kv_heads) * (KeyBytes() + ValueBytes());
}

KvCache::KvCache(const KvShape& shape, int n_blocks, PageMemory memory)
    : shape_(shape), n_blocks_(n_blocks), memory_(std::move(memory)) {}

Result<std::unique_ptr<KvCache>> KvCache::Create(const KvShape& shape, int n_blocks) {
  const size_t bytes = static_cast<size_t>(n_blocks) * shape.BlockBytes();
  PageMemory memory = TRY(PageMemory::Allocate(bytes, false, "keys and values"));
  return std::unique_ptr<KvCache>(new KvCache(shape, n_blocks, std::move(memory)));
}

uint8_t* KvCache::Keys(int block, int layer, int kv_head) const {
  DCHECK(block >= 0 && block < n_blocks_);
  const auto head = static_cast<size_t>(layer * shape_.kv_heads + kv_head);
  return memory_.data() + static_cast<size_t>(block) * shape_.BlockBytes() +
         head * (shape_.KeyBytes() + shape_.ValueBytes());
}

uint8_t* KvCache::Values(int block, int layer, int kv_head) const {
  return Keys(block, layer, kv_head) + shape_.KeyBytes();
}

void KvCache::Store(int block, int layer, int kv_head, int token_in_block, const float* key,
                    const float* value) {
  uint8_t* keys = Keys(block, layer, kv_head);
  uint8_t* values = keys + shape_.KeyBytes();
  const int padded = PaddedHeadDim(shape_.head_dim);
  if (shape_.type == KvType::kF16) {
    auto* k = reinterpret_cast<uint16_t*>(keys) + token_in_block;
    auto* v = reinterpret_cast<uint16_t*>(values) + token_in_block * padded;
    for (int d = 0; d < shape_.head_dim; ++d) {
      k[d * kKvBlockTokens] = FiniteHalf(key[d]);
      v[d] = FiniteHalf(value[d]);
    }
    return;
  }
  auto* k = reinterpret_cast<float*>(keys) + token_in_block;
  auto* v = reinterpret_cast<float*>(values) + token_in_block * padded;
  for (int d = 0; d < shape_.head_dim; ++d) {
    k[d * kKvBlockTokens] = key[d];
    v[d] = value[d];
  }
}

void KvCache::CopyPrefix(int from_block, int to_block, int n_tokens) {
  CHECK(n_tokens >= 0 && n_tokens <= kKvBlockTokens);
  const size_t element = shape_.element_bytes();
  const size_t key_row = kKvBlockTokens * element;
  const size_t values = static_cast<size_t>(n_tokens * PaddedHeadDim(shape_.head_dim)) * element;
  for (int layer = 0; layer < shape_.layers; ++layer) {
    for (int head = 0; head < shape_.kv_heads; ++head) {
      const uint8_t* from = Keys(from_block, layer, head);
      uint8_t* to = Keys(to_block, layer, head);
      for (int d = 0; d < shape_.head_dim; ++d) {
        std::memcpy(to + static_cast<size_t>(d) * key_row, from + static_cast<size_t>(d) * key_row,
                    static_cast<size_t>(n_tokens) * element);
      }
      std::memcpy(to + shape_.KeyBytes(), from + shape_.KeyBytes(), values);
    }
  }
}

void KvCache::Discard(int block) {
  memory_.Discard(static_cast<size_t>(block) * shape_.BlockBytes(), shape_.BlockBytes());
}

}  // namespace bantam
