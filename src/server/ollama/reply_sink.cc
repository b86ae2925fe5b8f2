// Lines and whole replies.
#include "server/ollama/reply_sink.h"

#include <cmath>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "server/api/ids.h"
#include "server/openai/parts.h"

namespace bantam::server {
namespace {

Json Nanoseconds(double seconds) {
  return Json::Int(static_cast<int64_t>(std::max(0.0, seconds) * 1e9));
}

Json Base(const OllamaForm& form) {
  Json json = Json::MakeObject();
  json.Set("model", Json::String(form.model));
  json.Set("created_at", Json::String(IsoTime(UnixNow())));
  return json;
}

Json MessageOf(const std::string& text, const std::string& thinking,
               const std::vector<ToolCall>& calls) {
  Json message = Json::MakeObject();
  message.Set("role", Json::String("assistant"));
  message.Set("content", Json::String(text));
  if (!thinking.empty()) message.Set("thinking", Json::String(thinking));
  if (calls.empty()) return message;
  Json list = Json::MakeArray();
  for (size_t i = 0; i < calls.size(); ++i) {
    Json function = Json::MakeObject();
    function.Set("index", Json::Int(static_cast<int64_t>(i)));
    function.Set("name", Json::String(calls[i].name));
    const auto arguments = Json::Parse(calls[i].arguments);
    function.Set("arguments", arguments ? *arguments : Json::MakeObject());
    Json item = Json::MakeObject();
    item.Set("id", Json::String(calls[i].id));
    item.Set("function", std::move(function));
    list.Append(std::move(item));
  }
  message.Set("tool_calls", std::move(list));
  return message;
}

class OllamaSink : public ReplySink {
 public:
  OllamaSink(std::shared_ptr<Call> call, std::shared_ptr<const Model> model, OllamaForm form)
      : call_(std::move(call)), model_(std::move(model)), form_(std::move(form)) {}

  bool OnDelta(int, const Delta& delta) override {
    if (!form_.stream) {
      text_ += delta.text;
      logprobs_.insert(logprobs_.end(), delta.logprobs.begin(), delta.logprobs.end());
      return true;
    }
    if (delta.text.empty() && delta.logprobs.empty()) return true;
    Json line = Base(form_);
    SetText(line, delta.text, "", {});
    if (form_.logprobs) SetLogprobs(line, delta.logprobs);
    line.Set("done", Json::Bool(false));
    return Send(line);
  }

  bool OnReasoning(int, const Delta& delta) override {
    if (!form_.stream) {
      thinking_ += delta.text;
      return true;
    }
    if (delta.text.empty()) return true;
    Json line = Base(form_);
    SetText(line, "", delta.text, {});
    line.Set("done", Json::Bool(false));
    return Send(line);
  }

  bool OnToolCall(int, const ToolCall& call) override {
    if (!form_.stream) {
      calls_.push_back(call);
      return true;
    }
    Json line = Base(form_);
    SetText(line, "", "", {call});
    line.Set("done", Json::Bool(false));
    return Send(line);
  }

  void OnEnd(int, Result<ReplyEnd> end) override {
    if (!end) {
      if (call_->started()) Send(ErrorBody(Flavour::kOllama, 500, end.error()));
      return call_->ReplyError(end.error());
    }
    call_->NoteTokens(end->stats.prompt_tokens, end->stats.generated_tokens,
                      end->stats.first_token_s);
    Json last = Base(form_);
    SetText(last, text_, thinking_, calls_);
    if (form_.logprobs && !form_.stream) SetLogprobs(last, logprobs_);
    last.Set("done", Json::Bool(true));
    last.Set("done_reason", Json::String(end->finish == FinishReason::kStop ? "stop" : "length"));
    if (form_.give_context) {
      std::vector<TokenId> context = form_.prompt;
      context.insert(context.end(), end->tokens.begin(), end->tokens.end());
      last.Set("context", IdsJson(context));
    }
    last.Set("total_duration", Nanoseconds(MonotonicSeconds() - form_.submitted_s));
    last.Set("load_duration", Nanoseconds(form_.load_s));
    last.Set("prompt_eval_count", Json::Int(end->stats.prompt_tokens));
    last.Set("prompt_eval_duration", Nanoseconds(end->stats.prefill_s));
    last.Set("eval_count", Json::Int(end->stats.generated_tokens));
    last.Set("eval_duration", Nanoseconds(end->stats.decode_s));
    Json remarks = Remarks(*end, form_.left_out);
    if (!remarks.is_null()) last.Set("bantam", std::move(remarks));
    if (!form_.stream) return call_->ReplyJson(200, last);
    Send(last);
    call_->End();
  }

 private:
  void SetText(Json& line, const std::string& text, const std::string& thinking,
               const std::vector<ToolCall>& calls) const {
    if (form_.chat) {
      line.Set("message", MessageOf(text, thinking, calls));
      return;
    }
    line.Set("response", Json::String(text));
    if (!thinking.empty()) line.Set("thinking", Json::String(thinking));
  }

  void SetLogprobs(Json& line, const std::vector<TokenLogprob>& tokens) const {
    line.Set("logprobs", *ChatLogprobs(*model_, tokens).Find("content"));
  }

  bool Send(const Json& line) {
    call_->Start("application/x-ndjson");
    return call_->Write(line.Dump() + "\n");
  }

  const std::shared_ptr<Call> call_;
  const std::shared_ptr<const Model> model_;
  const OllamaForm form_;
  std::string text_;
  std::string thinking_;
  std::vector<ToolCall> calls_;
  std::vector<TokenLogprob> logprobs_;
};

}  // namespace

std::shared_ptr<ReplySink> MakeOllamaSink(std::shared_ptr<Call> call,
                                          std::shared_ptr<const Model> model, OllamaForm form) {
  return std::make_shared<OllamaSink>(std::move(call), std::move(model), std::move(form));
}

Json EmptyReply(const OllamaForm& form, const char* reason) {
  Json json = Base(form);
  if (form.chat) {
    json.Set("message", MessageOf("", "", {}));
  } else {
    json.Set("response", Json::String(""));
  }
  json.Set("done", Json::Bool(true));
  json.Set("done_reason", Json::String(reason));
  return json;
}

}  // namespace bantam::server
