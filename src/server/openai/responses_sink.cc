// Items, events and the response object.
#include "server/openai/responses_sink.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "server/api/ids.h"
#include "server/openai/parts.h"

namespace bantam::server {
namespace {

constexpr const char* kInProgress = "in_progress";
constexpr const char* kCompleted = "completed";
constexpr const char* kIncomplete = "incomplete";

Json Object(Json::Object members) {
  return Json::MakeObject(std::move(members));
}

class ResponsesSink : public ReplySink {
 public:
  ResponsesSink(std::shared_ptr<Call> call, std::shared_ptr<const Model> model, ResponsesForm form)
      : call_(std::move(call)), model_(std::move(model)), form_(std::move(form)) {}

  bool OnDelta(int, const Delta& delta) override {
    if (delta.text.empty() && delta.logprobs.empty()) return true;
    CloseReasoning();
    text_ += delta.text;
    logprobs_.insert(logprobs_.end(), delta.logprobs.begin(), delta.logprobs.end());
    if (!form_.stream) return true;
    Open();
    if (!message_open_) OpenMessage();
    Json event = Part();
    event.Set("delta", Json::String(delta.text));
    event.Set("logprobs", LogprobList(*model_, delta.logprobs));
    return Send("response.output_text.delta", std::move(event));
  }

  bool OnReasoning(int, const Delta& delta) override {
    if (delta.text.empty()) return true;
    const bool first = thought_.empty();
    thought_ += delta.text;
    if (!form_.stream) return true;
    Open();
    if (first) OpenReasoning();
    Json event = ReasoningPart();
    event.Set("delta", Json::String(delta.text));
    return Send("response.reasoning_text.delta", std::move(event));
  }

  bool OnCallPiece(int, const CallPiece& piece) override {
    if (!form_.stream) return true;
    if (!piece.name.empty()) OpenCall({piece.id, piece.name, ""});
    return SendArguments("response.function_call_arguments.delta", "delta", piece.arguments);
  }

  // Pieces of several calls may have come before the first is told of as a whole.
  bool OnToolCall(int, const ToolCall& call) override {
    CloseMessage();
    if (form_.stream && item_ids_.find(call.id) == item_ids_.end()) {
      OpenCall(call);
      SendArguments("response.function_call_arguments.delta", "delta", call.arguments);
    }
    Json item = CallItem(call, kCompleted);
    if (form_.stream) {
      const auto index = Json::Int(std::ssize(output_));
      Json done = Object({{"item_id", *item.Find("id")},
                          {"output_index", index},
                          {"arguments", Json::String(call.arguments)},
                          {"name", Json::String(call.name)}});
      Send("response.function_call_arguments.done", std::move(done));
      Send("response.output_item.done", Object({{"output_index", index}, {"item", item}}));
    }
    output_.push_back(std::move(item));
    ++n_calls_;
    return !call_->state()->cancelled;
  }

  void OnEnd(int, Result<ReplyEnd> end) override {
    if (!end) {
      if (call_->started()) {
        Json error = Object({{"code", Json::String("server_error")},
                             {"message", Json::String(end.error().message)},
                             {"param", Json()}});
        Send("error", std::move(error));
      }
      return call_->ReplyError(end.error());
    }
    const bool complete = end->finish == FinishReason::kStop;
    const char* status = complete ? kCompleted : kIncomplete;
    CloseReasoning(status);
    if (output_.empty() && !message_open_ && form_.stream) {
      Open();
      OpenMessage();
    }
    CloseMessage(status);
    if (output_.empty()) output_.push_back(Message(status));
    call_->NoteTokens(end->stats.prompt_tokens, end->stats.generated_tokens,
                      end->stats.first_token_s);
    Json response = Response(status);
    if (!complete) {
      response.Set("incomplete_details", Object({{"reason", Json::String("max_output_tokens")}}));
    }
    response.Set("usage", UsageJson(*end));
    Json remarks = Remarks(*end, form_.left_out);
    if (!remarks.is_null()) response.Set("bantam", std::move(remarks));
    if (!form_.stream) return call_->ReplyJson(200, response);
    Send(complete ? "response.completed" : "response.incomplete",
         Object({{"response", std::move(response)}}));
    call_->End();
  }

