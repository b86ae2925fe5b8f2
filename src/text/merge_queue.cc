// Keys are rank << 32 | position.
#include "text/merge_queue.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace bantam {

void MergeQueue::Clear() {
  last_ = 0;
  in_use_ = 0;
  for (auto& bucket : buckets_) bucket.clear();
  below_.clear();
}

void MergeQueue::Push(Entry entry) {
  const uint64_t key = (uint64_t{entry.rank} << 32) | entry.position;
  if (key < last_) {
    below_.push_back(key);
    std::push_heap(below_.begin(), below_.end(), std::greater<>());
    return;
  }
  const auto i = static_cast<size_t>(std::bit_width(key ^ last_));
  buckets_[i].push_back(key);
  in_use_ |= uint64_t{1} << i;
}

bool MergeQueue::Pop(Entry& entry) {
  uint64_t key = 0;
  if (!below_.empty()) {
    std::pop_heap(below_.begin(), below_.end(), std::greater<>());
    key = below_.back();
    below_.pop_back();
  } else {
    if (in_use_ == 0) return false;
    if (buckets_[0].empty()) Refill();
    key = buckets_[0].back();
    buckets_[0].pop_back();
    if (buckets_[0].empty()) in_use_ &= ~uint64_t{1};
  }
  entry = {static_cast<uint32_t>(key >> 32), static_cast<uint32_t>(key)};
  return true;
}

// Spreads the first bucket in use over those before it.
void MergeQueue::Refill() {
  const auto first = static_cast<size_t>(std::countr_zero(in_use_));
  std::vector<uint64_t>& bucket = buckets_[first];
  last_ = *std::min_element(bucket.begin(), bucket.end());
  for (const uint64_t key : bucket) {
    const auto i = static_cast<size_t>(std::bit_width(key ^ last_));
    buckets_[i].push_back(key);
    in_use_ |= uint64_t{1} << i;
  }
  bucket.clear();
  in_use_ &= ~(uint64_t{1} << first);
}

}  // namespace bantam
