// POST /api/chat and /api/generate.
#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "server/api/chat_request.h"
#include "server/api/parameters.h"
#include "server/api/reasoning.h"
#include "server/api/reply_language.h"
#include "server/api/shape_fields.h"
#include "server/ollama/handlers.h"
#include "server/ollama/modelfile.h"
#include "server/ollama/options.h"
#include "server/ollama/reply_sink.h"

namespace bantam::server {
namespace {

struct Parsed {
  ChatRequest chat;
  OllamaForm form;
  bool empty = false;  // nothing to answer: load or unload the model
};

// Model, options, format, keep_alive, …: what chat and generate share.
Result<Parsed> ReadCommon(const Server& server, const Fields& fields) {
  Parsed parsed;
  ChatRequest& chat = parsed.chat;
  chat.model = TRY(fields.Text("model")).value_or("");
  chat.options = OllamaDefaults();
  chat.options.deadlines = server.options.deadlines;
  TRY(ApplyModelDefaults(server.library, chat.model, chat.options, chat.context));
  if (const Json* options = TRY(fields.Object("options"))) {
    TRY(ReadParameters(Fields(*options, "options."), chat.options, chat.context));
  }
  chat.options.shape = TRY(ReadFormat(fields));
  chat.options.language = TRY(ReadReplyLanguage(fields, server.options.reply_language));
  chat.keep_alive_s = TRY(ReadKeepAlive(fields));
  chat.variables = TRY(ReadTemplateVariables(fields));
  const bool truncate = TRY(fields.Bool("truncate")).value_or(true);
  chat.trim = TRY(ReadTrim(fields, truncate ? TrimMode::kOldest : TrimMode::kError));
  OllamaForm& form = parsed.form;
  form.stream = TRY(fields.Bool("stream")).value_or(true);
  chat.stream = form.stream;
  form.model = chat.model;
  form.submitted_s = MonotonicSeconds();
  form.logprobs = TRY(fields.Bool("logprobs")).value_or(false);
  const auto top = TRY(fields.Integer("top_logprobs", 0, 20));
  if (form.logprobs) chat.options.logprobs = static_cast<int>(top.value_or(0));
  return parsed;
}

Result<Parsed> ReadChat(const Server& server, const Call& call) {
  const Json body = TRY(ParseBody(call.request().body));
  const Fields fields(body);
  Parsed parsed = TRY(ReadCommon(server, fields));
  parsed.form.chat = true;
  const Json* messages = TRY(fields.Array("messages"));
  if (messages == nullptr || messages->items().empty()) {
    parsed.empty = true;
    return parsed;
  }
  parsed.chat.messages = TRY(ReadMessages(*messages));
  parsed.chat.tools = TRY(ReadTools(fields));
  // A last message of the assistant is a reply to go on with, unless it is to be answered.
  parsed.chat.begun_reply = parsed.chat.messages.TakeBegunReply();
  return parsed;
}

Result<Parsed> ReadGenerate(const Server& server, const Call& call) {
  const Json body = TRY(ParseBody(call.request().body));
  const Fields fields(body);
  Parsed parsed = TRY(ReadCommon(server, fields));
  ChatRequest& chat = parsed.chat;
  const std::string prompt = TRY(fields.Text("prompt")).value_or("");
  const std::string system = TRY(fields.Text("system")).value_or("");
  if (const auto suffix = TRY(fields.Text("suffix")); suffix && !suffix->empty()) {
    return fields.Bad("suffix", "filling in the middle is not supported");
  }
  if (const Json* images = TRY(fields.Array("images"));
      images != nullptr && !images->items().empty()) {
    return fields.Bad("images", "this server reads text only");
  }
  chat.chat_template = TRY(fields.Text("template")).value_or("");
  if (!chat.chat_template.empty()) chat.template_field = "template";
  if (IsGoTemplate(chat.chat_template)) {
    return fields.Bad("template",
                      "is in Ollama's own notation (Go's), which is not supported: give it in "
                      "Jinja, or leave it out for the model's own");
  }
  chat.before = TRY(fields.TokenIds("context"));
  const bool raw = TRY(fields.Bool("raw")).value_or(false);
  parsed.empty = prompt.empty();
  parsed.form.give_context = !raw;
  if (raw) {
    chat.raw = prompt;
    return parsed;
  }
  if (!system.empty()) {
    chat.messages.list.Append(MessageJson("system", system));
    chat.messages.texts.push_back(system);
  }
  chat.messages.list.Append(MessageJson("user", prompt));
  chat.messages.texts.push_back(prompt);
  return parsed;
}

// A request without a prompt loads the model, or unloads it.
void LoadOnly(Server& server, const std::shared_ptr<Call>& call, Parsed parsed) {
  const auto reply = [call, form = parsed.form](const char* reason) {
    const Json body = EmptyReply(form, reason);
    if (!form.stream) return call->ReplyJson(200, body);
    call->Start("application/x-ndjson");
    call->Write(body.Dump() + "\n");
    call->End();
  };
  if (parsed.chat.keep_alive_s && *parsed.chat.keep_alive_s == 0) {
    const auto entry = server.library.Find(parsed.chat.model);
    if (!entry) return call->ReplyError(entry.error());
    server.host.Unload(entry->path);
    return reply("unload");
  }
  WithModel(
      server, call, parsed.chat.model, parsed.chat.keep_alive_s,
      [reply](ModelEntry, const std::shared_ptr<Lease>&) { reply("load"); }, ModelKind::kAny);
}

void Answer(Server& server, const std::shared_ptr<Call>& call, Result<Parsed> parsed) {
  if (!parsed) return call->ReplyError(parsed.error());
  if (parsed->empty) return LoadOnly(server, call, *std::move(parsed));
  RunChat(server, call, std::move(parsed->chat),
          [call, form = std::move(parsed->form)](
              const ChatStart& start) mutable -> std::shared_ptr<ReplySink> {
            if (form.model.empty()) form.model = start.model.name;
            form.load_s = start.lease.load_s();
            form.left_out = start.prompt.left_out;
            if (form.give_context) form.prompt = start.prompt.tokens;
            return MakeOllamaSink(call, start.lease.served()->model, std::move(form));
          });
}

}  // namespace

void PostChat(Server& server, const std::shared_ptr<Call>& call) {
  Answer(server, call, ReadChat(server, *call));
}

void PostGenerate(Server& server, const std::shared_ptr<Call>& call) {
  Answer(server, call, ReadGenerate(server, *call));
}

}  // namespace bantam::server
