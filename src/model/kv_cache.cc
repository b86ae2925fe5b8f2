// The memory of keys and values.
#include "model/kv_cache.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace bantam {

KvCache::KvCache(const KvShape& shape, int n_blocks, PageMemory memory)
    : shape_(shape),
      n_blocks_(n_blocks),
      block_bytes_(shape.BlockBytes()),
      pairs_(shape.RowPairs()),
      wide_(shape.wide),
      memory_(std::move(memory)),
      kernels_(ActiveKernels()) {
  size_t at = 0;
  for (int layer = 0; layer < shape.layers; ++layer) {
    for (int head = 0; head < shape.kv_heads; ++head) {
      heads_.push_back(at);
      values_.push_back(at + shape.KeyBytes(layer, head));
      at = values_.back() + shape.ValueBytes();
    }
  }
  wide_.resize(heads_.size() * static_cast<size_t>(shape.groups()));
}

Result<std::unique_ptr<KvCache>> KvCache::Create(const KvShape& shape, int n_blocks) {
  const size_t bytes = static_cast<size_t>(n_blocks) * shape.BlockBytes();
  PageMemory memory = TRY(PageMemory::Allocate(bytes, false, "keys and values"));
  return std::unique_ptr<KvCache>(new KvCache(shape, n_blocks, std::move(memory)));
}

uint8_t* KvCache::Keys(int block, int layer, int kv_head) const {
  DCHECK(block >= 0 && block < n_blocks_);
  return memory_.data() + static_cast<size_t>(block) * block_bytes_ +
         heads_[HeadAt(layer, kv_head)];
}

uint8_t* KvCache::Values(int block, int layer, int kv_head) const {
  DCHECK(block >= 0 && block < n_blocks_);
  return memory_.data() + static_cast<size_t>(block) * block_bytes_ +
         values_[HeadAt(layer, kv_head)];
}

ByteKeyParts KvCache::PartsOf(int layer, int kv_head) const {
  return PartsOfByteKeys(shape_.head_dim, shape_.WideGroups(layer, kv_head));
}

KeyGroups KvCache::GroupsOf(int layer, int kv_head) const {
  const size_t groups = static_cast<size_t>(shape_.groups());
  return {pairs_.data(), wide_.data() + HeadAt(layer, kv_head) * groups};
}

void KvCache::Store(int block, int layer, int kv_head, int token_in_block, const float* key,
                    const float* value) {
  uint8_t* keys = Keys(block, layer, kv_head);
  uint8_t* values = Values(block, layer, kv_head);
  if (shape_.type == KvType::kI16) return StoreCodes(keys, values, token_in_block, key, value);
  ByteCodes codes;
  if (shape_.type == KvType::kI8) {
    QuantizeToBytes(kernels_, shape_, pairs_.data(), layer, kv_head, key, value, codes);
    return StoreBytes(layer, kv_head, keys, values, token_in_block, codes);
  }
  if (!shape_.rounded_to_bytes) return StoreFloats(keys, values, token_in_block, key, value);
  std::array<float, kMaxHeadDim> rounded_key, rounded_value;
  QuantizeToBytes(kernels_, shape_, pairs_.data(), layer, kv_head, key, value, codes);
  FromBytes(shape_, pairs_.data(), layer, kv_head, codes, rounded_key.data(), rounded_value.data());
  StoreFloats(keys, values, token_in_block, rounded_key.data(), rounded_value.data());
}

void KvCache::StoreFloats(uint8_t* keys, uint8_t* values, int token, const float* key,
                          const float* value) const {
  auto* k = reinterpret_cast<float*>(keys) + token;
  auto* v = reinterpret_cast<float*>(values) + token * PaddedHeadDim(shape_.head_dim);
  for (int d = 0; d < shape_.head_dim; ++d) {
    k[d * kKvBlockTokens] = key[d];
    v[d] = value[d];
  }
}

void KvCache::StoreCodes(uint8_t* keys, uint8_t* values, int token, const float* key,
                         const float* value) const {
  constexpr size_t kPairBytes = 2 * sizeof(int16_t);
  const int dim = shape_.head_dim;
  std::array<int16_t, kMaxHeadDim + 1> codes;
  uint8_t* k = keys + token * kPairBytes;
  const float key_scale = kernels_.quantize16(key, dim, kKeyLimits, codes.data());
  codes[static_cast<size_t>(dim)] = 0;  // where the last pair has but one
  for (int d = 0; d < dim; d += 2, k += kKvBlockTokens * kPairBytes) {
    std::memcpy(k, &codes[static_cast<size_t>(d)], kPairBytes);
  }
  auto* v = reinterpret_cast<int16_t*>(values) + token / 2 * PaddedHeadDim(dim) * 2 + token % 2;
  float value_scale = kernels_.quantize16(value, dim, kValueLimits, codes.data());
  for (int d = 0; d < dim; ++d) v[d * 2] = codes[static_cast<size_t>(d)];
  if (std::isnan(key_scale)) value_scale = key_scale;  // a key that is no number must show
  const_cast<float*>(KeyScales(keys, dim))[token] = key_scale;
  const_cast<float*>(ValueScales(values, dim))[token] = value_scale;
}

