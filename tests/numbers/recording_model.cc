// Asks the model for every hidden state of the watched sequence and passes on what was wanted.
#include "recording_model.h"

#include <algorithm>

namespace bantam {

void RecordingModel::Watch(std::vector<TokenId> tokens) {
  watched_ = std::move(tokens);
  first_block_ = -1;
  digests_.clear();
  largest_batch = 0;
}

// Once seen at its beginning (or alone), the sequence is known by its first block.
bool RecordingModel::IsWatched(const SequenceChunk& chunk, bool alone) {
  if (first_block_ < 0 && (chunk.position == 0 || alone)) {
    const size_t begin = static_cast<size_t>(chunk.position);
    if (begin + chunk.tokens.size() <= watched_.size() &&
        std::equal(chunk.tokens.begin(), chunk.tokens.end(),
                   watched_.begin() + static_cast<ptrdiff_t>(begin))) {
      first_block_ = chunk.blocks.front();
    }
  }
  return chunk.blocks.front() == first_block_;
}

void RecordingModel::Record(const SequenceChunk& chunk, const float* hidden) {
  std::vector<float> logits(static_cast<size_t>(vocabulary_size()) * 16);
  const int n = static_cast<int>(chunk.tokens.size());
  for (int row = 0; row < n; row += 16) {
    const int rows = std::min(16, n - row);
    model_->Logits(hidden + row * hidden_size(), rows, 0, logits.data());
    for (int i = 0; i < rows; ++i) {
      const auto one = std::span<const float>(logits).subspan(
          static_cast<size_t>(i) * static_cast<size_t>(vocabulary_size()),
          static_cast<size_t>(vocabulary_size()));
      digests_[chunk.position + row + i] =
          Sha256Of({reinterpret_cast<const uint8_t*>(one.data()), one.size_bytes()});
    }
  }
}

void RecordingModel::Forward(std::span<const SequenceChunk> batch, float* hidden) {
  largest_batch = std::max(largest_batch, static_cast<int>(batch.size()));
  std::vector<SequenceChunk> wider(batch.begin(), batch.end());
  int rows = 0;
  for (SequenceChunk& chunk : wider) {
    guesses_ += std::max(0, chunk.n_outputs - 1);
    if (IsWatched(chunk, batch.size() == 1))
      chunk.n_outputs = static_cast<int>(chunk.tokens.size());
    rows += chunk.n_outputs;
  }
  const int width = hidden_size();
  std::vector<float> all(static_cast<size_t>(rows) * static_cast<size_t>(width));
  model_->Forward(wider, all.data());
  const float* from = all.data();
  for (size_t i = 0; i < wider.size(); ++i) {
    if (batch[i].blocks.front() == first_block_) Record(wider[i], from);
    from += wider[i].n_outputs * width;
    hidden = std::copy_n(from - batch[i].n_outputs * width, batch[i].n_outputs * width, hidden);
  }
}

}  // namespace bantam
