// KeySet: a set of numbers that is emptied often and at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bantam::grammar {

// Open addressing; entries carry the number of the round in which they were added.
class KeySet {
 public:
  KeySet() : slots_(kFirstSize) {}

  void Clear() {
    ++round_;
    size_ = 0;
  }

  // False: it was there.
  bool Insert(uint64_t key) {
    if (2 * (size_ + 1) > slots_.size()) Grow();
    Slot& slot = Find(key);
    if (slot.round == round_) return false;
    slot = {key, round_};
    ++size_;
    return true;
  }

 private:
  static constexpr size_t kFirstSize = 64;
  struct Slot {
    uint64_t key = 0;
    uint64_t round = 0;
  };

  Slot& Find(uint64_t key) {
    const size_t mask = slots_.size() - 1;
    size_t at = static_cast<size_t>((key ^ key >> 29) * 0x9E3779B97F4A7C15ULL >> 32) & mask;
    while (slots_[at].round == round_ && slots_[at].key != key) at = (at + 1) & mask;
    return slots_[at];
  }

  void Grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.round == round_) Find(slot.key) = slot;
    }
  }

  std::vector<Slot> slots_;
  uint64_t round_ = 1;
  size_t size_ = 0;
};

}  // namespace bantam::grammar
