// Encoder: texts to vectors (embeddings), with models of the BERT family.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"

namespace bantam {

// How one vector comes of the tokens' vectors.
enum class Pooling : uint8_t {
  kModel,  // as the model's files say; else the mean
  kMean,   // the mean of all tokens, special ones included
  kCls,    // the first token's
};

struct EncoderOptions {
  FloatType dtype = FloatType::kAsStored;  // of a Hugging Face folder
  Precision precision = Precision::kFast;  // kFast: pairs of 8-bit integers, cosine ≥ 0.9999
  int threads = 0;                         // 0: as many as the machine and its cgroup allow
};

struct EmbedOptions {
  Pooling pooling = Pooling::kModel;
  bool normalize = true;  // to length 1, so that a dot product is a cosine
  int max_tokens = 0;     // most tokens of a text; 0: Encoder::max_tokens()
};

struct Embeddings {
  int dims = 0;
  std::vector<float> values;      // [texts][dims]
  std::vector<int> tokens;        // [texts]: those that were read, special ones included
  std::vector<int64_t> left_out;  // [texts]: tokens at a text's end that were cut off

  std::span<const float> of(size_t text) const {
    const auto n = static_cast<size_t>(dims);
    return std::span(values).subspan(text * n, n);
  }
};

// One thread at a time may call Embed or EmbedTokens; the other members are safe from many.
class Encoder {
 public:
  // Opens, checks and prepares a GGUF file or a Hugging Face folder (config.json, safetensors,
  // tokenizer.json or vocab.txt; of sentence-transformers also modules.json, the pooling's
  // config.json and sentence_bert_config.json). Errors name the file, key or tensor and the reason;
  // kUnsupported for a model that is no encoder, or has parts after pooling that are not known.
  static Result<std::shared_ptr<Encoder>> Load(const std::string& path,
                                               const EncoderOptions& options);

  virtual ~Encoder() = default;
  virtual const ModelInfo& info() const = 0;
  virtual int dims() const = 0;
  // Most tokens of a text, special ones included: what the model's files recommend.
  virtual int max_tokens() const = 0;
  // The most that EmbedOptions::max_tokens may ask for.
  virtual int positions() const = 0;
  virtual Pooling pooling() const = 0;  // what kModel stands for
  // The ids of a text, special ones included, and nothing cut off. Where the model's files name a
  // default prompt, that stands before it.
  virtual std::vector<TokenId> Tokenize(std::string_view text) const = 0;

  // One vector a text. A text's vector does not depend on the others, their order or number. What
  // is longer than max_tokens loses its end (special tokens stay), and `left_out` says so. Fails
  // with kInvalidArgument for impossible options, kCorrupt if the model gives what is no number.
  virtual Result<Embeddings> Embed(std::span<const std::string_view> texts,
                                   const EmbedOptions& options) = 0;
  // The same for texts that are ids already, as Tokenize gives them. Fails with kInvalidArgument
  // for ids outside the vocabulary too.
  virtual Result<Embeddings> EmbedTokens(std::span<const std::vector<TokenId>> texts,
                                         const EmbedOptions& options) = 0;
};

}  // namespace bantam
