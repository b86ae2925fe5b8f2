// Short pieces, nearly all, scan an array for the next merge; long ones keep a queue.
#include "text/bpe.h"

namespace bantam {
namespace {

constexpr size_t kShort = 32;           // bytes; up to here the scan beats the queue
constexpr size_t kLongest = 1u << 31;   // positions take 32 bits: cut a longer piece
constexpr uint32_t kNone = UINT32_MAX;  // no neighbour

}  // namespace

void Bpe::Encode(std::string_view piece, std::vector<TokenId>& ids, Scratch& scratch) const {
  if (piece.size() <= kShort) return EncodeShort(piece, ids);
  for (; piece.size() > kLongest; piece.remove_prefix(kLongest)) {
    EncodeLong(piece.substr(0, kLongest), ids, scratch);
  }
  EncodeLong(piece, ids, scratch);
}

void Bpe::EncodeShort(std::string_view piece, std::vector<TokenId>& ids) const {
  std::array<TokenId, kShort> symbols;
  std::array<Merge, kShort> merges;  // merges[i] is that of symbols i and i + 1
  size_t n = 0;
  for (const char c : piece) {
    const TokenId id = byte_ids_[static_cast<uint8_t>(c)];
    if (id < 0) continue;
    if (n > 0) merges[n - 1] = merges_.Find(symbols[n - 1], id);
    symbols[n++] = id;
  }
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
  ids.insert(ids.end(), symbols.begin(), symbols.begin() + static_cast<ptrdiff_t>(n));
}

void Bpe::EncodeLong(std::string_view piece, std::vector<TokenId>& ids, Scratch& scratch) const {
  auto& symbols = scratch.symbols;
  MergeQueue& queue = scratch.queue;
  symbols.clear();
  queue.Clear();
  for (const char c : piece) {
    const TokenId id = byte_ids_[static_cast<uint8_t>(c)];
    if (id < 0) continue;
    const auto i = static_cast<uint32_t>(symbols.size());
    symbols.push_back({id, i - 1, i + 1, {}});  // 0 - 1 is kNone
  }
  if (symbols.empty()) return;
  symbols.back().next = kNone;

  const auto update = [&](uint32_t i) {
    Scratch::Symbol& symbol = symbols[i];
    const uint32_t next = symbol.next;
    symbol.merge = next == kNone ? Merge{} : merges_.Find(symbol.id, symbols[next].id);
    if (symbol.merge.rank != kNoMerge) queue.Push({symbol.merge.rank, i});
  };
  for (uint32_t i = 0; i < symbols.size(); ++i) update(i);
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
  for (uint32_t i = 0; i != kNone; i = symbols[i].next) ids.push_back(symbols[i].id);
}

}  // namespace bantam
