// ChatPrompt: from messages to the tokens a model reads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "server/api/messages.h"
#include "server/api/tools.h"

namespace bantam::server {

enum class Trim : uint8_t {
  kError,   // a chat that does not fit is refused
  kOldest,  // its oldest turns are left out; system messages and the last turn stay
};

struct PromptRequest {
  Messages messages;
  Tools tools;
  std::string chat_template;  // instead of the model's own
  std::string begun_reply;    // the reply goes on after it
  int context = 0;            // tokens for prompt and reply
  int reserve = 1;            // of them, kept for the reply
  size_t longest_token = 1;   // bytes
  Trim trim = Trim::kError;
};

struct Prompt {
  std::vector<TokenId> tokens;
  std::vector<std::string> texts;  // of the messages that were kept
  int left_out = 0;                // tokens of the chat that were not
};

// Fails with kTooLong (before reading all of a text that cannot fit), or as templates do.
Result<Prompt> RenderPrompt(const Model& model, PromptRequest request);

// The tokens of a text, with the same limit.
Result<std::vector<TokenId>> TokenizePrompt(const Model& model, std::string_view text, int context,
                                            size_t longest_token, const TokenizeOptions& options);

std::unexpected<Error> PromptTooLong(const std::string& tokens, int context);

}  // namespace bantam::server