 private:
  static Json UsageJson(const ReplyEnd& end) {
    const GenerationStats& stats = end.stats;
    return Object(
        {{"input_tokens", Json::Int(stats.prompt_tokens)},
         {"input_tokens_details", Object({{"cached_tokens", Json::Int(stats.cached_tokens)}})},
         {"output_tokens", Json::Int(stats.generated_tokens)},
         {"output_tokens_details", Object({{"reasoning_tokens", Json::Int(end.reasoning_tokens)}})},
         {"total_tokens", Json::Int(int64_t{stats.prompt_tokens} + stats.generated_tokens)}});
  }

  Json Response(const char* status) const {
    Json response = Object({{"id", Json::String(form_.id)},
                            {"object", Json::String("response")},
                            {"created_at", Json::Int(form_.created_s)},
                            {"status", Json::String(status)},
                            {"error", Json()},
                            {"incomplete_details", Json()},
                            {"model", Json::String(form_.model)},
                            {"output", Json::MakeArray(output_)},
                            {"previous_response_id", Json()},
                            {"store", Json::Bool(false)},
                            {"usage", Json()}});
    for (const auto& [key, value] : form_.echoed.members()) response.Set(key, value);
    return response;
  }

  Json CallItem(const ToolCall& call, const char* status) {
    std::string& id = item_ids_[call.id];
    if (id.empty()) id = "fc_" + RandomId(24);
    return Object({{"type", Json::String("function_call")},
                   {"id", Json::String(id)},
                   {"call_id", Json::String(call.id)},
                   {"name", Json::String(call.name)},
                   {"arguments", Json::String(call.arguments)},
                   {"status", Json::String(status)}});
  }

  void OpenCall(const ToolCall& call) {
    CloseMessage();
    Open();
    call_index_ = std::ssize(output_) + std::ssize(item_ids_) - n_calls_;
    Json item = CallItem({call.id, call.name, ""}, kInProgress);
    call_item_ = item.Find("id")->AsString();
    Send("response.output_item.added",
         Object({{"output_index", Json::Int(call_index_)}, {"item", std::move(item)}}));
  }

  bool SendArguments(const char* type, const char* name, const std::string& text) {
    return Send(type, Object({{"item_id", Json::String(call_item_)},
                              {"output_index", Json::Int(call_index_)},
                              {name, Json::String(text)}}));
  }

  Json TextPart() const {
    return Object({{"type", Json::String("output_text")},
                   {"text", Json::String(text_)},
                   {"annotations", Json::MakeArray()},
                   {"logprobs", LogprobList(*model_, logprobs_)}});
  }

  Json Message(const char* status) const {
    Json content = Json::MakeArray();
    if (std::string_view(status) != kInProgress) content.Append(TextPart());
    return Object({{"type", Json::String("message")},
                   {"id", Json::String(message_id_)},
                   {"status", Json::String(status)},
                   {"role", Json::String("assistant")},
                   {"content", std::move(content)}});
  }

  Json Part() const {
    return Object({{"item_id", Json::String(message_id_)},
                   {"output_index", Json::Int(std::ssize(output_))},
                   {"content_index", Json::Int(0)}});
  }

  void Open() {
    if (call_->started()) return;
    call_->Start(kEventStream);
    Send("response.created", Object({{"response", Response(kInProgress)}}));
    Send("response.in_progress", Object({{"response", Response(kInProgress)}}));
  }

  void OpenMessage() {
    message_open_ = true;
    Send("response.output_item.added", Object({{"output_index", Json::Int(std::ssize(output_))},
                                               {"item", Message(kInProgress)}}));
    Json event = Part();
    event.Set("part", Object({{"type", Json::String("output_text")},
                              {"text", Json::String("")},
                              {"annotations", Json::MakeArray()}}));
    Send("response.content_part.added", std::move(event));
  }

