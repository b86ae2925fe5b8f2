// BatchEngine::Score: log-probabilities of a given text, in chunks through the same forward pass.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "base/check.h"
#include "engine/batch_engine.h"
#include "engine/logprobs.h"

namespace bantam {

struct BatchEngine::Scoring {
  std::span<const TokenId> tokens;
  int top = 0;
  int from = 0;
  const std::function<bool(const ScoredPosition&)>& on_position;

  BlockTable table = {};
  std::vector<float> hidden = {};      // [prompt_chunk][hidden_size]
  std::vector<float> logits = {};      // [kLogitRows][vocabulary_size]
  std::optional<double> logprob = {};  // of the next token, from the row before it
  ScoredPosition position = {};
};

Result<void> BatchEngine::Score(std::span<const TokenId> tokens, int top, int from,
                                const std::function<bool(const ScoredPosition&)>& on_position) {
  if (busy_) return Fail(ErrorCode::kInvalidArgument, "a callback may not score");
  TRY(CheckTokens(tokens));
  const int n = static_cast<int>(std::min<size_t>(tokens.size(), INT32_MAX));
  if (n > options_.context) {
    return Fail(ErrorCode::kTooLong, "the text has " + std::to_string(tokens.size()) +
                                         " tokens; the context holds " +
                                         std::to_string(options_.context));
  }
  if (from < 0 || from >= n) {
    return Fail(ErrorCode::kInvalidArgument, "the first position to score must be between 0 and " +
                                                 std::to_string(n - 1) + ", not " +
                                                 std::to_string(from));
  }
  if (top < 0 || top > vocabulary_.size()) {
    return Fail(ErrorCode::kInvalidArgument, "top must be between 0 and " +
                                                 std::to_string(vocabulary_.size()) + ", not " +
                                                 std::to_string(top));
  }
  Scoring scoring{.tokens = tokens, .top = top, .from = from, .on_position = on_position};
  scoring.table.variant = VariantOf(OwnScales()).number;
  busy_ = true;
  const Result<void> result = Score(scoring);
  cache_.Release(scoring.table);
  EndCallbacks();
  return result;
}

Result<void> BatchEngine::Score(Scoring& scoring) {
  const int n = static_cast<int>(scoring.tokens.size());
  // The row before the first reported position must be run for its logits.
  const auto match =
      cache_.Extend(scoring.table, scoring.tokens.first(static_cast<size_t>(scoring.from)));
  if (match.outcome == PrefixCache::Outcome::kCopy) {
    model_->CopyPrefix(match.from_block, match.to_block, match.n_tokens);
  }
  scheduler_.MakeRoom(PrefixCache::BlocksFor(n) - static_cast<int>(scoring.table.blocks.size()));
  const int chunk = std::min(options_.prompt_chunk, model_->max_batch_tokens());
  const size_t rows = static_cast<size_t>(std::min(chunk, n));
  scoring.hidden.resize(rows * static_cast<size_t>(model_->hidden_size()));
  scoring.logits.resize(std::min<size_t>(rows, kLogitRows) *
                        static_cast<size_t>(vocabulary_.size()));
  while (scoring.table.computed < n) {
    const bool go_on = TRY(ScoreChunk(scoring, std::min(chunk, n - scoring.table.computed)));
    if (!go_on) break;
  }
  return {};
}

// False if the caller has had enough.
Result<bool> BatchEngine::ScoreChunk(Scoring& scoring, int n_tokens) {
  const int begin = scoring.table.computed;
  const int end = begin + n_tokens;
  if (!cache_.Cover(scoring.table, scoring.tokens, end)) {
    return Fail(
        ErrorCode::kResourceExhausted,
        "the key-value pool has no room for " + std::to_string(scoring.tokens.size()) + " tokens");
  }
  SequenceChunk chunk;
  chunk.position = begin;
  chunk.tokens = scoring.tokens.subspan(static_cast<size_t>(begin), static_cast<size_t>(n_tokens));
  chunk.blocks = scoring.table.blocks;
  chunk.adapter_scales = model_->adapter_scales();
  const int first_row = std::clamp(scoring.from - 1, begin, end);
  chunk.n_outputs = end - first_row;
  model_->Forward({&chunk, 1}, scoring.hidden.data());
  cache_.Commit(scoring.table, n_tokens);

  const size_t vocabulary = static_cast<size_t>(vocabulary_.size());
  const int max_rows = static_cast<int>(scoring.logits.size() / vocabulary);
  for (int row = first_row; row < end; row += max_rows) {
    const int n_rows = std::min(max_rows, end - row);
    model_->Logits(scoring.hidden.data() + static_cast<size_t>(row - first_row) *
                                               static_cast<size_t>(model_->hidden_size()),
                   n_rows, 0, scoring.logits.data());
    for (int i = 0; i < n_rows; ++i) {
      const bool go_on =
          TRY(ScoreRow(scoring, row + i,
                       std::span<const float>(scoring.logits)
                           .subspan(static_cast<size_t>(i) * vocabulary, vocabulary)));
      if (!go_on) return false;
    }
  }
  return true;
}

Result<bool> BatchEngine::ScoreRow(Scoring& scoring, int pos, std::span<const float> logits) {
  const double log_sum = LogSumExp(logits);
  if (std::isnan(log_sum)) {
    return Fail(ErrorCode::kInternal, "the model gave no finite scores at position " +
                                          std::to_string(pos) + "; its file may be damaged");
  }
  bool go_on = true;
  if (pos >= scoring.from) {
    ScoredPosition& position = scoring.position;
    position.pos = pos;
    position.token = scoring.tokens[static_cast<size_t>(pos)];
    position.logprob = scoring.logprob;
    TopLogprobs(logits, log_sum, scoring.top, top_, position.top);
    position.logits = logits;
    go_on = scoring.on_position(position);
  }
  if (pos + 1 < std::ssize(scoring.tokens)) {
    const size_t next = static_cast<size_t>(scoring.tokens[static_cast<size_t>(pos) + 1]);
    scoring.logprob = static_cast<double>(logits[next]) - log_sum;
  }
  return go_on;
}

}  // namespace bantam
