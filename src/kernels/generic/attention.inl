// Attention over 64-token KV blocks, in fixed spans of 512 keys merged in ascending order: what is
// common to both element types, and the choice between them. The online softmax follows
// Milakov and Gimelshein (arXiv 1805.02867), by spans.

constexpr float kMinusInfinity = -__builtin_inff();

struct KeyRange {
  int first;
  int last;  // one beyond
};

// The keys that some of the rows see.
[[gnu::always_inline]] inline KeyRange KeysOf(const int* visible, const int* first_visible, int n) {
  KeyRange keys = {visible[0], 0};
  for (int r = 0; r < n; ++r) {
    const int from = first_visible == nullptr ? 0 : first_visible[r];
    keys.first = from < keys.first ? from : keys.first;
    keys.last = visible[r] > keys.last ? visible[r] : keys.last;
  }
  return keys;
}

// What one row sees of the n keys from `span` on, counted from there; empty if last <= first.
[[gnu::always_inline]] inline KeyRange KeysInSpan(const int* visible, const int* first_visible,
                                                  int row, int span, int n) {
  const int first = first_visible == nullptr ? 0 : first_visible[row] - span;
  const int last = visible[row] - span;
  return {first < 0 ? 0 : first, last < n ? last : n};
}

// Where to begin within a span: at the first block that any row sees. What lies before weighs
// exactly nothing, and whole blocks do not shift the sixteen lanes: leaving it out cannot show.
[[gnu::always_inline]] inline int BeginOfSpan(int span, KeyRange keys) {
  return span < keys.first ? keys.first / kBlockKeys * kBlockKeys : span;
}

// How many vectors of so many rows fit the registers beside what is loaded of the keys and a
// broadcast.
constexpr int AttentionVectors(int rows) {
  return rows * 4 + 3 <= kAttentionRegisters ? 4 : rows * 2 + 3 <= kAttentionRegisters ? 2 : 1;
}

#include "kernels/generic/attention_f32.inl"
//
#include "kernels/generic/attention_i8.inl"
//
#include "kernels/generic/attention_i16.inl"

void Attention(const AttentionJob& job) {
  if (job.type == KvType::kF32) {
    AttentionOfF32(job);
  } else {
    AttentionOfI16(job);
  }
}
