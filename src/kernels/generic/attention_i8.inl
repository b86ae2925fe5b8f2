// Keys and values in bytes: a span of them becomes 16-bit codes in the scratch memory, in the
// layout that attention_i16.inl reads. Products of whole numbers, so exact everywhere. Loops over
// 128 bytes each, which compilers turn into vectors.

constexpr int kSpanBlocks = kSpanKeys / kBlockKeys;
constexpr int kPairedKeys = kBlockKeys * 2;  // of a pair of dimensions

// A pair of dimensions of 64 keys, each code times its key's factor.
[[gnu::always_inline]] inline void MultiplyRow(const int8_t* __restrict codes,
                                               const int16_t* __restrict factors,
                                               int16_t* __restrict out) {
  for (int i = 0; i < kPairedKeys; ++i) out[i] = static_cast<int16_t>(codes[i] * factors[i]);
}

// The same of a wide group: 256 * high + low.
[[gnu::always_inline]] inline void JoinRow(const int8_t* __restrict high,
                                           const int8_t* __restrict low, int16_t* __restrict out) {
  for (int i = 0; i < kPairedKeys; ++i) out[i] = static_cast<int16_t>(high[i] * 256 + low[i]);
}

// 128 codes of values, as they are.
[[gnu::always_inline]] inline void WidenRow(const int8_t* __restrict codes,
                                            int16_t* __restrict out) {
  for (int i = 0; i < kPairedKeys; ++i) out[i] = codes[i];
}

[[gnu::always_inline]] inline void CopyScales(const uint8_t* __restrict scales,
                                              uint8_t* __restrict out) {
  __builtin_memcpy(out, scales, kBlockKeys * sizeof(float));
}

// Asks for what lies at `bytes` of the block that comes next, or for nothing.
[[gnu::always_inline]] inline void AskFor(const uint8_t* next, size_t at, size_t bytes) {
  if (next == nullptr) return;
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(next + at + i, 0, 2);
}

// The keys of a block.
[[gnu::noinline]] void ExpandKeys(const AttentionJob& job, const uint8_t* block,
                                  const uint8_t* next, uint8_t* out) {
  const int n_rows = HeadDimPairs(job.head_dim);
  const int n_groups = KeyGroupCount(job.head_dim);
  int n_wide = 0;
  for (int g = 0; g < n_groups; ++g) n_wide += job.key_groups.wide[g] != 0 ? 1 : 0;
  const ByteKeyParts parts = PartsOfByteKeys(job.head_dim, n_wide);
  AskFor(next, parts.low, parts.end - parts.low);
  const auto* low = reinterpret_cast<const int8_t*>(block) + parts.low;
  auto* codes = reinterpret_cast<int16_t*>(out);
  for (int g = 0; g < n_groups; ++g) {
    const bool is_wide = job.key_groups.wide[g] != 0;
    const uint8_t* multipliers = block + parts.multipliers + g * kBlockKeys;
    alignas(64) int16_t factors[kPairedKeys];
    for (int i = 0; i < kPairedKeys; ++i) factors[i] = multipliers[i / 2];
    const int first = g * kKeyGroupRows;
    for (int row = first; row < first + kKeyGroupRows && row < n_rows; ++row) {
      const auto* bytes = reinterpret_cast<const int8_t*>(block) + row * kPairedKeys;
      int16_t* expanded = codes + job.key_groups.pairs[row] * kPairedKeys;
      AskFor(next, static_cast<size_t>(row) * kPairedKeys, kPairedKeys);
      if (is_wide) {
        JoinRow(bytes, low + (row - first) * kPairedKeys, expanded);
      } else {
        MultiplyRow(bytes, factors, expanded);
      }
    }
    if (is_wide) low += kKeyGroupRows * kPairedKeys;
  }
  CopyScales(block + parts.scales, out + int64_t{n_rows} * kPairedKeys * 2);
}

// The values of a block.
[[gnu::noinline]] void ExpandValues(int head_dim, const uint8_t* block, const uint8_t* next,
                                    uint8_t* out) {
  const int n = PaddedHeadDim(head_dim) * kBlockKeys;
  for (int at = 0; at < n; at += kPairedKeys) {
    AskFor(next, static_cast<size_t>(at), kPairedKeys);
    WidenRow(reinterpret_cast<const int8_t*>(block) + at, reinterpret_cast<int16_t*>(out) + at);
  }
  AskFor(next, static_cast<size_t>(n), kBlockKeys * sizeof(float));
  CopyScales(block + n, out + int64_t{n} * 2);
}

// Makes `job`, whose blocks are of bytes from a span's first on, one of that span in 16 bits, whose
// blocks `expanded` lists: those of n keys. Whether more spans follow, `is_last` tells.
[[gnu::noinline]] void ExpandSpan(AttentionJob& job, int n, bool is_last,
                                  const uint8_t* (&expanded)[2 * kSpanBlocks]) {
  const int64_t key_bytes =
      int64_t{HeadDimPairs(job.head_dim)} * kPairedKeys * 2 + kBlockKeys * sizeof(float);
  const int64_t value_bytes =
      int64_t{PaddedHeadDim(job.head_dim)} * kPairedKeys + kBlockKeys * sizeof(float);
  const int n_blocks = (n + kBlockKeys - 1) / kBlockKeys;
  uint8_t* out = job.scratch + AttentionTileBytes(job.head_dim);
  for (int b = 0; b < n_blocks; ++b, out += key_bytes + value_bytes) {
    expanded[b] = out;
    expanded[kSpanBlocks + b] = out + key_bytes;
    const bool more = b + 1 < n_blocks || !is_last;
    ExpandKeys(job, job.keys[b], more ? job.keys[b + 1] : nullptr, out);
    ExpandValues(job.head_dim, job.values[b], more ? job.values[b + 1] : nullptr, out + key_bytes);
  }
  job.keys = expanded;
  job.values = expanded + kSpanBlocks;
}
