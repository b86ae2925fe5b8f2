// LoadedEncoder: file, tokenizer and weights of an encoder put together.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/encoder.h"
#include "base/thread_pool.h"
#include "format/model_file.h"
#include "model/text_encoder.h"
#include "text/tokenizer.h"

namespace bantam {

class LoadedEncoder final : public Encoder {
 public:
  static Result<std::shared_ptr<LoadedEncoder>> Load(const std::string& path,
                                                     const EncoderOptions& options);
  // Whether Load would take the file's vocabulary and tensors. Reads no weights.
  static Result<void> Check(std::unique_ptr<ModelFile> file);

  const ModelInfo& info() const override { return info_; }
  int dims() const override { return config_.model.n_embd; }
  int max_tokens() const override { return config_.max_tokens; }
  int positions() const override { return config_.model.context_length; }
  Pooling pooling() const override { return config_.pooling; }
  std::vector<TokenId> Tokenize(std::string_view text) const override;
  Result<Embeddings> Embed(std::span<const std::string_view> texts,
                           const EmbedOptions& options) override;
  Result<Embeddings> EmbedTokens(std::span<const std::vector<TokenId>> texts,
                                 const EmbedOptions& options) override;

 private:
  LoadedEncoder() = default;
  static std::shared_ptr<LoadedEncoder> Open(std::unique_ptr<ModelFile> file);
  Result<void> ReadVocabulary();
  Result<void> CheckFile();
  Result<void> LoadWeights(const EncoderOptions& options);
  Result<void> CheckTokens(std::span<const std::vector<TokenId>> texts) const;
  Result<void> EncodeAll(const std::vector<std::vector<TokenId>>& ids, const EmbedOptions& options,
                         Embeddings& out);
  // Cuts what is too long, and returns how much that was.
  int64_t Shorten(std::vector<TokenId>& ids, int max_tokens) const;

  ModelInfo info_;
  EncoderConfig config_;
  std::unique_ptr<ModelFile> file_;
  std::unique_ptr<Tokenizer> tokenizer_;
  TokenId last_ = -1;  // the special token that ends every text; -1: none does
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<TextEncoder> encoder_;
};

}  // namespace bantam
