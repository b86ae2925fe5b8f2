// Chunks and whole replies of a chat.
#include "server/openai/chat_sink.h"

#include <optional>
#include <utility>

#include "server/openai/parts.h"

namespace bantam::server {
namespace {

Json CallJson(const ToolCall& call) {
  Json function = Json::MakeObject();
  function.Set("name", Json::String(call.name));
  function.Set("arguments", Json::String(call.arguments));
  Json json = Json::MakeObject();
  json.Set("id", Json::String(call.id));
  json.Set("type", Json::String("function"));
  json.Set("function", std::move(function));
  return json;
}

class ChatSink : public ReplySink {
 public:
  ChatSink(std::shared_ptr<Call> call, std::shared_ptr<const Model> model, ChatForm form)
      : call_(std::move(call)), model_(std::move(model)), form_(std::move(form)) {
    choices_.resize(static_cast<size_t>(form_.n));
  }

  bool OnDelta(int choice, const Delta& delta) override {
    Choice& reply = choices_[static_cast<size_t>(choice)];
    if (!form_.stream) {
      reply.text += delta.text;
      reply.logprobs.insert(reply.logprobs.end(), delta.logprobs.begin(), delta.logprobs.end());
      return true;
    }
    if (delta.text.empty() && delta.logprobs.empty() && !form_.token_ids) return true;
    Json message = Opening(reply);
    message.Set("content", Json::String(delta.text));
    Json item = ChoiceJson(choice, "delta", std::move(message));
    if (form_.logprobs) item.Set("logprobs", ChatLogprobs(*model_, delta.logprobs));
    if (form_.token_ids) item.Set("token_ids", IdsJson(delta.tokens));
    return Send(std::move(item));
  }

  bool OnReasoning(int choice, const Delta& delta) override {
    Choice& reply = choices_[static_cast<size_t>(choice)];
    if (!form_.stream) {
      reply.reasoning += delta.text;
      return true;
    }
    if (delta.text.empty() && !form_.token_ids) return true;
    Json message = Opening(reply);
    message.Set("reasoning_content", Json::String(delta.text));
    Json item = ChoiceJson(choice, "delta", std::move(message));
    if (form_.token_ids) item.Set("token_ids", IdsJson(delta.tokens));
    return Send(std::move(item));
  }

  bool OnCallPiece(int choice, const CallPiece& piece) override {
    Choice& reply = choices_[static_cast<size_t>(choice)];
    if (!form_.stream) return true;
    reply.n_begun = piece.index + 1;
    return SendPiece(choice, reply, piece);
  }

  bool OnToolCall(int choice, const ToolCall& call) override {
    Choice& reply = choices_[static_cast<size_t>(choice)];
    reply.calls.push_back(call);
    if (!form_.stream) return true;
    const int index = static_cast<int>(reply.calls.size()) - 1;
    if (reply.n_begun > index) return true;  // its pieces have been sent
    return SendPiece(choice, reply, {index, call.id, call.name, call.arguments});
  }

  void OnEnd(int choice, Result<ReplyEnd> end) override {
    Choice& reply = choices_[static_cast<size_t>(choice)];
    ++n_ended_;
    if (!end) {
      if (!error_) error_ = end.error();
      call_->state()->cancelled = true;  // the other choices are of no use
    } else {
      reply.end = *std::move(end);
      if (form_.stream && !error_) SendEnd(choice, reply);
    }
    if (n_ended_ == form_.n) Finish();
  }

 private:
  struct Choice {
    bool opened = false;
    std::string text;
    std::string reasoning;
    std::vector<TokenLogprob> logprobs;
    std::vector<ToolCall> calls;
    int n_begun = 0;  // calls of which pieces were sent
    ReplyEnd end;
  };

  // The first delta of a choice says whose it is.
  static Json Opening(Choice& reply) {
    Json message = Json::MakeObject();
    if (!reply.opened) message.Set("role", Json::String("assistant"));
    reply.opened = true;
    return message;
  }

  Json ChoiceJson(int choice, const char* name, Json message) const {
    Json item = Json::MakeObject();
    item.Set("index", Json::Int(choice));
    item.Set(name, std::move(message));
    item.Set("logprobs", Json());
    item.Set("finish_reason", Json());
    return item;
  }

  bool Send(Json choice) {
    return !error_ && SendChunk(*call_, form_, "chat.completion.chunk", std::move(choice));
  }

