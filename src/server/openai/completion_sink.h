// CompletionSink: completions of texts as OpenAI writes them, with their prompts if asked for.
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

struct CompletionForm : ReplyForm {
  bool echo = false;
  bool tokens_as_ids = false;  // vLLM's return_tokens_as_token_ids
  int logprobs = -1;
  std::vector<std::vector<TokenId>> prompts;
  std::vector<std::string> texts;  // of the prompts
};

std::shared_ptr<ReplySink> MakeCompletionSink(std::shared_ptr<Call> call,
                                              std::shared_ptr<const Model> model,
                                              CompletionForm form);

}  // namespace bantam::server
