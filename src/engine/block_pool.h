// BlockPool: who uses which key-value block. Bookkeeping only; the memory is KvCache's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace bantam {

// Every block is free, in use (one or more references) or idle: unused, but its contents may be
// wanted again. All operations take constant time and no memory. Not thread-safe.
class BlockPool {
 public:
  explicit BlockPool(int n_blocks);

  int size() const { return static_cast<int>(entries_.size()) - 1; }
  int available() const { return n_free_ + n_idle_; }  // what Allocate can still give
  int idle() const { return n_idle_; }
  int references(int block) const { return entry(block).references; }
  bool IsIdle(int block) const { return entry(block).state == State::kIdle; }

  // A block with one reference: a free one, else the one that has been idle longest.
  struct Allocation {
    int block;
    bool recycled;  // was idle: whoever knew its contents must forget them
  };
  std::optional<Allocation> Allocate();

  // The block that has been idle longest; there must be one.
  int LongestIdle() const { return entry(ring()).next; }

  // One more reference to a block in use or idle.
  void Acquire(int block);

  // One reference less. The last one makes the block idle (`keep`) or free.
  void Release(int block, bool keep);

  // Gives up the contents of an idle block.
  void Free(int idle_block);

 private:
  enum class State : uint8_t { kFree, kUsed, kIdle };
  struct Entry {
    int references = 0;
    State state = State::kFree;
    int next = -1;  // in the free list or the ring of idle blocks
    int previous = -1;
  };

  Entry& entry(int block) { return entries_[static_cast<size_t>(block)]; }
  const Entry& entry(int block) const { return entries_[static_cast<size_t>(block)]; }
  int ring() const { return size(); }  // the entry that opens and closes the ring
  void Unlink(int block);
  void PushFree(int block);

  std::vector<Entry> entries_;  // one more than blocks: the ring's head, idle longest first
  int free_ = -1;
  int n_free_ = 0;
  int n_idle_ = 0;
};

}  // namespace bantam