  bool SendPiece(int choice, Choice& reply, const CallPiece& piece) {
    Json function = Json::MakeObject();
    if (!piece.name.empty()) function.Set("name", Json::String(piece.name));
    function.Set("arguments", Json::String(piece.arguments));
    Json message = Opening(reply);
    if (form_.as_function) {
      message.Set("function_call", std::move(function));
    } else {
      Json item = Json::MakeObject();
      item.Set("index", Json::Int(piece.index));
      if (!piece.name.empty()) {
        item.Set("id", Json::String(piece.id));
        item.Set("type", Json::String("function"));
      }
      item.Set("function", std::move(function));
      message.Set("tool_calls", Json::MakeArray({std::move(item)}));
    }
    return Send(ChoiceJson(choice, "delta", std::move(message)));
  }

  void SendEnd(int choice, Choice& reply) {
    Json item = ChoiceJson(choice, "delta", Opening(reply));
    item.Set("finish_reason", Json::String(Reason(reply)));
    Remark(reply, item);
    Send(std::move(item));
  }

  const char* Reason(const Choice& reply) const {
    if (form_.as_function && !reply.calls.empty()) return "function_call";
    return FinishText(reply.end, form_.named_tool);
  }

  void Remark(const Choice& reply, Json& item) const {
    Json stop = StopReason(reply.end);
    if (!stop.is_null()) item.Set("stop_reason", std::move(stop));
    Json remarks = Remarks(reply.end, form_.left_out);
    if (!remarks.is_null()) item.Set("bantam", std::move(remarks));
  }

  void Finish() {
    GenerationStats sum;
    int reasoning = 0;
    for (const Choice& reply : choices_) {
      reasoning += reply.end.reasoning_tokens;
      if (sum.prompt_tokens == 0)
        sum = reply.end.stats;
      else
        sum.generated_tokens += reply.end.stats.generated_tokens;
    }
    call_->NoteTokens(sum.prompt_tokens, sum.generated_tokens, sum.first_token_s);
    if (error_) {
      if (call_->started()) {
        call_->Write(Event(ErrorBody(Flavour::kOpenAi, 500, *error_)));
      }
      return call_->ReplyError(*error_);
    }
    const Json usage = Usage(sum.prompt_tokens, sum.generated_tokens, sum.cached_tokens, reasoning);
    if (!form_.stream) return Whole(usage, sum);
    if (form_.include_usage) {
      Json chunk = Frame(form_, "chat.completion.chunk", Json::MakeArray());
      chunk.Set("usage", usage);
      chunk.Set("timings", Timings(sum));
      call_->Write(Event(chunk));
    }
    call_->Write("data: [DONE]\n\n");
    call_->End();
  }

  void Whole(const Json& usage, const GenerationStats& sum) {
    Json list = Json::MakeArray();
    for (size_t i = 0; i < choices_.size(); ++i) list.Append(WholeChoice(i));
    Json body = Frame(form_, "chat.completion", std::move(list));
    body.Set("usage", usage);
    body.Set("timings", Timings(sum));
    if (form_.token_ids) body.Set("prompt_token_ids", IdsJson(form_.prompt_tokens));
    call_->ReplyJson(200, body);
  }

  Json WholeChoice(size_t i) const {
    const Choice& reply = choices_[i];
    Json message = Json::MakeObject();
    message.Set("role", Json::String("assistant"));
    message.Set("content",
                reply.text.empty() && !reply.calls.empty() ? Json() : Json::String(reply.text));
    message.Set("refusal", Json());
    if (!reply.reasoning.empty()) {
      message.Set("reasoning_content", Json::String(reply.reasoning));
    }
    if (!reply.calls.empty() && form_.as_function) {
      message.Set("function_call", *CallJson(reply.calls[0]).Find("function"));
    } else if (!reply.calls.empty()) {
      Json calls = Json::MakeArray();
      for (const ToolCall& call : reply.calls) calls.Append(CallJson(call));
      message.Set("tool_calls", std::move(calls));
    }
    Json item = ChoiceJson(static_cast<int>(i), "message", std::move(message));
    if (form_.logprobs) item.Set("logprobs", ChatLogprobs(*model_, reply.logprobs));
    item.Set("finish_reason", Json::String(Reason(reply)));
    if (form_.token_ids) item.Set("token_ids", IdsJson(reply.end.tokens));
    Remark(reply, item);
    return item;
  }

  const std::shared_ptr<Call> call_;
  const std::shared_ptr<const Model> model_;
  const ChatForm form_;
  std::vector<Choice> choices_;
  std::optional<Error> error_;
  int n_ended_ = 0;
};

}  // namespace

std::shared_ptr<ReplySink> MakeChatSink(std::shared_ptr<Call> call,
                                        std::shared_ptr<const Model> model, ChatForm form) {
  return std::make_shared<ChatSink>(std::move(call), std::move(model), std::move(form));
}

}  // namespace bantam::server
