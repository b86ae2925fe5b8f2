// The tree of blocks. Order in the pool's ring: a table is released from its end, so a block
// becomes idle before its parent does, and recycling the longest idle one always takes a leaf.
#include "engine/prefix_cache.h"

#include <algorithm>

#include "base/check.h"

namespace bantam {
namespace {

int CommonPrefix(std::span<const TokenId> a, std::span<const TokenId> b) {
  const size_t n = std::min(a.size(), b.size());
  size_t i = 0;
  while (i < n && a[i] == b[i]) ++i;
  return static_cast<int>(i);
}

// The part of a sequence that a block at `index` of its table holds.
std::span<const TokenId> PartOf(std::span<const TokenId> tokens, size_t index) {
  const size_t begin = std::min(tokens.size(), index * kKvBlockTokens);
  return tokens.subspan(begin, std::min<size_t>(kKvBlockTokens, tokens.size() - begin));
}

}  // namespace

PrefixCache::PrefixCache(int n_blocks, bool reuse)
    : reuse_(reuse), pool_(n_blocks), nodes_(static_cast<size_t>(n_blocks) + 1) {}

std::span<const TokenId> PrefixCache::TokensOf(int block) const {
  return std::span(node(block).tokens).first(static_cast<size_t>(node(block).n_computed));
}

void PrefixCache::Attach(int block, int parent, uint64_t variant) {
  Node& self = node(block);
  self.variant = variant;
  self.n_known = self.n_computed = 0;
  self.parent = parent;
  self.first_child = self.previous = kNone;
  self.next = node(parent).first_child;
  if (self.next != kNone) node(self.next).previous = block;
  node(parent).first_child = block;
}

void PrefixCache::Detach(int block) {
  Node& self = node(block);
  CHECK(self.first_child == kNone);
  if (self.previous == kNone) {
    node(self.parent).first_child = self.next;
  } else {
    node(self.previous).next = self.next;
  }
  if (self.next != kNone) node(self.next).previous = self.previous;
  self.parent = kNone;
  self.n_known = self.n_computed = 0;
}

// Appends an empty block to the table; kNone if there is none.
int PrefixCache::Allocate(BlockTable& table) {
  const auto allocation = pool_.Allocate();
  if (!allocation) return kNone;
  if (allocation->recycled) Detach(allocation->block);
  Attach(allocation->block, LastOf(table), table.variant);
  table.blocks.push_back(allocation->block);
  return allocation->block;
}

int PrefixCache::FindFull(int parent, uint64_t variant, std::span<const TokenId> tokens) const {
  for (int child = node(parent).first_child; child != kNone; child = node(child).next) {
    if (node(child).variant == variant && node(child).n_computed == kKvBlockTokens &&
        CommonPrefix(node(child).tokens, tokens) == kKvBlockTokens) {
      return child;
    }
  }
  return kNone;
}

PrefixCache::Match PrefixCache::Extend(BlockTable& table, std::span<const TokenId> tokens) {
  CHECK(table.computed == static_cast<int>(table.blocks.size()) * kKvBlockTokens);
  if (!reuse_ || tokens.empty()) return {};
  const std::span<const TokenId> wanted = tokens.first(tokens.size() - 1);
  while (table.computed + kKvBlockTokens <= static_cast<int>(wanted.size())) {
    const int block = FindFull(LastOf(table), table.variant, PartOf(wanted, table.blocks.size()));
    if (block == kNone) break;
    pool_.Acquire(block);
    table.blocks.push_back(block);
    table.computed += kKvBlockTokens;
  }
  return Copy(table, PartOf(wanted, table.blocks.size()));
}

// Looks for the child that has the most of the next tokens, or is about to.
PrefixCache::Match PrefixCache::Copy(BlockTable& table, std::span<const TokenId> tokens) {
  // Waiting costs a step: not worth it for the few tokens that all chats open with.
  constexpr int kWorthWaiting = 16;
  Match match;
  int coming = 0;
  for (int child = node(LastOf(table)).first_child; child != kNone; child = node(child).next) {
    const Node& other = node(child);
    if (other.variant != table.variant) continue;
    const int common =
        CommonPrefix(std::span(other.tokens).first(static_cast<size_t>(other.n_known)), tokens);
    const int there = std::min(common, other.n_computed);
    coming = std::max(coming, common);
    if (there > match.n_tokens) {
      match.n_tokens = there;
      match.from_block = child;
    }
  }
  if (coming >= match.n_tokens + kWorthWaiting) return {.outcome = Outcome::kWait};
  if (match.n_tokens == 0) return {};
  pool_.Acquire(match.from_block);  // or it might be recycled as the copy
  match.to_block = Allocate(table);
  pool_.Release(match.from_block, /*keep=*/true);
  if (match.to_block == kNone) return {};
  Node& copy = node(match.to_block);
  copy.n_known = copy.n_computed = match.n_tokens;
  std::copy_n(tokens.begin(), match.n_tokens, copy.tokens.begin());
  table.computed += match.n_tokens;
  match.outcome = Outcome::kCopy;
  return match;
}

int PrefixCache::Known(std::span<const TokenId> tokens, uint64_t variant) const {
  int parent = root();
  size_t n = 0;
  while (reuse_ && (n + 1) * kKvBlockTokens <= tokens.size()) {
    const int block = FindFull(parent, variant, PartOf(tokens, n));
    if (block == kNone) break;
    parent = block;
    ++n;
  }
  return static_cast<int>(n) * kKvBlockTokens;
}

bool PrefixCache::Cover(BlockTable& table, std::span<const TokenId> tokens, int end) {
  CHECK(end <= static_cast<int>(tokens.size()));
  const size_t n_blocks = static_cast<size_t>(BlocksFor(end));
  for (size_t i = static_cast<size_t>(table.computed / kKvBlockTokens); i < n_blocks; ++i) {
    if (i == table.blocks.size() && Allocate(table) == kNone) return false;
    Node& last = node(table.blocks[i]);
    const std::span<const TokenId> part = PartOf(tokens, i);
    std::copy(part.begin(), part.end(), last.tokens.begin());
    last.n_known = static_cast<int>(part.size());
  }
  return true;
}

void PrefixCache::Commit(BlockTable& table, int n) {
  const int end = table.computed + n;
  CHECK(BlocksFor(end) <= static_cast<int>(table.blocks.size()));
  for (size_t i = static_cast<size_t>(table.computed / kKvBlockTokens);
       i < static_cast<size_t>(BlocksFor(end)); ++i) {
    Node& self = node(table.blocks[i]);
    self.n_computed = std::min(kKvBlockTokens, end - static_cast<int>(i) * kKvBlockTokens);
    CHECK(self.n_computed <= self.n_known);
  }
  const int first = table.computed / kKvBlockTokens;
  table.computed = end;
  if (!reuse_) return;
  for (int i = first; i < end / kKvBlockTokens; ++i) Seal(table, i);
}

// A block has become full: drops what it makes superfluous.
void PrefixCache::Seal(BlockTable& table, int index) {
  const int block = table.blocks[static_cast<size_t>(index)];
  int next = kNone;
  for (int other = node(node(block).parent).first_child; other != kNone; other = next) {
    next = node(other).next;
    const std::span<const TokenId> theirs = TokensOf(other);
    if (other == block || node(other).variant != table.variant ||
        CommonPrefix(theirs, node(block).tokens) < std::ssize(theirs))
      continue;
    if (theirs.size() == kKvBlockTokens) {
      if (node(block).first_child != kNone) continue;
      pool_.Acquire(other);
      table.blocks[static_cast<size_t>(index)] = other;
      Detach(block);
      pool_.Release(block, /*keep=*/false);
      return;
    }
    if (pool_.IsIdle(other)) {  // the end of an earlier turn, of which this is the continuation
      Detach(other);
      pool_.Free(other);
    }
  }
}

void PrefixCache::Release(BlockTable& table) {
  for (auto block = table.blocks.rbegin(); block != table.blocks.rend(); ++block) {
    Node& self = node(*block);
    if (pool_.references(*block) == 1) self.n_known = self.n_computed;  // nobody goes on with it
    const bool keep = reuse_ && self.n_computed > 0;
    if (!keep && pool_.references(*block) == 1) Detach(*block);
    pool_.Release(*block, keep);
  }
  table.blocks.clear();
  table.computed = 0;
}

void PrefixCache::Clear() {
  while (pool_.idle() > 0) {  // longest idle first is leaves first
    const int block = pool_.LongestIdle();
    Detach(block);
    pool_.Free(block);
  }
}

int PrefixCache::SharedBlocks(std::span<const TokenId> tokens, uint64_t variant) const {
  int n = 0;
  int parent = root();
  while (reuse_ && (n + 1) * kKvBlockTokens < static_cast<int>(tokens.size())) {
    const int block = FindFull(parent, variant, PartOf(tokens, static_cast<size_t>(n)));
    if (block == kNone || pool_.IsIdle(block)) break;
    parent = block;
    ++n;
  }
  return n;
}

}  // namespace bantam
