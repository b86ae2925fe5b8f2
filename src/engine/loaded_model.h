// LoadedModel: file, tokenizer, chat template and weights put together.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bantam/model.h"
#include "base/thread_pool.h"
#include "engine/chat_renderer.h"
#include "engine/memory_plan.h"
#include "engine/token_text.h"
#include "format/adapter_file.h"
#include "format/model_file.h"
#include "model/config.h"
#include "model/transformer.h"
#include "text/tokenizer.h"

namespace bantam {

// Immutable but for the transformer's work space, which one engine at a time may claim.
class LoadedModel final : public Model {
 public:
  static Result<std::shared_ptr<LoadedModel>> Load(const std::string& path,
                                                   const LoadOptions& options);
  // Without weights.
  static Result<std::shared_ptr<LoadedModel>> LoadVocabulary(const std::string& path);
  // Model::Fit.
  static Result<std::vector<Result<MemoryChoice>>> Fit(const std::string& path,
                                                       const LoadOptions& options,
                                                       std::span<const uint64_t> budgets);

  const ModelInfo& info() const override { return info_; }
  std::vector<TokenId> Tokenize(std::string_view text,
                                const TokenizeOptions& options) const override;
  Result<std::string> Detokenize(std::span<const TokenId> ids, bool keep_special) const override;
  std::string_view TokenBytes(TokenId id) const override;
  Result<std::string> RenderChat(const ChatInput& input) const override;
  bool IsEndToken(TokenId id) const override { return vocabulary().IsEnd(id); }
  TokenId begin_token() const override { return vocabulary().bos; }
  TokenId end_token() const override { return vocabulary().eos; }
  std::span<const AdapterSource> adapters() const override { return adapters_; }
  std::span<const float> adapter_scales() const { return adapter_scales_; }
  // Of all bytes of the model's files, and how they were loaded. Reads them.
  std::string ContentHash() const;
  uint64_t unpacked_bytes() const override {
    return transformer_ == nullptr ? 0 : transformer_->unpacked_bytes();
  }

  const MemoryChoice* memory() const override { return memory_ ? &*memory_ : nullptr; }

  ~LoadedModel() override;

  const Vocabulary& vocabulary() const { return tokenizer_->vocabulary(); }
  // Both functions are safe to call from many threads, as long as this lives.
  const TokenText& token_text() const { return token_text_; }
  Transformer* transformer() const { return transformer_.get(); }  // null: vocabulary only
  int threads() const { return threads_; }                         // 0: vocabulary only
  int prefill_threads() const { return prefill_threads_; }

  // True for the first caller until it releases the claim. Thread-safe.
  bool Claim() const { return !claimed_.exchange(true); }
  void ReleaseClaim() const { claimed_.store(false); }

 private:
  LoadedModel() = default;
  static Result<std::shared_ptr<LoadedModel>> Open(std::unique_ptr<ModelFile> file);
  // `left`: what the process may come to (MemoryLeft), if that is known.
  Result<void> LoadWeights(const LoadOptions& options, std::optional<uint64_t> left);
  using AdapterFiles = std::vector<std::unique_ptr<AdapterFile>>;
  Result<AdapterFiles> OpenAdapters(const ModelConfig& config,
                                    const std::vector<AdapterSource>& sources) const;
  Result<void> LoadAdapters(const AdapterFiles& files, const std::vector<AdapterSource>& sources);
  Result<ModelConfig> CheckedConfig() const;
  // How the weights lie, as wished or as memory allows.
  Result<WeightLayout> ChooseWeights(const MemoryCost& cost, const LoadOptions& options,
                                     std::optional<uint64_t> left);
  int team() const { return std::max(threads_, prefill_threads_); }
  const grammar::TokenTrie& Trie() const;

  ModelInfo info_;
  std::unique_ptr<ModelFile> file_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<ChatRenderer> chat_;
  int threads_ = 0;
  int prefill_threads_ = 0;
  std::optional<MemoryChoice> memory_;
  std::unique_ptr<ThreadPool> pool_;  // as many as the larger of the two
  std::unique_ptr<Transformer> transformer_;
  std::string loaded_as_;  // what of LoadOptions changes numbers
  std::vector<AdapterSource> adapters_;
  std::vector<float> adapter_scales_;
  mutable std::atomic<bool> claimed_ = false;
  TokenText token_text_;
  mutable std::atomic<const grammar::TokenTrie*> trie_ = nullptr;  // owned
};

}  // namespace bantam
