// The parts of which OpenAI's replies are made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bantam/engine.h"
#include "bantam/model.h"
#include "base/json.h"
#include "server/api/reply.h"

namespace bantam::server {

// "data: …\n\n"
std::string Event(const Json& data);
inline constexpr const char* kEventStream = "text/event-stream";

// `reasoning_tokens`: of the completion's.
Json Usage(int prompt_tokens, int completion_tokens, int cached_tokens, int reasoning_tokens);

// llama-server's figures of a reply, in milliseconds.
Json Timings(const GenerationStats& stats);

// "stop", "length" or "tool_calls".
const char* FinishText(const ReplyEnd& end, bool named_tool);

// vLLM's: the stop string or the stop token that ended a reply; null if neither did.
Json StopReason(const ReplyEnd& end);

// An array: {"token", "logprob", "bytes", "top_logprobs"} for each.
Json LogprobList(const Model& model, const std::vector<TokenLogprob>& tokens);

// The same as chats have it.
Json ChatLogprobs(const Model& model, const std::vector<TokenLogprob>& tokens);

// A log-probability as JSON, which has no infinity.
Json LogprobJson(float value);

// What this server adds to a choice: where it was made shorter, what was copied from where, what
// language it is in if it was to be in one. Null if there is nothing to say.
Json Remarks(const ReplyEnd& end, int left_out);

// An array of integers.
Json IdsJson(const std::vector<TokenId>& ids);

std::string Fingerprint(std::string_view version);

}  // namespace bantam::server
