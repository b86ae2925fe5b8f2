// Engine: runs requests on a model. One for the command line, the same for the server.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "bantam/sampling.h"
#include "bantam/shape.h"

namespace bantam {

struct EngineOptions {
  int context = 0;         // tokens per sequence; 0: the model's, at most 32,768, and what fits
  int max_sequences = 1;   // sequences that run at once
  int kv_tokens = 0;       // size of the shared key-value pool; 0: context × max_sequences
  int prompt_chunk = 512;  // most prompt tokens per step
  // Seconds that a step may spend on prompts while replies wait for it: the chunk follows what
  // steps have taken. 0: prompt_chunk alone counts. Answers are the same.
  double prompt_seconds = 0;
  int threads = 0;  // 0, or what the model was loaded with
  bool prefix_cache = true;
  // Where keys and values of prompts' beginnings are kept (GenerationRequest::keep_tokens) and
  // found again by later engines of the same model and adapters; empty: nowhere. Answers are the
  // same.
  std::string prefix_dir = {};
  uint64_t prefix_dir_bytes = uint64_t{1} << 30;  // what has not been used for longest goes
  bool speculation = true;     // run guesses from earlier text along: same tokens, fewer steps
  bool two_stage_head = true;  // score only tokens that can win, where that changes no answer
};

enum class FinishReason : uint8_t { kStop, kLength, kCancelled, kError };

struct TokenLogprob {
  TokenId token = 0;
  float logprob = 0;
  std::vector<std::pair<TokenId, float>> top;
};

// A piece of a reply. `text` is whole UTF-8 and never taken back; either part may be empty. Tokens
// come once all of their text is out: those held back for a stop string come later or never.
struct Delta {
  std::string text;
  std::vector<TokenId> tokens;
  std::vector<TokenLogprob> logprobs;
};

struct GenerationStats {
  int prompt_tokens = 0;
  int cached_tokens = 0;  // of the prompt, found in the prefix cache
  int generated_tokens = 0;
  double prefill_s = 0;      // reading the prompt
  double decode_s = 0;       // from the first token to the last
  double first_token_s = 0;  // from submission to the first token
};

// Where a reply was first made shorter than it might have been, to be whole within its limit.
struct Shortening {
  int64_t byte = 0;     // of the reply's text
  std::string pointer;  // JSON Pointer (RFC 6901) of the value there; empty: the whole, or no JSON
};

// A string of a reply that a schema's "x-copy" accepts, and where it comes from.
struct CopiedSpan {
  std::string pointer;      // JSON Pointer of the string, or of the member whose name it is
  bool name = false;        // a member's name
  int64_t byte = 0;         // in the reply's text, without the quotes …
  int64_t bytes = 0;        // … and with the escapes
  int text = 0;             // of ShapeSpec::copy_from, where it occurs first
  int64_t source_byte = 0;  // in that text
  int64_t source_bytes = 0;
};

struct GenerationResult {
  std::string text;
  std::vector<TokenId> tokens;  // all that were chosen, an end or stop token or string included
  FinishReason finish = FinishReason::kStop;
  std::string stop_string;                 // the stop string that ended it, if one did
  std::optional<TokenId> stop_token;       // likewise, of GenerationRequest::stop_tokens
  std::optional<Error> error;              // why, if `finish` is kError
  std::optional<Shortening> shortened_at;  // of a reply with a shape
  std::vector<CopiedSpan> copied;          // found in `text` once it is whole, or as far as it goes
  uint64_t seed = 0;
  GenerationStats stats;
};

struct GenerationRequest {
  std::vector<TokenId> prompt;  // not empty
  SamplingParams sampling;
  int max_tokens = -1;               // -1: until the context is full; 0: only reads the prompt
  std::vector<std::string> stop;     // the reply ends before the first of them; none empty
  std::vector<TokenId> stop_tokens;  // the reply ends before the first of them; none with a shape
  bool ignore_end = false;           // go on past end-of-text tokens (benchmarks)
  bool keep_special = false;         // write control tokens out
  int logprobs = -1;                 // -1: none; n ≥ 0: of each token, and the n most likely
  // So many first tokens of the prompt, in whole blocks of 64, are worth keeping in
  // EngineOptions::prefix_dir: a system message, say.
  int keep_tokens = 0;
  // How much of each of Model::adapters() is added to its matrices (finite); empty: their own.
  std::vector<float> adapter_scales;

