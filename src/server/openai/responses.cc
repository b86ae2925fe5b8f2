// POST /v1/responses: nothing is stored, so each request carries its whole conversation.
#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "server/api/chat_request.h"
#include "server/api/ids.h"
#include "server/api/parameters.h"
#include "server/api/reasoning.h"
#include "server/api/reply_language.h"
#include "server/api/sampling_fields.h"
#include "server/api/shape_fields.h"
#include "server/openai/handlers.h"
#include "server/openai/responses_sink.h"

namespace bantam::server {
namespace {

struct Parsed {
  ChatRequest chat;
  ResponsesForm form;
};

// An item of the input as a message; calls and their results in the form of chats.
Result<Json> ReadItem(const Json& item, const std::string& name) {
  if (!item.is_object()) return BadField(name, "must be an object, not " + Shown(item));
  const Fields fields(item, name + ".");
  const std::string type = TRY(fields.Text("type")).value_or("message");
  if (type == "message") return item;
  if (type == "function_call") {
    Json function = Json::MakeObject();
    for (const char* key : {"name", "arguments"}) {
      const auto text = TRY(fields.Text(key));
      if (!text) return fields.Bad(key, "must be given");
      function.Set(key, Json::String(*text));
    }
    Json call = Json::MakeObject();
    call.Set("id", Json::String(TRY(fields.Text("call_id")).value_or("")));
    call.Set("type", Json::String("function"));
    call.Set("function", std::move(function));
    Json message = MessageJson("assistant", "");
    message.Set("tool_calls", Json::MakeArray({std::move(call)}));
    return message;
  }
  if (type == "function_call_output") {
    const std::string output = TRY(ReadContent(item.Find("output"), name + ".output"));
    Json message = MessageJson("tool", output);
    message.Set("tool_call_id", Json::String(TRY(fields.Text("call_id")).value_or("")));
    return message;
  }
  if (type == "reasoning") return Json();
  return fields.Bad("type", "must be message, function_call or function_call_output, not " +
                                Shown(Json::String(type)));
}

Result<Messages> ReadInput(const Fields& fields) {
  Json list = Json::MakeArray();
  if (const auto text = TRY(fields.Text("instructions"))) {
    list.Append(MessageJson("system", *text));
  }
  const Json* input = fields.Get("input");
  if (input == nullptr) return fields.Bad("input", "must be given");
  if (input->is_string()) {
    list.Append(MessageJson("user", input->AsString()));
    return ReadMessages(list);
  }
  if (!input->is_array() || input->items().empty()) {
    return fields.Bad("input", "must be a string or an array of items, not " + Shown(*input));
  }
  for (size_t i = 0; i < input->items().size(); ++i) {
    Json message = TRY(ReadItem(input->items()[i], "input[" + std::to_string(i) + "]"));
    if (!message.is_null()) list.Append(std::move(message));
  }
  return ReadMessages(list);
}

// text.format, which is response_format with the schema one level higher.
Result<std::optional<AskedShape>> ReadTextFormat(const Fields& fields) {
  const Json* text = TRY(fields.Object("text"));
  if (text == nullptr) return std::nullopt;
  return ReadResponseFormat(Fields(*text, "text."), "format");
}

// `include` asks for them; `top_logprobs`: so many of the likeliest beside each.
Result<void> ReadLogprobs(const Fields& fields, ReplyOptions& options) {
  const std::vector<std::string> included = TRY(fields.Texts("include"));
  const auto top = TRY(fields.Integer("top_logprobs", 0, 20));
  if (std::ranges::find(included, "message.output_text.logprobs") == included.end()) return {};
  options.logprobs = static_cast<int>(top.value_or(0));
  return {};
}

// What the response says again.
Json Echo(const Fields& fields) {
  Json echoed = Json::MakeObject();
  const auto repeat = [&](const char* name, Json otherwise) {
    const Json* value = fields.Get(name);
    echoed.Set(name, value == nullptr ? std::move(otherwise) : *value);
  };
  Json format = Json::MakeObject();
  Json text = Json::MakeObject();
  format.Set("type", Json::String("text"));
  text.Set("format", std::move(format));
  repeat("instructions", Json());
  repeat("max_output_tokens", Json());
  repeat("metadata", Json::MakeObject());
  repeat("parallel_tool_calls", Json::Bool(true));
  repeat("temperature", Json());
  repeat("text", std::move(text));
  repeat("tool_choice", Json::String("auto"));
  repeat("tools", Json::MakeArray());
  repeat("top_logprobs", Json::Int(0));
  repeat("top_p", Json());
  repeat("truncation", Json::String("disabled"));
  return echoed;
}

Result<Parsed> Read(const Server& server, const Call& call) {
  const Json body = TRY(ParseBody(call.request().body));
  const Fields fields(body);
  for (const char* name : {"previous_response_id", "conversation", "prompt"}) {
    if (fields.Has(name)) {
      return fields.Bad(name, "responses are not stored here: send the whole conversation");
    }
  }
  if (TRY(fields.Bool("background")).value_or(false)) {
    return fields.Bad("background", "is not supported");
  }
  Parsed parsed;
  ChatRequest& chat = parsed.chat;
  chat.model = TRY(fields.Text("model")).value_or("");
  chat.messages = TRY(ReadInput(fields));
  chat.tools = TRY(ReadTools(fields));
  chat.options.deadlines = server.options.deadlines;
  TRY(ApplyModelDefaults(server.library, chat.model, chat.options, chat.context));
  TRY(ReadSamplingFields(fields, chat.options.sampling));
  if (const auto limit =
          TRY(fields.Integer("max_output_tokens", 1, std::numeric_limits<int>::max()))) {
    chat.options.max_tokens = static_cast<int>(*limit);
  }
  if (const Json* reasoning = TRY(fields.Object("reasoning"))) {
    if (const auto effort = TRY(Fields(*reasoning, "reasoning.").Text("effort"))) {
      Json given = Json::MakeObject();
      given.Set("reasoning_effort", Json::String(*effort));
      chat.variables = TRY(ReadTemplateVariables(Fields(given)));
    }
  }
  TRY(ReadLogprobs(fields, chat.options));
  chat.options.shape = TRY(ReadTextFormat(fields));
  chat.options.language = TRY(ReadReplyLanguage(fields, server.options.reply_language));
  if (chat.options.shape && chat.tools.forced()) {
    return fields.Bad("tool_choice", "a call has a shape of its own: no other can be given");
  }
  const std::string truncation = TRY(fields.Text("truncation")).value_or("disabled");
  if (truncation != "auto" && truncation != "disabled") {
    return fields.Bad("truncation", "must be \"auto\" or \"disabled\"");
  }
  chat.trim = TRY(ReadTrim(fields, truncation == "auto" ? TrimMode::kOldest : TrimMode::kError));
  parsed.form.stream = TRY(fields.Bool("stream")).value_or(false);
  chat.stream = parsed.form.stream;
  parsed.form.id = "resp_" + RandomId(24);
  parsed.form.created_s = UnixSeconds();
  parsed.form.echoed = Echo(fields);
  return parsed;
}

}  // namespace

void PostResponses(Server& server, const std::shared_ptr<Call>& call) {
  auto parsed = Read(server, *call);
  if (!parsed) return call->ReplyError(parsed.error());
  RunChat(server, call, std::move(parsed->chat),
          [call, form = std::move(parsed->form)](
              const ChatStart& start) mutable -> std::shared_ptr<ReplySink> {
            form.model = start.model.name;
            form.left_out = start.prompt.left_out;
            return MakeResponsesSink(call, start.lease.served()->model, std::move(form));
          });
}

}  // namespace bantam::server
