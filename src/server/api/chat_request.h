// ChatRequest: a chat to be answered, whichever API it came by.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "server/api/call.h"
#include "server/api/chat_prompt.h"
#include "server/api/fields.h"
#include "server/api/messages.h"
#include "server/api/reply.h"
#include "server/api/tools.h"
#include "server/service.h"

namespace bantam::server {

struct ChatRequest {
  std::string model;
  Messages messages;
  Tools tools;
  ReplyOptions options;
  std::string chat_template;       // Jinja, instead of the model's own
  std::string template_field;      // that it came in; empty: none
  Json variables;                  // of the template (object or null)
  std::string begun_reply;         // the reply goes on after it
  std::optional<std::string> raw;  // instead of messages: the prompt as it is
  std::vector<TokenId> before;     // tokens that stand before the prompt
  bool stream = false;             // what is said cannot be taken back
  TrimMode trim = TrimMode::kError;
  int context = 0;  // tokens this chat may take; 0: the model's
  std::optional<double> keep_alive_s;

  // Whether a reply in another language than `options.language` is made once more: what a stream
  // has said cannot be taken back, and a prompt that is not made of messages has no place for the
  // line that asks.
  bool may_run_again() const { return !stream && !raw; }
};

// What was made of it when it is handed to the engine.
struct ChatStart {
  const ModelEntry& model;
  const Lease& lease;
  const Prompt& prompt;
};

// Called before the first piece of the reply can come: makes the sink.
using MakeSink = std::function<std::shared_ptr<ReplySink>(const ChatStart&)>;

// Loads the model, adds what its recipe says, renders, and runs the replies. What fails before
// that is the call's error.
void RunChat(Server& server, const std::shared_ptr<Call>& call, ChatRequest request,
             MakeSink make_sink);

// This server's own field `trim`: what becomes of a chat that does not fit.
Result<TrimMode> ReadTrim(const Fields& fields, TrimMode otherwise);

// The tokens that prompt and reply may take: the model's, or fewer if so many (not 0) were asked
// for.
int ContextOf(const Lease& lease, int asked);

// Whatever is to be checked of options once the context is known: a limit within it.
void LimitTokens(ReplyOptions& options, int context, size_t prompt_tokens);

}  // namespace bantam::server
