// ChatSink: a chat's reply as OpenAI writes it: chunks of a stream, or a whole.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bantam/model.h"
#include "server/api/call.h"
#include "server/api/reply.h"
#include "server/openai/reply_form.h"

namespace bantam::server {

struct ChatForm : ReplyForm {
  bool named_tool = false;
  bool as_function = false;  // "function_call", as clients of 2023 know it
  bool logprobs = false;
  int left_out = 0;
  std::vector<TokenId> prompt_tokens;
};

std::shared_ptr<ReplySink> MakeChatSink(std::shared_ptr<Call> call,
                                        std::shared_ptr<const Model> model, ChatForm form);

}  // namespace bantam::server
