// Attention by the AMX matrix unit, which multiplies bytes: a code is 256 * high + low, both
// signed, and a product of codes four products of bytes. Their sums are put together modulo 2^32,
// where the whole fits.
//
// 16 x 64 x 16 products of codes are four multiplications of 16 cycles; `vpdpwssd` takes 256 on two
// ports.

constexpr int kTileBytes = 1024;

// Where the tiles of high and low bytes lie: keys by 16 keys and 64 dimensions, then values by 16
// dimensions and 64 keys.
[[gnu::always_inline]] inline uint8_t* KeyTiles(const AttentionJob& job, int keys, int chunk) {
  const int chunks = job.head_dim / kTileColumns;
  return job.scratch + (keys / 16 * chunks + chunk) * 2 * kTileBytes;
}
[[gnu::always_inline]] inline uint8_t* ValueTiles(const AttentionJob& job, int dims, int block) {
  constexpr int kBlocks = kSpanKeys / kBlockKeys;
  const int64_t keys = int64_t{kSpanKeys} * job.head_dim * 2;
  return job.scratch + keys + (dims / 16 * kBlocks + block) * 2 * kTileBytes;
}

[[gnu::always_inline]] inline __m512i HighBytesAdded(__m512i codes) {
  return _mm512_add_epi16(codes, _mm512_set1_epi16(128));
}

// Sixteen lanes of 32 rows of pairs, `stride` codes apart, become a tile of the high and one of the
// low bytes, four steps a lane.
[[gnu::noinline]] void SplitPairs(const int16_t* pairs, int64_t stride, uint8_t* tiles) {
  alignas(64) uint8_t order[64];
  for (int lane = 0; lane < 16; ++lane) {
    for (int step = 0; step < 4; ++step) {
      order[lane * 4 + step] = static_cast<uint8_t>(lane * 4 + step % 2 * 2 + step / 2 * 64);
    }
  }
  const __m512i low = _mm512_load_si512(order);
  const __m512i high = _mm512_add_epi8(low, _mm512_set1_epi8(1));
  for (int i = 0; i < 16; ++i) {
    const __m512i first = _mm512_loadu_si512(pairs + 2 * i * stride);
    const __m512i second = _mm512_loadu_si512(pairs + (2 * i + 1) * stride);
    _mm512_store_si512(tiles + i * 64, _mm512_permutex2var_epi8(HighBytesAdded(first), high,
                                                                HighBytesAdded(second)));
    _mm512_store_si512(tiles + kTileBytes + i * 64, _mm512_permutex2var_epi8(first, low, second));
  }
}

// The first n keys and values of the span.
void RearrangeForTiles(const AttentionJob& job, int n) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  for (int k = 0; k < n; k += 16) {
    const uint8_t* block = job.keys[k / kBlockKeys];
    const auto* codes = reinterpret_cast<const int16_t*>(block) + k % kBlockKeys * 2;
    for (int chunk = 0; chunk < job.head_dim / kTileColumns; ++chunk) {
      constexpr int64_t kStride = kBlockKeys * 2;
      SplitPairs(codes + chunk * (kTileColumns / 2) * kStride, kStride, KeyTiles(job, k, chunk));
    }
  }
  for (int k = 0; k < n; k += kBlockKeys) {
    const auto* codes = reinterpret_cast<const int16_t*>(job.values[k / kBlockKeys]);
    for (int d = 0; d < job.head_dim; d += 16) {
      SplitPairs(codes + d * 2, padded * 2, ValueTiles(job, d, k / kBlockKeys));
    }
  }
}

[[gnu::always_inline]] inline void StoreLowBytes(uint8_t* p, __m512i codes) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(codes));
}
[[gnu::always_inline]] inline void StoreHighBytes(uint8_t* p, __m512i codes) {
  const __m512i rounded = _mm512_add_epi32(codes, _mm512_set1_epi32(128));
  StoreLowBytes(p, _mm512_srai_epi32(rounded, 8));
}

// 64 codes become their high and then their low bytes, in place.
[[gnu::always_inline]] inline void SplitChunk(int16_t* codes) {
  auto* bytes = reinterpret_cast<uint8_t*>(codes);
  __m512i both[4];
  for (int i = 0; i < 4; ++i) {
    both[i] =
        _mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + i * 16)));
  }
  for (int i = 0; i < 4; ++i) {
    StoreHighBytes(bytes + i * 16, both[i]);
    StoreLowBytes(bytes + kTileColumns + i * 16, both[i]);
  }
}

void SplitQueries(const AttentionJob& job) {
  auto* codes = const_cast<int16_t*>(I16RowsOf(job, 0).codes);
  for (int i = 0; i < job.n_rows * job.head_dim; i += kTileColumns) SplitChunk(codes + i);
}

// The words of two times two vectors, packed by lanes of 128 bits, as bytes in their own order.
[[gnu::always_inline]] inline void StoreBytesOfWords(uint8_t* p, __m512i first, __m512i second) {
  const __m512i order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
  _mm512_storeu_si512(p, _mm512_permutexvar_epi32(order, _mm512_packus_epi16(first, second)));
}

