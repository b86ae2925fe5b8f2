// A model, an engine and an exchange for tests: tokens are bytes, replies are scripted.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bantam/encoder.h"
#include "bantam/engine.h"
#include "bantam/model.h"
#include "server/host/model_host.h"
#include "server/http/exchange.h"

namespace bantam::server {

// Ids 0–255 are bytes; 256 is the end of a reply.
class FakeModel : public Model {
 public:
  static constexpr TokenId kEnd = 256;

  FakeModel() { info_.vocabulary_size = 257; }
  const ModelInfo& info() const override { return info_; }
  std::vector<TokenId> Tokenize(std::string_view text, const TokenizeOptions&) const override;
  Result<std::string> Detokenize(std::span<const TokenId> ids, bool) const override;
  std::string_view TokenBytes(TokenId id) const override;
  // Further variables, "[tools]" if there are any, "[role]content" for each message, "[assistant]",
  // and opening_.
  Result<std::string> RenderChat(const ChatInput& input) const override;
  bool IsEndToken(TokenId id) const override { return id == kEnd; }
  std::span<const AdapterSource> adapters() const override { return adapters_; }
  TokenId end_token() const override { return kEnd; }

  ModelInfo info_;
  std::string opening_;  // of every reply
  std::vector<AdapterSource> adapters_;
  std::function<void(std::string_view)> on_tokenize_;  // if set: called with every text
};

// Shared with the test. Thread-safe, but for what is set before the engine runs.
struct FakeScript {
  std::string NextReply();
  void Saw(const GenerationRequest& request);
  std::vector<std::string> Prompts() const;

  mutable std::mutex mutex;
  std::deque<std::string> replies;  // when empty: "ok"
  std::vector<GenerationRequest> requests;
  bool endless = false;  // every reply goes on until it is cancelled
  bool silent = false;   // no reply has a token
  std::optional<Error> fail_step;
};

// A byte of each running reply a step. Stop strings, stop tokens and limits work; shapes do
// not. The log-probability of every token is -0.5.
class FakeEngine : public Engine {
 public:
  FakeEngine(EngineOptions options, std::shared_ptr<FakeScript> script)
      : options_(options), script_(std::move(script)) {}

  Result<RequestId> Submit(GenerationRequest request) override;
  Result<bool> Step() override;
  std::optional<GenerationResult> Take(RequestId id) override;
  void Cancel(RequestId id) override;
  Result<GenerationResult> Generate(GenerationRequest request) override;
  // The log-probability of every token is -1.
  Result<void> Score(std::span<const TokenId> tokens, int top, int from,
                     const std::function<bool(const ScoredPosition&)>& on_position) override;
  // Nothing is kept.
  Result<int> SavePrefix(std::span<const TokenId>, const std::string&) override { return 0; }
  Result<int> LoadPrefix(const std::string&) override { return 0; }
  int context() const override { return options_.context; }
  const EngineOptions& options() const override { return options_; }
  KvUse kv_use() const override { return {64 * running_.size(), 64, 640}; }

 private:
  struct Running {
    GenerationRequest request;
    std::string reply;
    GenerationResult result;
  };
  void Finish(RequestId id, FinishReason reason);

  EngineOptions options_;
  std::shared_ptr<FakeScript> script_;
  std::map<RequestId, Running> running_;
  std::map<RequestId, GenerationResult> finished_;
  RequestId next_ = 1;
};

// A vector of a text is its first byte and its length; it reads 8 bytes. Not normalised.
class FakeEncoder : public Encoder {
 public:
  FakeEncoder() { info_.vocabulary_size = 256; }
  const ModelInfo& info() const override { return info_; }
  int dims() const override { return 2; }
  int max_tokens() const override { return 8; }
  int positions() const override { return 16; }
  Pooling pooling() const override { return Pooling::kMean; }
  std::vector<TokenId> Tokenize(std::string_view text) const override;
  Result<Embeddings> Embed(std::span<const std::string_view> texts,
                           const EmbedOptions& options) override;
  Result<Embeddings> EmbedTokens(std::span<const std::vector<TokenId>> texts,
                                 const EmbedOptions& options) override;

  std::vector<size_t> slices;  // texts of every call

 private:
  ModelInfo info_;
};

// Loads fake models by any path but "missing"; "encoder" is an encoder. Each takes 100 of `memory`
// bytes, "huge" 1,000; 0: there is no limit.
Backend FakeBackend(std::shared_ptr<FakeModel> model, std::shared_ptr<FakeScript> script,
                    const EngineOptions& options = {.context = 1000, .max_sequences = 2},
                    uint64_t memory = 0);

class FakeExchange : public Exchange {
 public:
  explicit FakeExchange(HttpRequest request) : request_(std::move(request)) {}

  const HttpRequest& request() const override { return request_; }
  void Reply(int status, std::vector<HttpHeader> headers, std::string body) override;
  void Start(int status, std::vector<HttpHeader> headers) override;
  bool Write(std::string piece) override;
  void End() override;
  void OnClose(std::function<void()> closed) override;

  void Leave();         // the client goes away
  void WaitForWrite();  // until something of a stream has come
  void Wait();          // until it is answered
  int status() const { return status_; }
  const std::string& body() const { return body_; }
  std::string Header(std::string_view name) const;

 private:
  HttpRequest request_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  bool gone_ = false;
  int status_ = 0;
  std::vector<HttpHeader> headers_;
  std::string body_;
  std::function<void()> closed_;
};

}  // namespace bantam::server
