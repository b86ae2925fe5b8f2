// Short pieces, nearly all, scan an array for the next merge; long ones keep a queue.
#include "text/pair_merger.h"

#include <algorithm>
#include <array>

namespace bantam {
namespace {

using Rule = ::bantam::Merge;

constexpr size_t kShort = 32;           // symbols; up to here the scan beats the queue
constexpr size_t kLongest = 1u << 31;   // positions take 32 bits: cut a longer piece
constexpr uint32_t kNone = UINT32_MAX;  // no neighbour

}  // namespace

void PairMerger::Merge(std::vector<TokenId>& ids, size_t first, Scratch& scratch) const {
  if (ids.size() - first <= kShort) return MergeShort(ids, first);
  size_t done = first;
  for (size_t begin = first; begin < ids.size();) {
    const size_t n = std::min(ids.size() - begin, kLongest);
    const size_t merged = MergeLong(ids.data() + begin, n, scratch);
    std::copy_n(ids.data() + begin, merged, ids.data() + done);
    done += merged;
    begin += n;
  }
  ids.resize(done);
}

void PairMerger::MergeShort(std::vector<TokenId>& ids, size_t first) const {
  TokenId* symbols = ids.data() + first;
  size_t n = ids.size() - first;
  std::array<Rule, kShort> merges;  // merges[i] is that of symbols i and i + 1
  for (size_t i = 0; i + 1 < n; ++i) merges[i] = merges_.Find(symbols[i], symbols[i + 1]);
  while (n > 1) {
    size_t best = 0;
    for (size_t i = 1; i + 1 < n; ++i) {
      if (merges[i].rank < merges[best].rank) best = i;
    }
    if (merges[best].rank == kNoMerge) break;
    symbols[best] = merges[best].result;
    for (size_t i = best + 1; i + 1 < n; ++i) {
      symbols[i] = symbols[i + 1];
      merges[i - 1] = merges[i];
    }
    --n;
    if (best > 0) merges[best - 1] = merges_.Find(symbols[best - 1], symbols[best]);
    if (best + 1 < n) merges[best] = merges_.Find(symbols[best], symbols[best + 1]);
  }
  ids.resize(first + n);
}

// Returns how many symbols are left, from ids[0] on.
size_t PairMerger::MergeLong(TokenId* ids, size_t n, Scratch& scratch) const {
  auto& symbols = scratch.symbols;
  MergeQueue& queue = scratch.queue;
  symbols.clear();
  queue.Clear();
  for (uint32_t i = 0; i < n; ++i) symbols.push_back({ids[i], i - 1, i + 1, {}});  // 0 - 1: kNone
  symbols.back().next = kNone;

  const auto update = [&](uint32_t i) {
    Scratch::Symbol& symbol = symbols[i];
    const uint32_t next = symbol.next;
    symbol.merge = next == kNone ? Rule{} : merges_.Find(symbol.id, symbols[next].id);
    if (symbol.merge.rank != kNoMerge) queue.Push({symbol.merge.rank, i});
  };
  for (uint32_t i = 0; i < n; ++i) update(i);
  for (MergeQueue::Entry top{}; queue.Pop(top);) {
    Scratch::Symbol& symbol = symbols[top.position];
    if (symbol.merge.rank != top.rank) continue;  // the pair has changed since
    const uint32_t gone = symbol.next;
    symbol.id = symbol.merge.result;
    symbol.next = symbols[gone].next;
    symbols[gone].merge = {};
    if (symbol.next != kNone) symbols[symbol.next].previous = top.position;
    update(top.position);
    if (symbol.previous != kNone) update(symbol.previous);
  }
  size_t left = 0;
  for (uint32_t i = 0; i != kNone; i = symbols[i].next) ids[left++] = symbols[i].id;
  return left;
}

}  // namespace bantam
