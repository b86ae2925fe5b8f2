// Chunks and whole replies of completions.
#include "server/openai/completion_sink.h"

#include <optional>
#include <utility>

#include "base/utf8.h"
#include "server/openai/parts.h"

namespace bantam::server {
namespace {

// OpenAI's four parallel lists. `offset`: characters before the next token.
class Logprobs {
 public:
  Logprobs(const Model& model, const CompletionForm& form, int64_t& offset)
      : model_(model), form_(form), offset_(offset) {}

  void Add(TokenId token, std::optional<float> logprob,
           const std::vector<std::pair<TokenId, float>>& top) {
    tokens_.Append(Json::String(Name(token)));
    values_.Append(logprob ? LogprobJson(*logprob) : Json());
    offsets_.Append(Json::Int(offset_));
    offset_ += static_cast<int64_t>(CountCharacters(model_.TokenBytes(token)));
    if (!logprob) {
      top_.Append(Json());
      return;
    }
    Json likeliest = Json::MakeObject();
    for (const auto& [id, value] : top) {
      std::string name = Name(id);
      if (likeliest.Find(name) == nullptr) likeliest.Set(std::move(name), LogprobJson(value));
    }
    std::string own = Name(token);
    if (likeliest.Find(own) == nullptr) likeliest.Set(std::move(own), LogprobJson(*logprob));
    top_.Append(std::move(likeliest));
  }

  Json Take() {
    Json json = Json::MakeObject();
    json.Set("tokens", std::move(tokens_));
    json.Set("token_logprobs", std::move(values_));
    json.Set("top_logprobs", std::move(top_));
    json.Set("text_offset", std::move(offsets_));
    return json;
  }

 private:
  std::string Name(TokenId token) const {
    if (form_.tokens_as_ids) return "token_id:" + std::to_string(token);
    return std::string(model_.TokenBytes(token));
  }

  const Model& model_;
  const CompletionForm& form_;
  int64_t& offset_;
  Json tokens_ = Json::MakeArray();
  Json values_ = Json::MakeArray();
  Json top_ = Json::MakeArray();
  Json offsets_ = Json::MakeArray();
};

class CompletionSink : public ReplySink {
 public:
  CompletionSink(std::shared_ptr<Call> call, std::shared_ptr<const Model> model,
                 CompletionForm form)
      : call_(std::move(call)), model_(std::move(model)), form_(std::move(form)) {
    choices_.resize(form_.prompts.size() * static_cast<size_t>(form_.n));
  }

  void OnPromptScores(int choice, PromptScores scores) override {
    choices_[static_cast<size_t>(choice)].scores = std::move(scores);
  }

  bool OnDelta(int choice, const Delta& delta) override {
    Choice& reply = choices_[static_cast<size_t>(choice)];
    if (!form_.stream) {
      reply.text += delta.text;
      reply.logprobs.insert(reply.logprobs.end(), delta.logprobs.begin(), delta.logprobs.end());
      return true;
    }
    if (delta.text.empty() && delta.logprobs.empty() && !form_.token_ids) return true;
    std::string text = delta.text;
    if (form_.echo && !reply.opened) text = PromptText(choice) + text;
    reply.opened = true;
    Json item = ChoiceJson(choice, text);
    if (form_.logprobs >= 0) item.Set("logprobs", LogprobsOf(choice, delta.logprobs));
    if (form_.token_ids) item.Set("token_ids", IdsJson(delta.tokens));
    return Send(std::move(item));
  }

  bool OnToolCall(int, const ToolCall&) override { return true; }

  void OnEnd(int choice, Result<ReplyEnd> end) override {
    Choice& reply = choices_[static_cast<size_t>(choice)];
    ++n_ended_;
    if (!end) {
      if (!error_) error_ = end.error();
      call_->state()->cancelled = true;
    } else {
      reply.end = *std::move(end);
      if (form_.stream && !error_) SendEnd(choice, reply);
    }
    if (n_ended_ == std::ssize(choices_)) Finish();
  }

 private:
  struct Choice {
    bool opened = false;
    std::string text;
    std::optional<PromptScores> scores;  // until they are told
    std::vector<TokenLogprob> logprobs;
    int64_t characters = 0;  // of the tokens whose log-probabilities were told
    ReplyEnd end;
  };

  size_t PromptOf(int choice) const { return static_cast<size_t>(choice / form_.n); }
  const std::string& PromptText(int choice) const { return form_.texts[PromptOf(choice)]; }

