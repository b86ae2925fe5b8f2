// Model: a loaded language model with its tokenizer and chat template.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"

namespace bantam {

using TokenId = int32_t;

// How numbers are kept between layers. Weights are as stored in either case.
enum class Precision : uint8_t {
  kFast,   // 8-bit activations, half-precision keys and values
  kExact,  // float32 activations, keys and values: the reference for fidelity
};

// What keys and values take.
enum class KvPrecision : uint8_t {
  k16,  // 16 bits a number; with kExact 32
  k8,   // 8 bits, about half the memory; with kExact rounded to them, but kept in 32
};

// Where quantised matrices lie while they are used with kFast. The numbers are the same.
enum class WeightLayout : uint8_t {
  kAuto,    // kPacked if that fits in the free memory, else kMapped
  kMapped,  // in the file's pages, rearranged piece by piece at every use: no start-up, no memory
  kPacked,  // rearranged once into memory of their own: fastest
};

// What the float matrices of a Hugging Face folder become on loading (vLLM's --dtype). A weight
// that overflows the type is an error. GGUF files are used as they are.
enum class FloatType : uint8_t { kAsStored, kF32, kF16, kBF16 };

struct LoadOptions {
  FloatType dtype = FloatType::kAsStored;
  Precision precision = Precision::kFast;
  KvPrecision kv = KvPrecision::k16;
  WeightLayout weights = WeightLayout::kAuto;
  int context = 0;          // tokens for which kAuto leaves room; 0: 4,096
  int threads = 0;          // 0: as many as the machine and its cgroup allow
  int prefill_threads = 0;  // for reading prompts, where arithmetic is the limit; 0: as `threads`
  // Called now and then while weights are prepared, with the fraction done.
  std::function<void(double fraction)> on_progress;
};

// What a file says about itself; sizes in bytes. Filled without reading any weights.
struct TensorInfo {
  std::string name;
  std::string type;            // "Q4_K"
  std::vector<int64_t> shape;  // innermost first
  uint64_t bytes = 0;
};

struct ModelInfo {
  std::string path;
  std::string name;          // general.name
  std::string architecture;  // "qwen2"
  bool encoder = false;      // gives embeddings (bantam/encoder.h) and writes no text
  std::string quantisation;  // "Q4_K_M", from the file type key; empty if not given
  std::string license;       // empty if not given
  uint64_t parameters = 0;   // elements of all tensors
  uint64_t file_bytes = 0;
  int layers = 0;
  int embedding_length = 0;
  int feed_forward_length = 0;
  int heads = 0;
  int kv_heads = 0;
  int head_dim = 0;
  int vocabulary_size = 0;
  int context_length = 0;     // tokens the model was trained for
  std::string tokenizer;      // "gpt2/qwen2": model and pre-tokeniser
  std::string chat_template;  // Jinja source; empty if none
  std::vector<TensorInfo> tensors;
};

// Memory needed to run at a context length, in bytes.
struct MemoryPlan {
  uint64_t weights = 0;
  uint64_t mapped = 0;  // of the weights: in the file's pages, shared and given back at need
  uint64_t kv_cache = 0;
  uint64_t scratch = 0;
  uint64_t total() const { return weights + kv_cache + scratch; }
  uint64_t own() const { return total() - mapped; }  // what no other program can have
};

struct TokenizeOptions {
  bool add_special = true;
  bool parse_special = true;
};

// One chat as JSON text: what templates are written against. `tools_json` may be empty.
struct ChatInput {
  std::string messages_json;
  std::string tools_json;
  bool add_generation_prompt = true;
  std::string chat_template;  // Jinja source used instead of the model's own; empty: the model's
};

// Immutable after Load; every const member is safe to call from many threads.
class Model {
 public:
  // Opens, checks and prepares a GGUF file or a Hugging Face folder (config.json, safetensors,
  // tokenizer.json). Errors name the file, key or tensor and the reason.
  static Result<std::shared_ptr<Model>> Load(const std::string& path, const LoadOptions& options);

  // Reads what the file says about itself, without weights, in milliseconds.
  static Result<ModelInfo> Inspect(const std::string& path);

  // The memory a model needs for `context` tokens of `sequences` sequences, loaded like that.
  // kAuto is what it would be on this machine now.
  static Result<MemoryPlan> Plan(const std::string& path, int context, int sequences,
                                 Precision precision, WeightLayout weights,
                                 KvPrecision kv = KvPrecision::k16);

  virtual ~Model() = default;
  virtual const ModelInfo& info() const = 0;
  virtual std::vector<TokenId> Tokenize(std::string_view text,
                                        const TokenizeOptions& options) const = 0;
  // Fails if an id lies outside the vocabulary.
  virtual Result<std::string> Detokenize(std::span<const TokenId> ids, bool keep_special) const = 0;
  // The bytes a token stands for; empty for ids outside the vocabulary.
  virtual std::string_view TokenBytes(TokenId id) const = 0;
  virtual Result<std::string> RenderChat(const ChatInput& input) const = 0;
  virtual bool IsEndToken(TokenId id) const = 0;
  // Bytes of weights that coming steps will still rearrange into memory of their own (kPacked).
  // Not to be asked while an engine of this model steps.
  virtual uint64_t unpacked_bytes() const { return 0; }
};

// A tokenizer and chat template alone, for tools that need no weights (same interface; Engine
// refuses it).
Result<std::shared_ptr<Model>> LoadVocabulary(const std::string& path);

}  // namespace bantam
