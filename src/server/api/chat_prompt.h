// ChatPrompt: from messages to the tokens a model reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "base/json.h"
#include "server/api/messages.h"
#include "server/api/tools.h"
#include "server/host/prefix_lengths.h"

namespace bantam::server {

struct PromptRequest {
  Messages messages;
  Tools tools;
  std::string chat_template;   // instead of the model's own
  std::string template_field;  // of the request that it came in; empty: none
  Json variables;              // of the template (object or null)
  std::string begun_reply;     // the reply goes on after it
  int context = 0;             // tokens for prompt and reply
  int reserve = 1;             // of them, kept for the reply
  size_t longest_token = 1;    // bytes
  TrimMode trim = TrimMode::kError;
  PrefixLengths* prefixes = nullptr;  // set: Prompt::keep is wanted
};

struct Prompt {
  std::vector<TokenId> tokens;
  std::vector<std::string> texts;  // of the messages, as they were given
  int left_out = 0;                // tokens of the chat that are not in the prompt
  int keep = 0;                    // first tokens that chats like this one have in common
};

// Makes a chat fit as it is told to. Fails with kTooLong (before reading all of a text that cannot
// fit), or as templates do.
Result<Prompt> RenderPrompt(const Model& model, PromptRequest request);

// The tokens of a text, with the same limit.
Result<std::vector<TokenId>> TokenizePrompt(const Model& model, std::string_view text, int context,
                                            size_t longest_token, const TokenizeOptions& options);

std::unexpected<Error> PromptTooLong(const std::string& tokens, int context);

}  // namespace bantam::server
