// Least recently used.
#include "grammar/mask/mask_cache.h"

#include "grammar/mask/mask_builder.h"

namespace bantam::grammar {

namespace {

// Where so many more bytes may be owed than are, the budget takes nothing: the mask is that of
// every larger budget. It is computed with just so many, to be of use when there are fewer left.
constexpr int64_t kAmple = 4096;

}  // namespace

bool MaskCache::Fill(const TokenTrie& trie, Matcher& matcher, int64_t finish_bytes_max,
                     TokenMask& mask) {
  key_.clear();
  AppendToPosition(trie.serial(), key_);
  if (!matcher.AppendPosition(key_)) return FillMask(trie, matcher, finish_bytes_max, mask);
  if (const auto found = index_.find(key_); found != index_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    const Entry& entry = *found->second;
    if (entry.finish_bytes_max > finish_bytes_max) {
      return FillMask(trie, matcher, finish_bytes_max, mask);
    }
    mask = entry.mask;
    return false;
  }
  const int64_t ample = matcher.FinishBytes() + kAmple;
  const uint32_t losses = matcher.losses();
  if (ample > finish_bytes_max || FillMask(trie, matcher, ample, mask)) {
    return FillMask(trie, matcher, finish_bytes_max, mask);
  }
  if (matcher.losses() != losses) return false;  // the caller asks again
  entries_.push_front({key_, ample, mask});
  index_.emplace(entries_.front().position, entries_.begin());
  if (entries_.size() > kMostMasks) {
    index_.erase(entries_.back().position);
    entries_.pop_back();
  }
  return false;
}

}  // namespace bantam::grammar
