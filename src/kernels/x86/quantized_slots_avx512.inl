// Quantisation of sixteen groups at once, the same bytes as group by group: a lane is a group
// wherever each has one number, so that nothing is reduced or divided for one alone.

constexpr bool kQuantizesSlots = true;

// Joins the lanes of sixteen rows: in lane t of the result is the largest of row t's. Rows come in
// the order of kJoinedRow.
constexpr int kJoinedRow[16] = {0, 2, 1, 3, 8, 10, 9, 11, 4, 6, 5, 7, 12, 14, 13, 15};
[[gnu::always_inline]] inline __m512i MaxOfRows(const __m512i* rows) {
  __m512i eight[8];
  for (int i = 0; i < 8; ++i) {
    eight[i] = _mm512_max_epi32(_mm512_shuffle_i32x4(rows[i], rows[i + 8], 0x44),
                                _mm512_shuffle_i32x4(rows[i], rows[i + 8], 0xEE));
  }
  __m512i four[4];
  for (int i = 0; i < 4; ++i) {
    four[i] = _mm512_max_epi32(_mm512_shuffle_i32x4(eight[i], eight[i + 4], 0x88),
                               _mm512_shuffle_i32x4(eight[i], eight[i + 4], 0xDD));
  }
  __m512i two[2];
  for (int i = 0; i < 2; ++i) {
    two[i] = _mm512_max_epi32(_mm512_unpacklo_epi32(four[i], four[i + 2]),
                              _mm512_unpackhi_epi32(four[i], four[i + 2]));
  }
  return _mm512_max_epi32(_mm512_unpacklo_epi64(two[0], two[1]),
                          _mm512_unpackhi_epi64(two[0], two[1]));
}

// Sums of the four lanes in each quarter of four vectors, in order.
[[gnu::always_inline]] inline __m512i SumsOfQuarters(const __m512i* v) {
  __m512i two[2];
  for (int i = 0; i < 2; ++i) {
    two[i] = _mm512_add_epi32(_mm512_unpacklo_epi32(v[i], v[i + 2]),
                              _mm512_unpackhi_epi32(v[i], v[i + 2]));
  }
  const __m512i sums = _mm512_add_epi32(_mm512_unpacklo_epi64(two[0], two[1]),
                                        _mm512_unpackhi_epi64(two[0], two[1]));
  // Lane 4 q + e has quarter q of vector 0, 2, 1, 3.
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, sums);
}

// Quantises kSlots (8 or 16) groups of 32 columns into the slots of `out` from `at` on; group i
// begins at row(i). False, and nothing is done, if some number is infinite or none.
template <int kSlots, class Rows>
[[gnu::always_inline]] inline bool QuantizeSlots(const Rows& row, const Activations& out,
                                                 int64_t at) {
  const auto half = [&](int slot, int i) { return _mm512_loadu_ps(row(slot) + i * 16); };
  __m512i magnitudes[16] = {};  // in registers, as the loops are unrolled (else + 40 % of time)
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    const int slot = kJoinedRow[i];
    if (slot >= kSlots) continue;
    const __m512i first = LargerMagnitude(_mm512_setzero_si512(), half(slot, 0));
    magnitudes[i] = LargerMagnitude(first, half(slot, 1));
  }
  const __m512 largest = _mm512_castsi512_ps(MaxOfRows(magnitudes));
  if (_mm512_cmp_ps_mask(largest, _mm512_set1_ps(__builtin_inff()), _CMP_NLT_UQ) != 0) return false;
  const __mmask16 heard =
      _mm512_cmp_ps_mask(largest, _mm512_set1_ps(kSmallestGroupMax), _CMP_GE_OQ);
  const __m512 full = _mm512_set1_ps(127.0F);
  const __m512 scale = _mm512_maskz_div_ps(heard, largest, full);
  alignas(64) float inverse[16];
  _mm512_store_ps(inverse, _mm512_maskz_div_ps(heard, full, largest));

  // Bytes of two groups, packed within quarters, come in order.
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  __m512i fours[8] = {};  // sums of four codes each
#pragma GCC unroll 8
  for (int pair = 0; pair < kSlots / 2; ++pair) {
    __m512i words[2];
    for (int i = 0; i < 2; ++i) {
      const int slot = pair * 2 + i;
      const __m512 by = _mm512_set1_ps(inverse[slot]);
      words[i] = _mm512_packs_epi32(_mm512_cvtps_epi32(_mm512_mul_ps(half(slot, 0), by)),
                                    _mm512_cvtps_epi32(_mm512_mul_ps(half(slot, 1), by)));
    }
    const __m512i codes = _mm512_permutexvar_epi32(order, _mm512_packs_epi16(words[0], words[1]));
    _mm512_storeu_si512(out.codes + (at + pair * 2) * 32, codes);
    fours[pair] = _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8(1), codes);
  }
  const __m512i zero = _mm512_setzero_si512();
  const __m512i first = SumsOfQuarters(fours);  // [8 groups][2 halves]
  const __m512i second = SumsOfQuarters(fours + 4);
  const __m512i even =
      _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
  const __m512i sums = _mm512_add_epi32(_mm512_permutex2var_epi32(first, even, second),
                                        _mm512_permutex2var_epi32(first, odd, second));
  const __m512 scaled_sums = _mm512_mul_ps(scale, _mm512_cvtepi32_ps(sums));
  const __mmask16 these = kSlots == 16 ? 0xFFFF : 0xFF;
  _mm512_mask_storeu_ps(out.scales + at, these, scale);
  _mm512_mask_storeu_ps(out.scaled_sums + at, these, scaled_sums);
  _mm512_mask_storeu_epi32(out.minus_sums + at, these, _mm512_sub_epi32(zero, sums));
  _mm512_storeu_si512(out.minus_half_sums + 2 * at, _mm512_sub_epi32(zero, first));
  if (kSlots == 8) return true;
  _mm512_storeu_si512(out.minus_half_sums + 2 * at + 16, _mm512_sub_epi32(zero, second));
  return true;
}