  // Of the prompt if it was scored, the first time; then of these tokens.
  Json LogprobsOf(int choice, const std::vector<TokenLogprob>& tokens) {
    Choice& reply = choices_[static_cast<size_t>(choice)];
    Logprobs logprobs(*model_, form_, reply.characters);
    if (const auto scores = std::exchange(reply.scores, std::nullopt)) {
      const std::vector<TokenId>& prompt = form_.prompts[PromptOf(choice)];
      for (size_t i = 0; i < prompt.size(); ++i) {
        logprobs.Add(prompt[i], scores->logprobs[i], scores->tops[i]);
      }
    }
    for (const TokenLogprob& token : tokens) {
      logprobs.Add(token.token, token.logprob, token.top);
    }
    return logprobs.Take();
  }

  Json ChoiceJson(int choice, const std::string& text) const {
    Json item = Json::MakeObject();
    item.Set("index", Json::Int(choice));
    item.Set("text", Json::String(text));
    item.Set("logprobs", Json());
    item.Set("finish_reason", Json());
    return item;
  }

  bool Send(Json choice) {
    return !error_ && SendChunk(*call_, form_, "text_completion", std::move(choice));
  }

  void AddEnd(const Choice& reply, int choice, Json& item) const {
    item.Set("finish_reason", Json::String(FinishText(reply.end, false)));
    Json stop = StopReason(reply.end);
    if (!stop.is_null()) item.Set("stop_reason", std::move(stop));
    if (form_.token_ids) {
      item.Set("prompt_token_ids", IdsJson(form_.prompts[PromptOf(choice)]));
    }
    Json remarks = Remarks(reply.end, 0);
    if (!remarks.is_null()) item.Set("bantam", std::move(remarks));
  }

  void SendEnd(int choice, const Choice& reply) {
    const bool untold = form_.echo && !reply.opened;
    Json item = ChoiceJson(choice, untold ? PromptText(choice) : "");
    if (untold && form_.logprobs >= 0) item.Set("logprobs", LogprobsOf(choice, {}));
    AddEnd(reply, choice, item);
    Send(std::move(item));
  }

  void Finish() {
    int prompt_tokens = 0;
    int cached = 0;
    int generated = 0;
    for (size_t i = 0; i < choices_.size(); ++i) {
      const GenerationStats& stats = choices_[i].end.stats;
      generated += stats.generated_tokens;
      if (i % static_cast<size_t>(form_.n) != 0) continue;
      prompt_tokens += stats.prompt_tokens;
      cached += stats.cached_tokens;
    }
    call_->NoteTokens(prompt_tokens, generated, choices_[0].end.stats.first_token_s);
    if (error_) {
      if (call_->started()) call_->Write(Event(ErrorBody(Flavour::kOpenAi, 500, *error_)));
      return call_->ReplyError(*error_);
    }
    const Json usage = Usage(prompt_tokens, generated, cached, 0);
    if (!form_.stream) return Whole(usage);
    if (form_.include_usage) {
      Json chunk = Frame(form_, "text_completion", Json::MakeArray());
      chunk.Set("usage", usage);
      call_->Write(Event(chunk));
    }
    call_->Write("data: [DONE]\n\n");
    call_->End();
  }

  void Whole(const Json& usage) {
    Json list = Json::MakeArray();
    for (size_t i = 0; i < choices_.size(); ++i) {
      const int choice = static_cast<int>(i);
      const Choice& reply = choices_[i];
      Json item = ChoiceJson(choice, (form_.echo ? PromptText(choice) : "") + reply.text);
      if (form_.logprobs >= 0) item.Set("logprobs", LogprobsOf(choice, reply.logprobs));
      if (form_.token_ids) item.Set("token_ids", IdsJson(reply.end.tokens));
      AddEnd(reply, choice, item);
      list.Append(std::move(item));
    }
    Json body = Frame(form_, "text_completion", std::move(list));
    body.Set("usage", usage);
    if (choices_.size() == 1) body.Set("timings", Timings(choices_[0].end.stats));
    call_->ReplyJson(200, body);
  }

  const std::shared_ptr<Call> call_;
  const std::shared_ptr<const Model> model_;
  const CompletionForm form_;
  std::vector<Choice> choices_;
  std::optional<Error> error_;
  int n_ended_ = 0;
};

}  // namespace

std::shared_ptr<ReplySink> MakeCompletionSink(std::shared_ptr<Call> call,
                                              std::shared_ptr<const Model> model,
                                              CompletionForm form) {
  return std::make_shared<CompletionSink>(std::move(call), std::move(model), std::move(form));
}

}  // namespace bantam::server
