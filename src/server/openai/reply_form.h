// ReplyForm: what chats and completions say the same way around their choices.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "server/api/call.h"
#include "server/api/fields.h"

namespace bantam::server {

struct ReplyForm {
  bool stream = false;
  bool include_usage = false;
  bool token_ids = false;  // vLLM's return_token_ids
  int n = 1;               // choices of each prompt
  std::string id;
  std::string model;
  std::string fingerprint;
  int64_t created_s = 0;
};

// Fills in what the request says of it, an id that begins so, the time and the fingerprint. Fails
// with the field's name.
Result<void> ReadReplyForm(const Fields& fields, std::string_view id_prefix,
                           std::string_view version, ReplyForm& form);

// The object around choices.
Json Frame(const ReplyForm& form, const char* object, Json choices);

// One choice as a chunk of the stream, which is begun if need be. False once the client is gone.
bool SendChunk(Call& call, const ReplyForm& form, const char* object, Json choice);

}  // namespace bantam::server
