// A free list and a ring of idle blocks in order of release.
#include "engine/block_pool.h"

#include "base/check.h"

namespace bantam {

BlockPool::BlockPool(int n_blocks) : entries_(static_cast<size_t>(n_blocks) + 1) {
  entry(ring()).next = entry(ring()).previous = ring();
  for (int block = n_blocks - 1; block >= 0; --block) PushFree(block);
}

void BlockPool::PushFree(int block) {
  entry(block).state = State::kFree;
  entry(block).next = free_;
  free_ = block;
  ++n_free_;
}

void BlockPool::Unlink(int block) {
  CHECK(entry(block).state == State::kIdle);
  entry(entry(block).previous).next = entry(block).next;
  entry(entry(block).next).previous = entry(block).previous;
  --n_idle_;
}

std::optional<BlockPool::Allocation> BlockPool::Allocate() {
  int block = free_;
  const bool recycled = block < 0;
  if (!recycled) {
    free_ = entry(block).next;
    --n_free_;
  } else {
    block = entry(ring()).next;
    if (block == ring()) return std::nullopt;
    Unlink(block);
  }
  entry(block).state = State::kUsed;
  entry(block).references = 1;
  return Allocation{block, recycled};
}

void BlockPool::Acquire(int block) {
  CHECK(entry(block).state != State::kFree);
  if (entry(block).state == State::kIdle) {
    Unlink(block);
    entry(block).state = State::kUsed;
  }
  ++entry(block).references;
}

void BlockPool::Release(int block, bool keep) {
  CHECK(entry(block).state == State::kUsed && entry(block).references > 0);
  if (--entry(block).references > 0) return;
  if (!keep) {
    PushFree(block);
    return;
  }
  entry(block).state = State::kIdle;
  const int last = entry(ring()).previous;
  entry(block).previous = last;
  entry(block).next = ring();
  entry(last).next = block;
  entry(ring()).previous = block;
  ++n_idle_;
}

void BlockPool::Free(int idle_block) {
  Unlink(idle_block);
  PushFree(idle_block);
}

}  // namespace bantam
