// RecordingModel: a ForwardModel that hashes the logits of every position of one sequence, prompt
// and reply, while the engine uses the model as it always does.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "engine/forward_model.h"

namespace bantam {

// The SHA-256 of some bytes, in hexadecimal.
inline std::string Sha256Of(std::span<const uint8_t> bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return HexText(hash.Finish());
}

class RecordingModel : public ForwardModel {
 public:
  explicit RecordingModel(std::unique_ptr<ForwardModel> model) : model_(std::move(model)) {}

  // From now on, records the sequence that begins with these tokens. It may share no block with
  // others that run, nor be preempted.
  void Watch(std::vector<TokenId> tokens);

  // position → SHA-256 of the float32 logits after it.
  const std::map<int, std::string>& digests() const { return digests_; }

  int vocabulary_size() const override { return model_->vocabulary_size(); }
  int hidden_size() const override { return model_->hidden_size(); }
  int max_batch_tokens() const override { return model_->max_batch_tokens(); }
  int n_blocks() const override { return model_->n_blocks(); }
  void Forward(std::span<const SequenceChunk> batch, float* hidden) override;
  void Logits(const float* hidden, int n, int top, float* logits) override {
    model_->Logits(hidden, n, top, logits);
  }
  bool MaskedLogits(const float* hidden, const TokenMask& mask, float* logits) override {
    return model_->MaskedLogits(hidden, mask, logits);
  }
  void CopyPrefix(int from_block, int to_block, int n_tokens) override {
    model_->CopyPrefix(from_block, to_block, n_tokens);
  }
  std::span<uint8_t> Block(int block) override { return model_->Block(block); }
  bool IsSound(int block) const override { return model_->IsSound(block); }
  KvFingerprint Fingerprint(std::span<const float> adapter_scales) override {
    return model_->Fingerprint(adapter_scales);
  }

  int largest_batch = 0;                    // sequences
  int guesses() const { return guesses_; }  // tokens run behind the last of a reply

 private:
  bool IsWatched(const SequenceChunk& chunk, bool alone);
  void Record(const SequenceChunk& chunk, const float* hidden);

  std::unique_ptr<ForwardModel> model_;
  std::vector<TokenId> watched_;
  int first_block_ = -1;
  int guesses_ = 0;
  std::map<int, std::string> digests_;
};

}  // namespace bantam
