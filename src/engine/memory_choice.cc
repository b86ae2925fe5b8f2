// Tries the steps of the order one after the other.
#include "engine/memory_choice.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/memory_info.h"
#include "engine/prefix_cache.h"
#include "model/transformer.h"

namespace bantam {
namespace {

constexpr int kMostContext = 32768;  // of those that are not asked for
constexpr int kMaxContext = 1 << 24;
constexpr int kMaxSequences = 1024;

// What is tried together, and the least context it must leave.
struct Step {
  int least_context;
  KvPrecision kv;
  WeightLayout weights;
  int chunk;
};

constexpr KvPrecision k16 = KvPrecision::k16;
constexpr KvPrecision k8 = KvPrecision::k8;
constexpr WeightLayout kPacked = WeightLayout::kPacked;
constexpr WeightLayout kMapped = WeightLayout::kMapped;

constexpr std::array<Step, 6> kSteps = {{{kMaxContext, k16, kPacked, 512},
                                         {8192, k16, kPacked, 512},
                                         {8192, k16, kPacked, 128},
                                         {8192, k8, kPacked, 128},

                                         {2048, k8, kPacked, 128},
                                         {2048, k8, kMapped, 128}}};
constexpr std::array<Step, 4> kLastSteps = {{{512, k8, kPacked, 128},
                                             {512, k8, kMapped, 128},
                                             {512, k8, kPacked, 32},
                                             {512, k8, kMapped, 32}}};

std::string Mebibytes(uint64_t bytes) {
  const uint64_t tenths = (bytes * 10 + (uint64_t{1} << 19)) >> 20;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

std::string Counted(int64_t count) {
  std::string digits = std::to_string(count);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

class Chooser {
 public:
  Chooser(const MemoryWish& wish, const MemoryRoom& room, std::optional<uint64_t> budget)
      : wish_(wish),
        room_(room),
        budget_(budget),
        context_(wish.context > 0 ? wish.context : std::min(room.context_length, kMostContext)) {}

  MemoryUse Wished() const { return UseOf(kSteps[0], wish_.max_sequences); }
  // The least that can be run.
  MemoryUse Least() const {
    MemoryUse least = UseOf(kLastSteps[2], wish_.fewer_sequences ? 1 : wish_.max_sequences);
    const MemoryUse mapped = UseOf(kLastSteps[3], least.sequences);
    if (room_.plan(mapped).total() < room_.plan(least).total()) least = mapped;
    return least;
  }

  std::optional<MemoryUse> Choose() const {
    for (int n = wish_.max_sequences; n > 0; n = wish_.fewer_sequences ? n / 2 : 0) {
      for (const Step& step : kSteps) {
        if (const auto use = Try(step, n)) return use;
      }
    }
    for (const Step& step : kLastSteps) {
      if (const auto use = Try(step, Least().sequences)) return use;
    }
    return std::nullopt;
  }

  // Of weights that are not to be resident as a whole.
  std::optional<MemoryUse> ChoosePaged() {
    paged_ = true;
    // Keys and values take room from the pages of weights: no more than most chats need.
    if (wish_.context == 0) context_ = std::min(context_, 4096);
    constexpr std::array<std::pair<int, int>, 3> kPagedSteps = {
        {{4096, 512}, {2048, 128}, {512, 32}}};
    for (const auto& [least, chunk] : kPagedSteps) {
      if (const auto use = Try({least, k8, kMapped, chunk}, Least().sequences)) return use;
    }
    return std::nullopt;
  }

 private:
  MemoryUse UseOf(const Step& step, int sequences) const {
    MemoryUse use;
    use.context = wish_.context > 0 ? context_ : std::min(context_, step.least_context);
    use.sequences = sequences;
    use.prompt_chunk = wish_.prompt_chunk > 0 ? wish_.prompt_chunk : step.chunk;
    use.kv = room_.exact ? wish_.kv.value_or(k16) : wish_.kv.value_or(step.kv);
    use.weights = wish_.weights != WeightLayout::kAuto ? wish_.weights : step.weights;
    if (room_.exact) use.weights = kMapped;
    use.shapes = wish_.shapes;
    use.shared = wish_.shared;
    return use;
  }

  bool Fits(const MemoryUse& use) const {
    if (!budget_) return true;
    const MemoryPlan plan = room_.plan(use);
    return (paged_ ? plan.own() : plan.total()) <= *budget_;
  }

  // The largest context that fits, if it is no less than the step's.
  std::optional<MemoryUse> Try(const Step& step, int sequences) const {
    MemoryUse use = UseOf(step, sequences);
    if (!Fits(use)) return std::nullopt;
    int fitting = use.context;
    use.context = context_;
    if (Fits(use)) return use;
    // In blocks of 64 from here on.
    int most = context_;
    while (most - fitting > kKvBlockTokens) {
      const int middle =
          (fitting + (most - fitting) / 2 + kKvBlockTokens - 1) / kKvBlockTokens * kKvBlockTokens;
      if (middle >= most) break;
      use.context = middle;
      (Fits(use) ? fitting : most) = middle;
    }
    use.context = fitting;
    return use;
  }

  const MemoryWish& wish_;
  const MemoryRoom& room_;
  std::optional<uint64_t> budget_;
  int context_;
  bool paged_ = false;
};

// How many tokens of how many sequences.
std::string Extent(const MemoryUse& use) {
  const std::string sequences = std::to_string(use.sequences) + " sequences";
  if (!use.shared) {
    return "context " + Counted(use.context) +
           (use.sequences > 1 ? " for each of " + sequences : "");
  }
  const int64_t each = int64_t{PrefixCache::BlocksFor(use.context)} * kKvBlockTokens;
  return Counted(each * use.sequences) + " tokens" +
         (use.sequences > 1 ? " shared by " + sequences : "");
}

std::string Words(const MemoryUse& use, bool exact) {
  std::string words = Extent(use) + ", ";
  words += exact ? "float32" : use.kv == k8 ? "8-bit" : "16-bit";
  words += " keys and values, ";
  words += use.weights == kPacked ? "packed" : "mapped";
  return words + " weights, prompts by " + std::to_string(use.prompt_chunk) + " tokens";
}

Result<void> CheckWish(const MemoryWish& wish) {
  const auto in_range = [](const char* name, int value, int least, int most) -> Result<void> {
    if (value >= least && value <= most) return {};
    return Fail(ErrorCode::kInvalidArgument,
                std::string(name) + " must be between " + std::to_string(least) + " and " +
                    std::to_string(most) + ", not " + std::to_string(value));
  };
  TRY(in_range("context", wish.context, 0, kMaxContext));
  TRY(in_range("max_sequences", wish.max_sequences, 1, kMaxSequences));
  return in_range("prompt_chunk", wish.prompt_chunk, 0, Transformer::kMaxBatchTokens);
}

std::unexpected<Error> Refuse(const MemoryUse& least, const MemoryPlan& plan, bool exact,
                              const MemoryChoice& choice, bool is_wish) {
  // In whole units, so that this number can be given as the next budget.
  const uint64_t needed = (plan.total() + (uint64_t{1} << 20) - 1) >> 20;
  return Fail(ErrorCode::kResourceExhausted,
              "does not fit in " + Mebibytes(choice.budget.value_or(0)) +
                  (is_wish ? "" : ", which is all that machine and cgroup leave") +
                  ": the least is " + std::to_string(needed) + "MiB (" + Words(least, exact) + ")");
}

}  // namespace

std::string MemoryChoice::Describe() const {
  const MemoryUse use = {.context = context,
                         .sequences = max_sequences,
                         .prompt_chunk = prompt_chunk,
                         .kv = kv,
                         .weights = weights,
                         .shared = shared};
  std::string text = Words(use, exact) + ": " + Mebibytes(paged ? plan.own() : plan.total());
  if (budget) text += " of " + Mebibytes(*budget);
  if (reduced) text += "; all that was wished would take " + Mebibytes(wished);
  if (paged) {
    text += "; " + Mebibytes(plan.mapped) +
            " of weights stay in the file and are read again and again: a smaller model would be "
            "faster";
  }
  return text;
}

Result<MemoryChoice> ChooseMemory(const MemoryWish& wish, const MemoryRoom& room) {
  TRY(CheckWish(wish));
  MemoryChoice choice;
  choice.shared = wish.shared;
  choice.exact = room.exact;
  choice.budget = wish.budget;
  if (room.left) choice.budget = std::min(wish.budget.value_or(*room.left), *room.left);
  Chooser chooser(wish, room, choice.budget);
  const MemoryUse wished = chooser.Wished();
  choice.wished = room.plan(wished).total();
  std::optional<MemoryUse> use = chooser.Choose();
  if (!use && (!wish.budget || wish.may_page) && wish.weights != kPacked) {
    use = chooser.ChoosePaged();
    choice.paged = use.has_value();
  }
  if (!use) {
    const MemoryUse least = chooser.Least();
    return Refuse(least, room.plan(least), room.exact, choice, choice.budget == wish.budget);
  }
  choice.context = use->context;
  choice.max_sequences = use->sequences;
  choice.prompt_chunk = use->prompt_chunk;
  choice.kv = use->kv;
  choice.weights = use->weights;
  choice.plan = room.plan(*use);
  choice.reduced = use->context != wished.context || use->sequences != wished.sequences ||
                   use->prompt_chunk != wished.prompt_chunk || use->kv != wished.kv ||
                   use->weights != wished.weights;
  return choice;
}

Result<MemoryChoice> ChooseMemory(const MemoryWish& wish, const MemoryCost& cost,
                                  std::optional<uint64_t> left) {
  const MemoryRoom room = {[&cost](const MemoryUse& use) { return cost.Plan(use); },
                           cost.weights().config().context_length,
                           cost.weights().precision() == Precision::kExact, left};
  return ChooseMemory(wish, room);
}

uint64_t ProgramBytes() {
  constexpr uint64_t kStep = uint64_t{4} << 20;
  return (ResidentBytes() + kStep - 1) / kStep * kStep;
}

std::optional<uint64_t> MemoryLeft() {
  const std::optional<uint64_t> available = AvailableMemoryBytes();
  if (!available) return std::nullopt;
  return *available + ResidentPrivateBytes();
}

}  // namespace bantam
