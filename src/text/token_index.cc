// Open addressing with linear probing; the tag spares most comparisons of strings.
#include "text/token_index.h"

#include <bit>

#include "text/byte_hash.h"

namespace bantam {
namespace {

// Far beyond what honest strings need at half load; bounds the time a crafted file can take.
constexpr size_t kMaxProbes = 512;

}  // namespace

TokenIndex::TokenIndex(const std::vector<std::string>& texts)
    : texts_(&texts), slots_(std::bit_ceil(2 * texts.size() + 1), {0, -1}) {}

TokenIndex::Insertion TokenIndex::Insert(TokenId id) {
  const std::string& bytes = (*texts_)[static_cast<size_t>(id)];
  const uint64_t hash = HashBytes(bytes);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  for (size_t probe = 0; probe < kMaxProbes; ++probe) {
    Slot& slot = slots_[(hash + probe) & mask];
    if (slot.id < 0) {
      slot = {tag, id};
      return Insertion::kDone;
    }
    if (slot.tag == tag && (*texts_)[static_cast<size_t>(slot.id)] == bytes) {
      return Insertion::kDuplicate;
    }
  }
  return Insertion::kCrowded;
}

TokenId TokenIndex::Find(std::string_view bytes) const {
  const uint64_t hash = HashBytes(bytes);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  for (size_t probe = 0; probe < kMaxProbes; ++probe) {
    const Slot& slot = slots_[(hash + probe) & mask];
    if (slot.id < 0) return -1;
    if (slot.tag == tag && (*texts_)[static_cast<size_t>(slot.id)] == bytes) {
      return slot.id;
    }
  }
  return -1;
}

}  // namespace bantam
