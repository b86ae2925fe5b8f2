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

// A low-rank adapter (LoRA): a GGUF adapter file, or a PEFT folder.
struct AdapterSource {
  static constexpr double kMaxScale = 1e6;  // what people may ask for, negative or positive
  std::string path;
  float scale = 1;  // in requests that do not say; 0: it is only loaded
};

// What is to fit into memory when a model is loaded: what is given is kept, the rest is chosen in
// the order of docs/memory.md.
struct MemoryWish {
  std::optional<uint64_t> budget;  // bytes this process may come to; none: what the machine leaves
  int context = 0;                // tokens of a sequence; 0: chosen, at most the model's and 32,768
  int max_sequences = 1;          // that many if they fit, else fewer
  bool fewer_sequences = true;    // false: max_sequences are needed
  bool shared = false;            // sequences share their tokens: one may have those of others
  int prompt_chunk = 0;           // tokens of prompts per step; 0: chosen, at most 512
  std::optional<KvPrecision> kv;  // none: 8 bits where 16 do not fit
  WeightLayout weights = WeightLayout::kAuto;
  bool shapes = false;  // there will be replies with a shape
  // Weights may be more than the budget has room for, their file's pages coming and going; without
  // a budget they may.
  bool may_page = false;
};

struct LoadOptions {
  FloatType dtype = FloatType::kAsStored;
  Precision precision = Precision::kFast;
  KvPrecision kv = KvPrecision::k16;
  WeightLayout weights = WeightLayout::kAuto;
  std::vector<AdapterSource> adapters;
  int context = 0;  // tokens for which kAuto leaves room; 0: 4,096
  // Chooses `kv`, `weights` and what an engine may have, in place of those two and `context`: see
  // Model::memory. Fails with kResourceExhausted, before weights are read, if nothing fits.
  std::optional<MemoryWish> memory;
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

// How a model's makers say that tokens are to be chosen: generation_config.json of a folder, the
// keys general.sampling.* of a GGUF file. Values out of range are left out.
struct SuggestedSampling {
  std::optional<float> temperature, top_p, min_p, typical_p, repeat_penalty;
  std::optional<int> top_k, repeat_last_n;
  std::string note;  // what was left out, and why; empty: nothing

  // visit("temperature", of.temperature…) and so on for all of them: here they stand once. `of` may
  // be SamplingParams, too.
  template <typename Visit, typename... Sampling>
  static void Each(const Visit& visit, Sampling&... of) {
    visit("temperature", of.temperature...);
    visit("top_k", of.top_k...);
    visit("top_p", of.top_p...);
    visit("min_p", of.min_p...);
    visit("typical_p", of.typical_p...);
    visit("repeat_penalty", of.repeat_penalty...);
    visit("repeat_last_n", of.repeat_last_n...);
  }
  bool empty() const {
    bool any = false;
    Each([&any](const char*, const auto& value) { any = any || value.has_value(); }, *this);
    return !any;
  }
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
  SuggestedSampling sampling;
  std::vector<TensorInfo> tensors;
};

// Memory needed to run at a context length, in bytes.
struct MemoryPlan {
  uint64_t weights = 0;
  uint64_t mapped = 0;  // of the weights: in the file's pages, shared and given back at need
  uint64_t kv_cache = 0;
  uint64_t scratch = 0;  // work space, scores, bookkeeping
  uint64_t program = 0;  // code, tokenizer, threads; of replies with a shape their tables
  uint64_t total() const { return weights + kv_cache + scratch + program; }
  uint64_t own() const { return total() - mapped; }  // what no other program can have
};

// What fits of a MemoryWish.
struct MemoryChoice {
  int context = 0;
  int max_sequences = 1;
  int prompt_chunk = 512;
  KvPrecision kv = KvPrecision::k16;
  WeightLayout weights = WeightLayout::kPacked;
  std::optional<uint64_t> budget;  // in the end: of the wish and what the machine leaves, the less
  MemoryPlan plan;                 // of the choice
  uint64_t wished = 0;             // what all that was wished would take
  bool reduced = false;            // it is less than what was wished
  bool shared = false;             // MemoryWish::shared
  bool exact = false;              // loaded with Precision::kExact
  bool paged = false;  // weights are more than there is room for: their file is read over and over
  std::string Describe() const;  // in one line: what was chosen, and why
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
  std::string extra_json;     // an object of further variables (enable_thinking, …); may be empty
};

// What is left out of a chat that is too long. Messages of the system, tools and the last turn are
// never left out.
enum class TrimMode : uint8_t {
  kError,     // nothing: it fails
  kOldest,    // the oldest turns
  kRelevant,  // passages that have the least to do with the last message
};

// A chat as the model sees it.
struct FittedChat {
  std::string messages_json;    // "[…]" stands where something was left out of a message or before
  std::vector<TokenId> prompt;  // rendered and tokenized
  int full_tokens = 0;          // of the whole chat
  int left_out_tokens() const { return full_tokens - static_cast<int>(prompt.size()); }
};

// Immutable after Load; every const member is safe to call from many threads.
class Model {
 public:
  // Opens, checks and prepares a GGUF file or a Hugging Face folder (config.json, safetensors,
  // tokenizer.json). Errors name the file, key or tensor and the reason.
  static Result<std::shared_ptr<Model>> Load(const std::string& path, const LoadOptions& options);

