// A model and an engine for tests: tokens are bytes, replies are scripted, nothing is computed.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/environment.h"

namespace bantam::cli {

class StringOutput : public Output {
 public:
  void Write(std::string_view bytes) override {
    if (fail_with == 0) text += bytes;
  }
  void Flush() override {}
  bool is_terminal() const override { return terminal; }
  int error() const override { return fail_with; }

  std::string text;
  bool terminal = false;
  int fail_with = 0;
};

class StringInput : public Input {
 public:
  bool is_terminal() const override { return terminal; }
  Result<std::string> ReadAll() override { return text; }
  Result<std::string> ReadLine() override { return line; }

  std::string text;
  std::string line;
  bool terminal = true;
};

// Ids 0–255 are bytes; 256 stands for "<|end|>".
class FakeModel : public Model {
 public:
  static constexpr TokenId kEnd = 256;

  const ModelInfo& info() const override { return info_; }
  std::vector<TokenId> Tokenize(std::string_view text,
                                const TokenizeOptions& options) const override;
  Result<std::string> Detokenize(std::span<const TokenId> ids, bool keep_special) const override;
  std::string_view TokenBytes(TokenId id) const override;
  // "[role]content\n" for each message; the template's source in front if one is given.
  Result<std::string> RenderChat(const ChatInput& input) const override;
  bool IsEndToken(TokenId id) const override { return id == kEnd; }

  const MemoryChoice* memory() const override { return memory_ ? &*memory_ : nullptr; }

  ModelInfo info_;
  std::optional<MemoryChoice> memory_;
};

// What the fake engine was asked and what it is to say. Shared with the test.
struct FakeScript {
  std::deque<std::vector<std::string>> replies;  // pieces of each; when empty: {"ok"}
  std::vector<std::string> prompts;              // as text
  std::vector<GenerationRequest> requests;
  std::vector<EngineOptions> engines;
  std::map<std::string, size_t> saved_prefixes;  // path → tokens
  std::vector<std::string> loaded_prefixes;
  std::function<void(size_t piece)> before_piece;
  std::optional<Error> fail_next;
  FinishReason finish = FinishReason::kStop;
  std::optional<Shortening> shortened_at;
  std::vector<CopiedSpan> copied;
  bool find_cached = false;  // reports the prompt's longest known beginning as cached
};

class FakeEngine : public Engine {
 public:
  FakeEngine(EngineOptions options, std::shared_ptr<FakeScript> script);

  // Generates at once; the result waits to be taken.
  Result<RequestId> Submit(GenerationRequest request) override;
  Result<bool> Step() override { return false; }
  std::optional<GenerationResult> Take(RequestId id) override;
  void Cancel(RequestId) override {}
  Result<GenerationResult> Generate(GenerationRequest request) override;
  // The log-probability of every token is -1; logits are the position.
  Result<void> Score(std::span<const TokenId> tokens, int top, int from,
                     const std::function<bool(const ScoredPosition&)>& on_position) override;
  // Files are not touched: what is saved is everything.
  Result<int> SavePrefix(std::span<const TokenId> tokens, const std::string& path) override;
  Result<int> LoadPrefix(const std::string& path) override;
  int context() const override { return options_.context; }
  const EngineOptions& options() const override { return options_; }
  KvUse kv_use() const override { return {}; }

 private:
  EngineOptions options_;
  std::shared_ptr<FakeScript> script_;
  std::vector<std::vector<TokenId>> seen_;
  std::map<RequestId, GenerationResult> results_;
};

// A vector holds the text's length in bytes and its first byte; texts are read up to 8 tokens.
class FakeEncoder : public Encoder {
 public:
  const ModelInfo& info() const override { return info_; }
  int dims() const override { return 2; }
  int max_tokens() const override { return 8; }
  int positions() const override { return 16; }
  Pooling pooling() const override { return Pooling::kMean; }
  std::vector<TokenId> Tokenize(std::string_view text) const override {
    return {text.begin(), text.end()};
  }
  Result<Embeddings> Embed(std::span<const std::string_view> texts,
                           const EmbedOptions& options) override;
  Result<Embeddings> EmbedTokens(std::span<const std::vector<TokenId>>,
                                 const EmbedOptions&) override {
    return Fail(ErrorCode::kUnsupported, "no command reads ids");
  }

  EmbedOptions options;             // of the last call
  std::vector<size_t> batch_sizes;  // of all calls

 private:
  ModelInfo info_;
};

// Three times as fast every second time, as slow as the fake engine.
class FakeMemoryReader : public MemoryReader {
 public:
  double Read() override { return ++readings_ % 2 == 1 ? 1024 : 3072; }

 private:
  int readings_ = 0;
};

// A whole environment around them.
struct FakeWorld {
  FakeWorld();
  int Run(const std::vector<std::string>& args);  // RunApp

  std::shared_ptr<FakeModel> model = std::make_shared<FakeModel>();
  std::shared_ptr<FakeScript> script = std::make_shared<FakeScript>();
  StringInput in;
  StringOutput out;
  StringOutput err;
  std::map<std::string, std::string> variables;
  MachineInfo machine = {.isa = "avx2",
                         .isas = {"scalar", "avx2"},
                         .cpus = 4,
                         .fast_cpus = 4,
                         .threads = 4,
                         .memory_available = uint64_t{8} << 30,
                         .memory_total = uint64_t{16} << 30,
                         .page_bytes = 4096,
                         .huge_pages = "madvise"};
  MachineSpeed speed = {.read_bytes_per_s = 20e9,
                        .int8_products_per_s = 400e9,
                        .steadiness = 0.97,
                        .last_over_first = 0.98};
  Result<DiskSpeed> disk = DiskSpeed{.bytes = uint64_t{256} << 20, .read_bytes_per_s = 2e9};
  int measured_threads = 0;
  int measured_prefill_threads = 0;
  LoadOptions load_options;                // of the last load
  std::optional<Error> load_error;         // what the next load fails with
  std::vector<Result<MemoryChoice>> fits;  // what fit gives, one for each budget
  std::vector<uint64_t> fit_budgets;       // that it was asked for last
  std::shared_ptr<FakeEncoder> encoder = std::make_shared<FakeEncoder>();
  EncoderOptions encoder_options;  // of the last load
  Backend backend;
  Environment env;
};

// A directory of its own under the system's temporary one, removed with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string File(const std::string& name) const { return path_ + "/" + name; }
  std::string Write(const std::string& name, std::string_view text) const;  // gives the path
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string ReadBack(const std::string& path);  // "(missing)" if there is none

}  // namespace bantam::cli