void KvCache::StoreBytes(int layer, int kv_head, uint8_t* keys, uint8_t* values, int token,
                         const ByteCodes& codes) const {
  const int dim = shape_.head_dim;
  const ByteKeyParts parts = PartsOf(layer, kv_head);
  uint8_t* low = keys + parts.low;
  for (int g = 0; g < shape_.groups(); ++g) {
    const bool is_wide = shape_.IsWide(layer, kv_head, g);
    const int first = g * kKeyGroupRows;
    const int last = std::min(first + kKeyGroupRows, HeadDimPairs(dim));
    for (int row = first; row < last; ++row) {
      for (int i = 0; i < 2; ++i) {
        const auto d = static_cast<size_t>(pairs_[static_cast<size_t>(row)] * 2 + i);
        const bool is_there = d < static_cast<size_t>(dim);
        const int at = token * 2 + i;
        keys[row * kKvBlockTokens * 2 + at] = static_cast<uint8_t>(is_there ? codes.high[d] : 0);
        if (is_wide) {
          low[(row - first) * kKvBlockTokens * 2 + at] =
              static_cast<uint8_t>(is_there ? codes.low[d] : 0);
        }
      }
    }
    if (is_wide) low += kKeyGroupRows * kKvBlockTokens * 2;
    keys[parts.multipliers + static_cast<size_t>(g * kKvBlockTokens + token)] =
        codes.multipliers[static_cast<size_t>(g)];
  }
  uint8_t* v = values + token / 2 * PaddedHeadDim(dim) * 2 + token % 2;
  for (int d = 0; d < dim; ++d)
    v[d * 2] = static_cast<uint8_t>(codes.values[static_cast<size_t>(d)]);
  const float value_scale = std::isnan(codes.key_scale) ? codes.key_scale : codes.value_scale;
  const size_t at = static_cast<size_t>(token) * sizeof(float);
  std::memcpy(keys + parts.scales + at, &codes.key_scale, sizeof(float));
  std::memcpy(values + shape_.ValueBytes() - kKvScaleBytes + at, &value_scale, sizeof(float));
}

void KvCache::CopyPrefix(int from_block, int to_block, int n_tokens) {
  CHECK(n_tokens >= 0 && n_tokens <= kKvBlockTokens);
  for (int layer = 0; layer < shape_.layers; ++layer) {
    for (int head = 0; head < shape_.kv_heads; ++head) {
      CopyKeys(layer, head, from_block, to_block, static_cast<size_t>(n_tokens));
      CopyValues(layer, head, from_block, to_block, static_cast<size_t>(n_tokens));
    }
  }
}

void KvCache::CopyKeys(int layer, int kv_head, int from_block, int to_block, size_t n) {
  const uint8_t* from = Keys(from_block, layer, kv_head);
  uint8_t* to = Keys(to_block, layer, kv_head);
  const auto copy_rows = [&](size_t begin, size_t end, size_t element) {
    for (size_t at = begin; at < end; at += kKvBlockTokens * element) {
      std::memcpy(to + at, from + at, n * element);
    }
  };
  const size_t bytes = shape_.KeyBytes(layer, kv_head);
  // A float, a pair of codes, a pair of bytes; then what a token has one of.
  if (shape_.type != KvType::kI8) return copy_rows(0, bytes, 4);
  const ByteKeyParts parts = PartsOf(layer, kv_head);
  copy_rows(0, parts.multipliers, 2);
  copy_rows(parts.multipliers, parts.scales, 1);
  copy_rows(parts.scales, bytes, sizeof(float));
}

// Of values in pairs, the second of the last pair comes along: nobody reads it before it is
// written.
void KvCache::CopyValues(int layer, int kv_head, int from_block, int to_block, size_t n) {
  const uint8_t* from = Values(from_block, layer, kv_head);
  uint8_t* to = Values(to_block, layer, kv_head);
  const auto padded = static_cast<size_t>(PaddedHeadDim(shape_.head_dim));
  if (shape_.type == KvType::kF32) {
    std::memcpy(to, from, n * padded * sizeof(float));
    return;
  }
  const size_t element = shape_.type == KvType::kI8 ? 2 : 4;
  std::memcpy(to, from, (n + 1) / 2 * padded * element);
  const size_t scales = shape_.ValueBytes() - kKvScaleBytes;
  std::memcpy(to + scales, from + scales, n * sizeof(float));
}

void KvCache::Discard(int block) {
  memory_.Discard(static_cast<size_t>(block) * block_bytes_, block_bytes_);
}

}  // namespace bantam