  // Reads what the file says about itself, without weights, in milliseconds.
  static Result<ModelInfo> Inspect(const std::string& path);

  // The memory a model needs for `context` tokens of `sequences` sequences, loaded like that, with
  // prompts in chunks of 512. kAuto is what it would be on this machine now. The tokenizer is
  // estimated.
  static Result<MemoryPlan> Plan(const std::string& path, int context, int sequences,
                                 Precision precision, WeightLayout weights,
                                 KvPrecision kv = KvPrecision::k16);

  // What loading with that wish would choose with each of several budgets in place of its own, and
  // whatever this machine has. Reads the tokenizer to see what it takes.
  static Result<std::vector<Result<MemoryChoice>>> Fit(const std::string& path,
                                                       const LoadOptions& options,
                                                       std::span<const uint64_t> budgets);

  // Whether files can be loaded, a text model's with these adapters or an encoder's: reads the
  // vocabulary and finds every tensor, without weights. Fails like Load and Encoder::Load, but not
  // for want of memory.
  static Result<void> Check(const std::string& path, const std::vector<AdapterSource>& adapters);

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
  // What begins and what ends a text, as the file says; -1: nothing does.
  virtual TokenId begin_token() const { return -1; }
  virtual TokenId end_token() const { return -1; }
  // What LoadOptions::adapters said.
  virtual std::span<const AdapterSource> adapters() const { return {}; }
  // Bytes of weights that coming steps will still rearrange into memory of their own (kPacked).
  // Not to be asked while an engine of this model steps.
  virtual uint64_t unpacked_bytes() const { return 0; }
  // What was chosen for LoadOptions::memory; null if that was none. An engine takes its context and
  // prompt chunk from there, unless asked for less, and at most so many sequences.
  virtual const MemoryChoice* memory() const { return nullptr; }
};

// Renders and tokenizes a chat, in at most `max_tokens` tokens. What the words of the last message
// ask for is found by BM25 over the passages of earlier turns (and of the last message itself, if
// it alone is too long); what remains of the room goes to the latest turns. The same request gives
// the same prompt everywhere. Fails with kTooLong, naming both numbers, if what must stay does not
// fit, or as RenderChat. Safe from many threads.
Result<FittedChat> FitChat(const Model& model, const ChatInput& input, TrimMode mode,
                           int max_tokens);

// What every chat begins with that has the same messages of the system in front and the same tools:
// worth keeping (GenerationRequest::keep_tokens). Fails as RenderChat.
Result<std::vector<TokenId>> ChatPrefix(const Model& model, const ChatInput& input);

// A tokenizer and chat template alone, for tools that need no weights (same interface; Engine
// refuses it).
Result<std::shared_ptr<Model>> LoadVocabulary(const std::string& path);

}  // namespace bantam