  // Thoughts as OpenAI's open models have them: an item whose content they are, in full.
  Json Reasoning(const char* status) const {
    Json content = Json::MakeArray();
    if (std::string_view(status) != kInProgress) content.Append(ThoughtPart(thought_));
    return Object({{"type", Json::String("reasoning")},
                   {"id", Json::String(reasoning_id_)},
                   {"summary", Json::MakeArray()},
                   {"content", std::move(content)},
                   {"status", Json::String(status)}});
  }

  static Json ThoughtPart(const std::string& text) {
    return Object({{"type", Json::String("reasoning_text")}, {"text", Json::String(text)}});
  }

  Json ReasoningPart() const {
    return Object({{"item_id", Json::String(reasoning_id_)},
                   {"output_index", Json::Int(std::ssize(output_))},
                   {"content_index", Json::Int(0)}});
  }

  void OpenReasoning() {
    Send("response.output_item.added", Object({{"output_index", Json::Int(std::ssize(output_))},
                                               {"item", Reasoning(kInProgress)}}));
    Json event = ReasoningPart();
    event.Set("part", ThoughtPart(""));
    Send("response.content_part.added", std::move(event));
  }

  // The thoughts so far become an item of the output.
  void CloseReasoning(const char* status = kCompleted) {
    if (thought_.empty()) return;
    Json item = Reasoning(status);
    if (form_.stream) {
      Json done = ReasoningPart();
      done.Set("text", Json::String(thought_));
      Send("response.reasoning_text.done", std::move(done));
      Json part = ReasoningPart();
      part.Set("part", ThoughtPart(thought_));
      Send("response.content_part.done", std::move(part));
      Send("response.output_item.done",
           Object({{"output_index", Json::Int(std::ssize(output_))}, {"item", item}}));
    }
    output_.push_back(std::move(item));
    thought_.clear();
    reasoning_id_ = "rs_" + RandomId(24);
  }

  // The text so far becomes an item of the output.
  void CloseMessage(const char* status = kCompleted) {
    CloseReasoning();
    if (text_.empty() && logprobs_.empty() && !message_open_) return;
    if (message_open_) {
      Json done = Part();
      done.Set("text", Json::String(text_));
      done.Set("logprobs", LogprobList(*model_, logprobs_));
      Send("response.output_text.done", std::move(done));
      Json part = Part();
      part.Set("part", TextPart());
      Send("response.content_part.done", std::move(part));
      Send("response.output_item.done",
           Object({{"output_index", Json::Int(std::ssize(output_))}, {"item", Message(status)}}));
    }
    output_.push_back(Message(status));
    text_.clear();
    logprobs_.clear();
    message_open_ = false;
    message_id_ = "msg_" + RandomId(24);
  }

  bool Send(const char* type, Json event) {
    event.Set("type", Json::String(type));
    event.Set("sequence_number", Json::Int(sequence_++));
    return call_->Write("event: " + std::string(type) + "\n" + server::Event(event));
  }

  const std::shared_ptr<Call> call_;
  const std::shared_ptr<const Model> model_;
  const ResponsesForm form_;
  std::vector<Json> output_;
  std::map<std::string, std::string> item_ids_;  // of calls begun, by their own ids
  int64_t n_calls_ = 0;                          // of them in output_
  int64_t call_index_ = 0;                       // where the call that is being written will stand
  std::string call_item_;                        // its item's id
  std::string thought_;  // of the reasoning that is open, if it is not empty
  std::string reasoning_id_ = "rs_" + RandomId(24);
  std::string text_;                    // of the message that is open …
  std::vector<TokenLogprob> logprobs_;  // … and of its tokens
  std::string message_id_ = "msg_" + RandomId(24);
  bool message_open_ = false;
  int64_t sequence_ = 0;
};

}  // namespace

std::shared_ptr<ReplySink> MakeResponsesSink(std::shared_ptr<Call> call,
                                             std::shared_ptr<const Model> model,
                                             ResponsesForm form) {
  return std::make_shared<ResponsesSink>(std::move(call), std::move(model), std::move(form));
}

}  // namespace bantam::server
