// Scans of the whole vocabulary, written so that compilers turn the inner loops into vectors.
#include "engine/candidates.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "base/check.h"

namespace bantam {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr uint64_t kEveryBit = ~uint64_t{0};

// One word of a mask covers one block of logits.
constexpr size_t kBlock = TokenMask::kWordBits;
constexpr size_t kLanes = 16;

// The largest of 64 logits; lanes first, so that the loop has no dependency to wait for.
float BlockMax(const float* block) {
  std::array<float, kLanes> lanes;
  for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] = block[lane];
  for (size_t row = kLanes; row < kBlock; row += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float logit = block[row + lane];
      lanes[lane] = logit > lanes[lane] ? logit : lanes[lane];
    }
  }
  float max = lanes[0];
  for (float lane : lanes) max = lane > max ? lane : max;
  return max;
}

// Calls see(id, logit) for every allowed token with logit > threshold(), by ascending id.
// `threshold` may rise meanwhile: blocks that lie wholly below it cost four vector maxima.
template <typename Threshold, typename See>
void Scan(std::span<const float> logits, const TokenMask* mask, const Threshold& threshold,
          const See& see) {
  CHECK(mask == nullptr || static_cast<size_t>(mask->size()) == logits.size());
  for (size_t begin = 0; begin < logits.size(); begin += kBlock) {
    const uint64_t allowed = mask == nullptr ? kEveryBit : mask->words()[begin / kBlock];
    if (allowed == 0) continue;
    const size_t n = std::min(kBlock, logits.size() - begin);
    const float* block = logits.data() + begin;
    if (n == kBlock && !(BlockMax(block) > threshold())) continue;
    for (size_t i = 0; i < n; ++i) {
      if ((allowed >> i & 1) != 0 && block[i] > threshold()) {
        see(static_cast<TokenId>(begin + i), block[i]);
      }
    }
  }
}

}  // namespace

TokenId FindBadLogit(std::span<const float> logits) {
  constexpr float kMax = std::numeric_limits<float>::max();
  uint32_t bad = 0;
  for (float logit : logits) bad |= static_cast<uint32_t>(!(logit <= kMax));
  if (bad == 0) return -1;
  for (size_t i = 0; i < logits.size(); ++i) {
    if (!(logits[i] <= kMax)) return static_cast<TokenId>(i);
  }
  return -1;
}

TokenId Likeliest(std::span<const float> logits, const TokenMask* mask) {
  Candidate best{-kInfinity, -1};
  Scan(
      logits, mask, [&] { return best.logit; },
      [&](TokenId id, float logit) { best = {logit, id}; });
  return best.id;
}

void SelectTop(std::span<const float> logits, const TokenMask* mask, int k,
               std::vector<Candidate>& out) {
  out.clear();
  if (k <= 0) return;
  const size_t keep = std::min(static_cast<size_t>(k), logits.size());
  // Collects up to `room`, then drops all but the best and raises the bar. A later token equal
  // to the bar has a larger id than the one that set it, so it loses: "above" is exact.
  const size_t room = std::min(std::max(2 * keep, kBlock), logits.size());
  out.reserve(room);
  float bar = -kInfinity;
  const auto drop = [&] {
    if (out.size() <= keep) return;
    const auto last = out.begin() + static_cast<ptrdiff_t>(keep - 1);
    std::nth_element(out.begin(), last, out.end(), Likelier);
    bar = last->logit;
    out.resize(keep);
  };
  Scan(
      logits, mask, [&] { return bar; },
      [&](TokenId id, float logit) {
        out.push_back({logit, id});
        if (out.size() == room) drop();
      });
  drop();
  std::sort(out.begin(), out.end(), Likelier);
}

void SelectAll(std::span<const float> logits, const TokenMask* mask, std::vector<Candidate>& out) {
  out.clear();
  Scan(
      logits, mask, [] { return -kInfinity; },
      [&](TokenId id, float logit) { out.push_back({logit, id}); });
}

}  // namespace bantam
