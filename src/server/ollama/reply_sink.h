// OllamaSink: a reply as Ollama writes it: lines of JSON, or one object.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bantam/model.h"
#include "server/api/call.h"
#include "server/api/reply.h"

namespace bantam::server {

struct OllamaForm {
  bool chat = false;  // "message" instead of "response"
  bool stream = true;
  bool logprobs = false;
  bool give_context = false;  // "context" in the last object
  std::string model;
  double load_s = 0;
  double submitted_s = 0;  // MonotonicSeconds
  int left_out = 0;
  std::vector<TokenId> prompt;
};

std::shared_ptr<ReplySink> MakeOllamaSink(std::shared_ptr<Call> call,
                                          std::shared_ptr<const Model> model, OllamaForm form);

// An object without a reply: "load" and "unload".
Json EmptyReply(const OllamaForm& form, const char* reason);

}  // namespace bantam::server
