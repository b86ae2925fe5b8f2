// POST /v1/chat/completions.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "server/api/chat_request.h"
#include "server/api/end_fields.h"
#include "server/api/lora_fields.h"
#include "server/api/parameters.h"
#include "server/api/reasoning.h"
#include "server/api/reply_language.h"
#include "server/api/sampling_fields.h"
#include "server/api/shape_fields.h"
#include "server/openai/chat_sink.h"
#include "server/openai/handlers.h"

namespace bantam::server {
namespace {

constexpr int64_t kMostTokens = std::numeric_limits<int>::max();

Result<void> ReadLogprobs(const Fields& fields, ReplyOptions& options) {
  const bool wanted = TRY(fields.Bool("logprobs")).value_or(false);
  const auto top = TRY(fields.Integer("top_logprobs", 0, 20));
  if (top && *top > 0 && !wanted) {
    return fields.Bad("top_logprobs", "goes with \"logprobs\": true");
  }
  if (wanted) options.logprobs = static_cast<int>(top.value_or(0));
  return {};
}

Result<void> ReadLimit(const Fields& fields, ReplyOptions& options) {
  for (const char* name : {"n_predict", "max_tokens", "max_completion_tokens"}) {
    const auto limit = TRY(fields.Integer(name, -1, kMostTokens));
    if (limit) options.max_tokens = static_cast<int>(*limit);
  }
  return {};
}

struct Parsed {
  ChatRequest chat;
  ChatForm form;
};

Result<Parsed> Read(const Server& server, const Call& call) {
  const Json body = TRY(ParseBody(call.request().body));
  const Fields fields(body);
  Parsed parsed;
  ChatRequest& chat = parsed.chat;
  ReplyOptions& options = chat.options;
  options.deadlines = server.options.deadlines;
  chat.model = TRY(fields.Text("model")).value_or("");
  const Json* messages = fields.Get("messages");
  if (messages == nullptr) return fields.Bad("messages", "must be given");
  chat.messages = TRY(ReadMessages(*messages));
  chat.tools = TRY(ReadTools(fields));
  TRY(ApplyModelDefaults(server.library, chat.model, options, chat.context));
  TRY(ReadSamplingFields(fields, options.sampling));
  TRY(ReadLora(fields, options));
  TRY(ReadLimit(fields, options));
  TRY(ReadLogprobs(fields, options));
  options.shape = TRY(ReadShapeFields(fields));
  TRY(ReadEndFields(fields, options));
  options.keep_special = !TRY(fields.Bool("skip_special_tokens")).value_or(true);
  options.language = TRY(ReadReplyLanguage(fields, server.options.reply_language));
  options.n = static_cast<int>(TRY(fields.Integer("n", 1, server.options.max_choices)).value_or(1));
  if (options.shape && chat.tools.forced()) {
    return fields.Bad("tool_choice", "a call has a shape of its own: no other can be given");
  }
  // A reply that goes on: vLLM's field, or a last message of the assistant where that is asked for.
  if (TRY(fields.Bool("continue_final_message")).value_or(false)) {
    chat.begun_reply = chat.messages.TakeBegunReply();
  }
  chat.chat_template = TRY(fields.Text("chat_template")).value_or("");
  if (!chat.chat_template.empty()) chat.template_field = "chat_template";
  chat.variables = TRY(ReadTemplateVariables(fields));
  chat.trim = TRY(ReadTrim(fields, TrimMode::kError));
  ChatForm& form = parsed.form;
  TRY(ReadReplyForm(fields, "chatcmpl-", server.options.version, form));
  chat.stream = form.stream;
  form.named_tool = chat.tools.choice == Tools::Choice::kNamed;
  form.as_function = !fields.Has("tools") && fields.Has("functions");
  form.n = options.n;
  form.logprobs = options.logprobs >= 0;
  return parsed;
}

}  // namespace

void PostChatCompletions(Server& server, const std::shared_ptr<Call>& call) {
  auto parsed = Read(server, *call);
  if (!parsed) return call->ReplyError(parsed.error());
  RunChat(server, call, std::move(parsed->chat),
          [call, form = std::move(parsed->form)](
              const ChatStart& start) mutable -> std::shared_ptr<ReplySink> {
            form.model = start.model.name;
            form.left_out = start.prompt.left_out;
            form.prompt_tokens = start.prompt.tokens;
            return MakeChatSink(call, start.lease.served()->model, std::move(form));
          });
}

}  // namespace bantam::server
