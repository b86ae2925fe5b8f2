// The stand-ins of fake_world.h.
#include "server/fake_world.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/json.h"

namespace bantam::server {
namespace {

std::string TextOf(std::span<const TokenId> ids) {
  std::string text;
  for (const TokenId id : ids) {
    if (id < 256) text += static_cast<char>(id);
  }
  return text;
}

}  // namespace

std::vector<TokenId> FakeModel::Tokenize(std::string_view text, const TokenizeOptions&) const {
  if (on_tokenize_) on_tokenize_(text);
  std::vector<TokenId> ids;
  for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
  return ids;
}

Result<std::string> FakeModel::Detokenize(std::span<const TokenId> ids, bool) const {
  for (const TokenId id : ids) {
    if (id < 0 || id > kEnd) return Fail(ErrorCode::kInvalidArgument, "no token id");
  }
  return TextOf(ids);
}

std::string_view FakeModel::TokenBytes(TokenId id) const {
  static const std::string bytes = [] {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    return all;
  }();
  return id >= 0 && id < 256 ? std::string_view(bytes).substr(static_cast<size_t>(id), 1) : "";
}

Result<std::string> FakeModel::RenderChat(const ChatInput& input) const {
  const Json messages = TRY(Json::Parse(input.messages_json));
  std::string text = input.extra_json + (input.tools_json.empty() ? "" : "[tools]");
  for (const Json& message : messages.items()) {
    const std::string& role = message.Find("role")->AsString();
    if (role == "bad") return Fail(ErrorCode::kInvalidArgument, "the template refuses this role");
    text += "[" + role + "]" + message.Find("content")->AsString();
  }
  return text + "[assistant]" + opening_;
}

std::string FakeScript::NextReply() {
  const std::lock_guard lock(mutex);
  if (replies.empty()) return "ok";
  std::string reply = replies.front();
  replies.pop_front();
  return reply;
}

void FakeScript::Saw(const GenerationRequest& request) {
  const std::lock_guard lock(mutex);
  requests.push_back(request);
  requests.back().on_delta = nullptr;
}

std::vector<std::string> FakeScript::Prompts() const {
  const std::lock_guard lock(mutex);
  std::vector<std::string> prompts;
  for (const GenerationRequest& request : requests) prompts.push_back(TextOf(request.prompt));
  return prompts;
}

Result<Engine::RequestId> FakeEngine::Submit(GenerationRequest request) {
  if (std::ssize(request.prompt) >= options_.context) {
    return Fail(ErrorCode::kTooLong, "too many tokens");
  }
  script_->Saw(request);
  Running running;
  running.reply = script_->NextReply();
  running.result.stats.prompt_tokens = static_cast<int>(request.prompt.size());
  running.result.seed = request.sampling.seed.value_or(0);
  running.request = std::move(request);
  running_.emplace(next_, std::move(running));
  return next_++;
}

void FakeEngine::Finish(RequestId id, FinishReason reason) {
  auto node = running_.extract(id);
  GenerationResult& result = node.mapped().result;
  result.finish = reason;
  result.stats.generated_tokens = static_cast<int>(result.tokens.size());
  finished_.emplace(id, std::move(result));
}

Result<bool> FakeEngine::Step() {
  if (script_->fail_step) return std::unexpected(*script_->fail_step);
  if (script_->silent) return !running_.empty();
  std::vector<RequestId> ids;
  for (const auto& [id, running] : running_) ids.push_back(id);
  for (const RequestId id : ids) {
    Running& running = running_.at(id);
    GenerationResult& result = running.result;
    const size_t at = result.tokens.size();
    const int most = running.request.max_tokens;
    if (most >= 0 && std::cmp_greater_equal(at, most)) {
      Finish(id, FinishReason::kLength);
      continue;
    }
    if (at == running.reply.size() && !script_->endless) {
      result.tokens.push_back(FakeModel::kEnd);
      Finish(id, FinishReason::kStop);
      continue;
    }
    const char c = at < running.reply.size() ? running.reply[at] : '.';
    result.tokens.push_back(static_cast<unsigned char>(c));
    if (std::ranges::find(running.request.stop_tokens, result.tokens.back()) !=
        running.request.stop_tokens.end()) {
      result.stop_token = result.tokens.back();
      Finish(id, FinishReason::kStop);
      continue;
    }
    result.text += c;
    bool stopped = false;
    for (const std::string& stop : running.request.stop) {
      if (!result.text.ends_with(stop)) continue;
      result.text.resize(result.text.size() - stop.size());
      result.stop_string = stop;
      stopped = true;
    }
    if (stopped) {
      Finish(id, FinishReason::kStop);
      continue;
    }
    // What may become a stop string is held back by real engines; here the reply's end is not.
    const bool held = std::ranges::any_of(running.request.stop, [&](const std::string& stop) {
      return stop.find(c) != std::string::npos;
    });
    Delta delta;
    if (!held) delta.text = std::string(1, c);
    delta.tokens = {result.tokens.back()};
    if (running.request.logprobs >= 0) delta.logprobs = {{result.tokens.back(), -0.5F, {}}};
    if (running.request.on_delta && !running.request.on_delta(delta)) {
      Finish(id, FinishReason::kCancelled);
    }
  }
  return !running_.empty();
}

std::optional<GenerationResult> FakeEngine::Take(RequestId id) {
  auto node = finished_.extract(id);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

void FakeEngine::Cancel(RequestId id) {
  if (running_.contains(id)) Finish(id, FinishReason::kCancelled);
}

Result<GenerationResult> FakeEngine::Generate(GenerationRequest request) {
  const RequestId id = TRY(Submit(std::move(request)));
  while (running_.contains(id)) {
    const bool more = TRY(Step());
    (void)more;
  }
  return *Take(id);
}

Result<void> FakeEngine::Score(std::span<const TokenId> tokens, int, int from,
                               const std::function<bool(const ScoredPosition&)>& on_position) {
  for (int i = from; i < std::ssize(tokens); ++i) {
    ScoredPosition position;
    position.pos = i;
    position.token = tokens[static_cast<size_t>(i)];
    if (i > 0) position.logprob = -1;
    position.top = {{position.token, -1.0F}};
    if (!on_position(position)) break;
  }
  return {};
}

std::vector<TokenId> FakeEncoder::Tokenize(std::string_view text) const {
  std::vector<TokenId> ids;
  for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
  return ids;
}

Result<Embeddings> FakeEncoder::Embed(std::span<const std::string_view> texts,
                                      const EmbedOptions& options) {
  std::vector<std::vector<TokenId>> ids;
  for (const std::string_view text : texts) ids.push_back(Tokenize(text));
  return EmbedTokens(ids, options);
}

Result<Embeddings> FakeEncoder::EmbedTokens(std::span<const std::vector<TokenId>> texts,
                                            const EmbedOptions& options) {
  slices.push_back(texts.size());
  Embeddings out;
  out.dims = 2;
  const size_t most = options.max_tokens > 0 ? static_cast<size_t>(options.max_tokens) : 8;
  for (const std::vector<TokenId>& text : texts) {
    if (text[0] == '!') return Fail(ErrorCode::kCorrupt, "gives what is not a number");
    const size_t n = std::min(text.size(), most);
    out.values.push_back(static_cast<float>(text[0]));
    out.values.push_back(static_cast<float>(n));
    out.tokens.push_back(static_cast<int>(n));
    out.left_out.push_back(static_cast<int64_t>(text.size() - n));
  }
  return out;
}

Backend FakeBackend(std::shared_ptr<FakeModel> model, std::shared_ptr<FakeScript> script,
                    const EngineOptions& options, uint64_t memory) {
  const auto fits = [memory](const std::string& path, uint64_t others) -> Result<void> {
    const uint64_t needed = path == "huge" ? 1000 : 100;
    if (memory == 0 || others + needed <= memory) return {};
    return Fail(ErrorCode::kResourceExhausted,
                path + ": needs " + std::to_string(needed) + " bytes");
  };
  Backend backend;
  backend.fits_alone = [fits](const std::string& path) { return fits(path, 0); };
  backend.load = [model, script, options, fits](const std::string& path,
                                                const LoadRoom& room) -> Result<Backend::Loaded> {
    TRY(fits(path, room.others));
    if (path == "missing") return Fail(ErrorCode::kNotFound, "there is no such file");
    if (path == "encoder") {
      return Backend::Loaded{nullptr, nullptr, std::make_shared<FakeEncoder>(), 100};
    }
    return Backend::Loaded{model, std::make_unique<FakeEngine>(options, script), nullptr, 100};
  };
  return backend;
}

void FakeExchange::Reply(int status, std::vector<HttpHeader> headers, std::string body) {
  const std::lock_guard lock(mutex_);
  status_ = status;
  headers_ = std::move(headers);
  body_ = std::move(body);
  done_ = true;
  changed_.notify_all();
}

void FakeExchange::Start(int status, std::vector<HttpHeader> headers) {
  const std::lock_guard lock(mutex_);
  status_ = status;
  headers_ = std::move(headers);
}

bool FakeExchange::Write(std::string piece) {
  const std::lock_guard lock(mutex_);
  body_ += piece;
  changed_.notify_all();
  return !gone_;
}

void FakeExchange::End() {
  const std::lock_guard lock(mutex_);
  done_ = true;
  changed_.notify_all();
}

void FakeExchange::OnClose(std::function<void()> closed) {
  const std::lock_guard lock(mutex_);
  closed_ = std::move(closed);
}

void FakeExchange::Leave() {
  std::function<void()> closed;
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    closed = closed_;
  }
  if (closed) closed();
}

void FakeExchange::WaitForWrite() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !body_.empty(); });
}

void FakeExchange::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return done_; });
}

std::string FakeExchange::Header(std::string_view name) const {
  for (const HttpHeader& header : headers_) {
    if (header.name == name) return header.value;
  }
  return "";
}

}  // namespace bantam::server
