// PrefixCache: finds the keys and values of token sequences that have been computed before.
//
// A radix tree whose nodes are the blocks themselves (64 tokens; shorter only at the end of a
// sequence): the path from the root spells out the tokens. Follows the idea of Zheng et al.,
// "SGLang: Efficient Execution of Structured Language Model Programs" (NeurIPS 2024), and Kwon et
// al., "Efficient Memory Management for Large Language Model Serving with PagedAttention"
// (SOSP 2023).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/vocabulary.h"
#include "engine/block_pool.h"
#include "model/kv_cache.h"

namespace bantam {

// The blocks of one sequence, in order: a path of the tree. Owned by the sequence, changed only
// by the cache, which holds one reference per entry.
struct BlockTable {
  std::vector<int> blocks;
  int computed = 0;  // tokens whose keys and values are there
  // Of the model that computes them: equal tokens give other keys and values in another one. The
  // root's children of each variant are a tree of their own.
  uint64_t variant = 0;
};

// Pure bookkeeping: whoever calls computes and copies what it is told to. Equal tokens give equal
// keys and values in a variant whoever computes them, so nothing here can change an answer. Not
// thread-safe.
class PrefixCache {
 public:
  // Without `reuse` nothing is ever found again: blocks are only handed out and taken back.
  PrefixCache(int n_blocks, bool reuse);

  enum class Outcome : uint8_t {
    kNothing,  // no more to be found: compute what is missing
    kCopy,     // copy the first n tokens of one block into another, now
    kWait,     // another sequence is about to compute the next tokens: ask again after its step
  };
  struct Match {
    Outcome outcome = Outcome::kNothing;
    int from_block = -1;
    int to_block = -1;
    int n_tokens = 0;
  };

  // Extends a table whose blocks are all full by blocks that hold the next of `tokens`, in any
  // case fewer than all of them (the last token must be run for its logits). Whole blocks are
  // shared; of a partly matching block a copy is asked for, and counts as computed at once.
  Match Extend(BlockTable& table, std::span<const TokenId> tokens);

  // How many of the first tokens are there in whole blocks.
  int Known(std::span<const TokenId> tokens, uint64_t variant) const;

  // Makes the table cover the first `end` of `tokens`. False if the pool has too few blocks; the
  // table then covers less. Tokens known beyond `end` are noted, so that others can wait for them.
  bool Cover(BlockTable& table, std::span<const TokenId> tokens, int end);

  // The next n tokens have been computed. A block that is full now may be replaced by an equal
  // one that was there before, so that sequences which say the same share memory.
  void Commit(BlockTable& table, int n);

  // Gives all blocks back. What is computed stays until its memory is needed.
  void Release(BlockTable& table);

  // Forgets every block that is not in use.
  void Clear();

  // Tokens of the prefix that Extend would share with sequences that run now: these blocks need
  // no memory of their own.
  int SharedBlocks(std::span<const TokenId> tokens, uint64_t variant) const;

  const BlockPool& pool() const { return pool_; }
  // The tokens a block stands for, as far as they are computed.
  std::span<const TokenId> TokensOf(int block) const;

  static int BlocksFor(int n_tokens) { return (n_tokens + kKvBlockTokens - 1) / kKvBlockTokens; }

 private:
  static constexpr int kNone = -1;

  struct Node {
    std::array<TokenId, kKvBlockTokens> tokens;
    int n_known = 0;     // tokens that are or will be in the block
    int n_computed = 0;  // tokens that are
    int parent = kNone;
    int first_child = kNone;
    int next = kNone;  // among the parent's children
    int previous = kNone;
    uint64_t variant = 0;
  };

  Node& node(int block) { return nodes_[static_cast<size_t>(block)]; }
  const Node& node(int block) const { return nodes_[static_cast<size_t>(block)]; }
  // The root is the node after the last block.
  int root() const { return pool_.size(); }
  int LastOf(const BlockTable& table) const {
    return table.blocks.empty() ? root() : table.blocks.back();
  }

  int Allocate(BlockTable& table);
  void Attach(int block, int parent, uint64_t variant);
  void Detach(int block);
  int FindFull(int parent, uint64_t variant, std::span<const TokenId> tokens) const;
  Match Copy(BlockTable& table, std::span<const TokenId> tokens);
  void Seal(BlockTable& table, int index);

  bool reuse_;
  BlockPool pool_;
  std::vector<Node> nodes_;
};

}  // namespace bantam
