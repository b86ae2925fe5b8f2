// Masks by the clock.
#include "cli/mask_stats.h"

#include <time.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "cli/format_text.h"

namespace bantam::cli {
namespace {

// More tokens than any text has, so that no budget is felt.
constexpr int kNoLimit = 1 << 30;

bool Has(std::span<const uint64_t> mask, TokenId token) {
  const auto id = static_cast<size_t>(token);
  return id / 64 < mask.size() && (mask[id / 64] >> (id % 64) & 1) != 0;
}

bool HasEnd(std::span<const uint64_t> mask, const Model& model) {
  for (size_t word = 0; word < mask.size(); ++word) {
    for (uint64_t bits = mask[word]; bits != 0; bits &= bits - 1) {
      const size_t id = word * 64 + static_cast<size_t>(std::countr_zero(bits));
      if (model.IsEndToken(static_cast<TokenId>(id))) return true;
    }
  }
  return false;
}

}  // namespace

double ThreadMicroseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

Result<MaskTrace> TraceMasks(const Environment& env, std::shared_ptr<const Shape> shape,
                             std::shared_ptr<const Model> model, std::string_view text) {
  const std::vector<TokenId> tokens =
      model->Tokenize(text, {.add_special = false, .parse_special = false});
  const auto writer = TRY(env.backend.start_writer(std::move(shape), model, kNoLimit));
  MaskTrace trace;
  for (size_t i = 0;; ++i) {
    const double start = ThreadMicroseconds();
    const std::span<const uint64_t> mask = writer->Allowed();
    trace.mask_us.push_back(ThreadMicroseconds() - start);
    trace.completion_bytes.push_back(writer->CompletionBytes());
    if (i == tokens.size()) {
      trace.accepted = HasEnd(mask, *model);
      return trace;
    }
    const bool legal = Has(mask, tokens[i]);
    // A legal token may be refused where a vocabulary lacks bytes.
    const bool accepted = writer->Accept(tokens[i]);
    if (accepted && !legal) {
      return Fail(ErrorCode::kInternal, "the mask does not have token " +
                                            std::to_string(tokens[i]) + " (number " +
                                            std::to_string(i) + "), which was accepted");
    }
    if (!accepted) return trace;
  }
}

std::string QuantilesJson(std::vector<double> values) {
  if (values.empty()) return "null";
  std::ranges::sort(values);
  const auto at = [&](double share) {
    const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(values.size())));
    return FormatFixed(values[std::max<size_t>(rank, 1) - 1], 3);
  };
  return "{\"p50\":" + at(0.5) + ",\"p99\":" + at(0.99) + ",\"p99.9\":" + at(0.999) +
         ",\"max\":" + at(1) + "}";
}

}  // namespace bantam::cli
