// ChatSink: a chat's reply as OpenAI writes it: chunks of a stream, or a whole.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bantam/model.h"
#include "server/api/call.h"
#include "server/api/reply.h"
#include "server/openai/parts.h"

namespace bantam::server {

struct ChatForm {
  bool stream = false;
  bool include_usage = false;
  bool named_tool = false;
  bool as_function = false;  // "function_call", as clients of 2023 know it
  bool logprobs = false;
  bool token_ids = false;
  int n = 1;
  int left_out = 0;
  std::string id;
  std::string model;
  std::string fingerprint;
  int64_t created_s = 0;
  std::vector<TokenId> prompt_tokens;
};

std::shared_ptr<ReplySink> MakeChatSink(std::shared_ptr<Call> call,
                                        std::shared_ptr<const Model> model, ChatForm form);

}  // namespace bantam::server