// Rounds a row's weights to codes over the row itself: of 64 keys the high, then the low bytes.
[[gnu::always_inline]] inline void StoreWeightTiles(float* weights, int n, const F32x16& inverse) {
  const __m512i byte = _mm512_set1_epi16(255);
  auto* bytes = reinterpret_cast<uint8_t*>(weights);
  for (int k = 0; k < n; k += kTileColumns) {
    __m512i codes[4];
    for (int i = 0; i < 4; ++i) {
      codes[i] = RoundToInt(Mul(LoadLanes(weights + k + i * 16), inverse.part[0]));
    }
    const __m512i first = _mm512_packs_epi32(codes[0], codes[1]);
    const __m512i second = _mm512_packs_epi32(codes[2], codes[3]);
    StoreBytesOfWords(bytes + 2 * k, _mm512_srli_epi16(HighBytesAdded(first), 8),
                      _mm512_srli_epi16(HighBytesAdded(second), 8));
    StoreBytesOfWords(bytes + 2 * k + kTileColumns, _mm512_and_si512(first, byte),
                      _mm512_and_si512(second, byte));
  }
}

// 2^16 high·high + 2^8 (high·low + low·high) + low·low of one row of sums.
[[gnu::always_inline]] inline __m512i WholeProduct(__m512i high, __m512i middle, __m512i low) {
  const __m512i upper = _mm512_add_epi32(_mm512_slli_epi32(high, 8), middle);
  return _mm512_add_epi32(_mm512_slli_epi32(upper, 8), low);
}

[[gnu::always_inline]] inline void LoadQueries(const AttentionJob& job, const I16Rows& rows,
                                               int chunk) {
  const int64_t stride = int64_t{job.head_dim} * 2;
  const auto* queries = reinterpret_cast<const uint8_t*>(rows.codes) + chunk * 2 * kTileColumns;
  _tile_loadd(4, queries, stride);
  _tile_loadd(5, queries + kTileColumns, stride);
}

// Sums of products of 16 queries with the 16 keys from k on. The first queries are loaded.
[[gnu::always_inline]] inline void MultiplyKeys(const AttentionJob& job, const I16Rows& rows, int k,
                                                int32_t* sums) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  for (int chunk = 0; chunk < job.head_dim / kTileColumns; ++chunk) {
    const uint8_t* keys = KeyTiles(job, k, chunk);
    if (job.head_dim > kTileColumns) LoadQueries(job, rows, chunk);
    _tile_loadd(6, keys, 64);
    _tile_loadd(7, keys + kTileBytes, 64);
    _tile_dpbssd(0, 4, 6);
    _tile_dpbssd(1, 4, 7);
    _tile_dpbssd(2, 5, 7);
    _tile_dpbssd(1, 5, 6);
  }
  _tile_stored(0, sums, 64);
  _tile_stored(2, sums + 512, 64);
  _tile_stored(1, sums + 256, 64);
}

// Scores of the first n keys (a multiple of 16); products one tile ahead.
void ScoreTiles(const AttentionJob& job, const I16Rows& rows, int n) {
  constexpr int kSums = 3 * 256;
  alignas(64) int32_t sums[2][kSums];
  LoadQueries(job, rows, 0);
  MultiplyKeys(job, rows, 0, sums[0]);
  for (int k = 0; k < n; k += 16) {
    if (k + 16 < n) MultiplyKeys(job, rows, k + 16, sums[(k / 16 + 1) % 2]);
    const int32_t* of_keys = sums[k / 16 % 2];
    const uint8_t* block = job.keys[k / kBlockKeys];
    const __m512 scale = _mm512_loadu_ps(KeyScales(block, job.head_dim) + k % kBlockKeys);
    for (int r = 0; r < rows.n; ++r) {
      const int32_t* of_row = of_keys + r * 16;
      const __m512i dot = WholeProduct(_mm512_load_si512(of_row), _mm512_load_si512(of_row + 256),
                                       _mm512_load_si512(of_row + 512));
      _mm512_store_ps(rows.scores + r * kScoreStride + k,
                      _mm512_mul_ps(_mm512_cvtepi32_ps(dot), scale));
    }
  }
}

// Weighted sums of the n values of the span that was rearranged.
void SumTiles(const AttentionJob& job, const I16Rows& rows, int n) {
  constexpr int64_t kStride = kScoreStride * 4;
  alignas(64) int32_t sums[4 * 256];
  for (int d = 0; d < job.head_dim; d += 16) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int k = 0; k < n; k += kBlockKeys) {
      const auto* weights = reinterpret_cast<const uint8_t*>(rows.scores) + 2 * k;
      const uint8_t* values = ValueTiles(job, d, k / kBlockKeys);
      _tile_loadd(4, weights, kStride);
      _tile_loadd(5, weights + kTileColumns, kStride);
      _tile_loadd(6, values, 64);
      _tile_loadd(7, values + kTileBytes, 64);
      _tile_dpbssd(0, 4, 6);
      _tile_dpbssd(1, 4, 7);
      _tile_dpbssd(2, 5, 6);
      _tile_dpbssd(3, 5, 7);
    }
    _tile_stored(0, sums, 64);
    _tile_stored(1, sums + 256, 64);
    _tile_stored(2, sums + 512, 64);
    _tile_stored(3, sums + 768, 64);
    for (int r = 0; r < rows.n; ++r) {
      const int32_t* of_row = sums + r * 16;
      const __m512i middle =
          _mm512_add_epi32(_mm512_load_si512(of_row + 256), _mm512_load_si512(of_row + 512));
      StoreInts(rows.sums + r * job.head_dim + d,
                WholeProduct(_mm512_load_si512(of_row), middle, _mm512_load_si512(of_row + 768)));
    }
  }
}

void AttendTiles(const AttentionJob& job) {
  const TileUnit unit(kTileColumns);
  SplitQueries(job);
  AttendSpans<true>(job);
}