  // The reply's form; null: free. It is always valid and finished: a limit (or a context) too
  // small for that is refused with kInvalidArgument, naming the minimum. A stop string ends the
  // reply only where the document before it is complete. Not to be combined with ignore_end.
  std::shared_ptr<const Shape> shape;

  // The reply has only characters of that language's scripts and those that all scripts share
  // (digits, punctuation, symbols); with a shape, or `language_ascii`, also those of ASCII. Null:
  // any. Where a shape leaves no such token, the shape counts for more.
  const Language* language = nullptr;
  bool language_ascii = false;

  // Both run on the thread that steps the engine; return false to cancel. They may call Submit,
  // Cancel and Take, nothing else of the engine.
  std::function<bool(const Delta&)> on_delta;
  std::function<bool(int done, int total)> on_prompt_progress;
};

struct ScoredPosition {
  int pos = 0;
  TokenId token = 0;
  std::optional<double> logprob;  // of `token` given those before it; none at position 0
  std::vector<std::pair<TokenId, float>> top;  // log-probabilities for the position after it
  std::span<const float> logits;  // [vocabulary_size] after it; valid during the callback
};

// Of the key-value pool, in bytes.
struct KvUse {
  uint64_t used = 0;    // by what runs
  uint64_t cached = 0;  // kept for prompts that begin alike, given up when they are needed
  uint64_t total = 0;
};

// Not thread-safe: one thread submits and steps (the server wraps it). The same request gives the
// same tokens whatever else runs, however the prompt is cut and whatever is cached.
class Engine {
 public:
  // What Model::memory has chosen bounds max_sequences and prompt_chunk, and is the context if none
  // is asked for. Fails with kResourceExhausted if the key-value pool does not fit in memory or
  // another engine runs on this model, kInvalidArgument if an option makes no sense.
  static Result<std::unique_ptr<Engine>> Create(std::shared_ptr<const Model> model,
                                                const EngineOptions& options);
  virtual ~Engine() = default;

  // Queues a request. Fails with kTooLong (both numbers in the message; a prompt must leave room
  // for one token) or kInvalidArgument.
  using RequestId = uint64_t;
  virtual Result<RequestId> Submit(GenerationRequest request) = 0;

  // One batch: admits, runs the model once, samples, calls on_delta. False when nothing is left.
  // An error here is the engine's; that of a request is in its result.
  virtual Result<bool> Step() = 0;

  // The result of a finished request, once; nothing while it runs.
  virtual std::optional<GenerationResult> Take(RequestId id) = 0;

  // Ends a request and frees its memory before the next step; Take gives what there is. Unknown
  // and finished ids are ignored.
  virtual void Cancel(RequestId id) = 0;

  // Submit, step to the end, take. Fails with the request's error, if it ends with one.
  virtual Result<GenerationResult> Generate(GenerationRequest request) = 0;

  // Writes the keys and values of some tokens, as far as they are computed and fill blocks of 64,
  // to a file for LoadPrefix: a prompt that begins with them then need not compute them. Both with
  // the adapters' own scales. Gives the number of tokens. Fails with kInvalidArgument if there are
  // none, or kIo.
  virtual Result<int> SavePrefix(std::span<const TokenId> tokens, const std::string& path) = 0;
  // Fails with kUnsupported for a file of another model, other adapters or way of loading, kCorrupt
  // for one that is damaged, kResourceExhausted if the key-value pool has no room.
  virtual Result<int> LoadPrefix(const std::string& path) = 0;

  // Log-probabilities of a given text, position by position, through the same forward pass, with
  // the adapters' own scales.
  // `on_position` returns false to stop early. Positions before `from` are not reported; they
  // may come from the cache.
  // Fails with kTooLong, kInvalidArgument, or kInternal if the model gives no finite scores.
  virtual Result<void> Score(std::span<const TokenId> tokens, int top, int from,
                             const std::function<bool(const ScoredPosition&)>& on_position) = 0;

  virtual int context() const = 0;
  virtual const EngineOptions& options() const = 0;
  virtual KvUse kv_use() const = 0;
};

// The instruction set the kernels run on ("amx", "avx2", …).
std::string ActiveIsa();

// Peak resident memory of this process so far, in bytes (VmHWM).
uint64_t PeakMemoryBytes();

}  // namespace bantam
