// The memory of keys and values.
#include "model/kv_cache.h"

#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace bantam {
namespace {

constexpr size_t kScaleBytes = kKvBlockTokens * sizeof(float);

}  // namespace

size_t KvShape::KeyBytes() const {
  if (type == KvType::kF32) return static_cast<size_t>(head_dim) * kKvBlockTokens * sizeof(float);
  return static_cast<size_t>(HeadDimPairs(head_dim)) * 2 * kKvBlockTokens * 2 + kScaleBytes;
}

size_t KvShape::ValueBytes() const {
  const size_t elements = static_cast<size_t>(PaddedHeadDim(head_dim)) * kKvBlockTokens;
  return type == KvType::kF32 ? elements * sizeof(float) : elements * 2 + kScaleBytes;
}

size_t KvShape::BlockBytes() const {
  return static_cast<size_t>(layers) * static_cast<size_t>(kv_heads) * (KeyBytes() + ValueBytes());
}

KvCache::KvCache(const KvShape& shape, int n_blocks, PageMemory memory)
    : shape_(shape), n_blocks_(n_blocks), memory_(std::move(memory)), kernels_(ActiveKernels()) {}

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
  if (shape_.type == KvType::kF32) {
    auto* k = reinterpret_cast<float*>(keys) + token_in_block;
    auto* v = reinterpret_cast<float*>(values) + token_in_block * PaddedHeadDim(shape_.head_dim);
    for (int d = 0; d < shape_.head_dim; ++d) {
      k[d * kKvBlockTokens] = key[d];
      v[d] = value[d];
    }
    return;
  }
  StoreCodes(keys, values, token_in_block, key, value);
}

void KvCache::StoreCodes(uint8_t* keys, uint8_t* values, int token, const float* key,
                         const float* value) {
  const int dim = shape_.head_dim;
  std::array<int16_t, kMaxHeadDim> codes;
  auto* k = reinterpret_cast<int16_t*>(keys) + token * 2;
  const float key_scale = kernels_.quantize16(key, dim, kKeyLimits, codes.data());
  for (int d = 0; d < dim; ++d)
    k[d / 2 * kKvBlockTokens * 2 + d % 2] = codes[static_cast<size_t>(d)];
  if (dim % 2 != 0) k[dim / 2 * kKvBlockTokens * 2 + 1] = 0;
  auto* v = reinterpret_cast<int16_t*>(values) + token / 2 * PaddedHeadDim(dim) * 2 + token % 2;
  float value_scale = kernels_.quantize16(value, dim, kValueLimits, codes.data());
  for (int d = 0; d < dim; ++d) v[d * 2] = codes[static_cast<size_t>(d)];
  if (std::isnan(key_scale)) value_scale = key_scale;  // a key that is no number must show
  const_cast<float*>(KeyScales(keys, dim))[token] = key_scale;
  const_cast<float*>(ValueScales(values, dim))[token] = value_scale;
}

void KvCache::CopyPrefix(int from_block, int to_block, int n_tokens) {
  CHECK(n_tokens >= 0 && n_tokens <= kKvBlockTokens);
  for (int layer = 0; layer < shape_.layers; ++layer) {
    for (int head = 0; head < shape_.kv_heads; ++head) {
      CopyHeadPrefix(Keys(from_block, layer, head), Keys(to_block, layer, head),
                     static_cast<size_t>(n_tokens));
    }
  }
}

// Of values in pairs, the second of the last pair comes along: nobody reads it before it is
// written.
void KvCache::CopyHeadPrefix(const uint8_t* from, uint8_t* to, size_t n_tokens) const {
  const bool codes = shape_.type == KvType::kI16;
  const size_t element = 4;  // a float, or a pair of codes
  const auto key_rows =
      static_cast<size_t>(codes ? HeadDimPairs(shape_.head_dim) : shape_.head_dim);
  const size_t value_rows = codes ? (n_tokens + 1) / 2 : n_tokens;
  const size_t key_row = kKvBlockTokens * element;
  for (size_t row = 0; row < key_rows; ++row) {
    std::memcpy(to + row * key_row, from + row * key_row, n_tokens * element);
  }
  const size_t values = shape_.KeyBytes();
  std::memcpy(to + values, from + values,
              value_rows * static_cast<size_t>(PaddedHeadDim(shape_.head_dim)) * element);
  if (!codes) return;
  for (const size_t end : {values, values + shape_.ValueBytes()}) {
    std::memcpy(to + end - kScaleBytes, from + end - kScaleBytes, n_tokens * sizeof(float));
  }
}

void KvCache::Discard(int block) {
  memory_.Discard(static_cast<size_t>(block) * shape_.BlockBytes(), shape_.BlockBytes());
}

}  // namespace bantam
