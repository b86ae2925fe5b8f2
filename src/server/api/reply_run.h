// ReplyRun: runs the choices of a request, and makes tool calls of what models write as such.
//
// A reply that opens a call ("<tool_call>", or the call itself where a family has no mark) is ended
// there and goes on as a second job with the shape of a call, so that calls are always valid; what
// comes of their arguments is passed on at once. What was read before is in the prefix cache.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "bantam/shape.h"
#include "server/api/call_style.h"
#include "server/api/reasoning.h"
#include "server/api/reply.h"
#include "server/api/tools.h"
#include "server/host/model_host.h"

namespace bantam::server {

struct ReplyRequest {
  std::vector<TokenId> prompt;
  ReplyOptions options;
  std::shared_ptr<const Shape> shape;
  Tools tools;
  CallStyle style;
  ThinkSplitter::Start thinking = ThinkSplitter::Start::kOff;
  std::shared_ptr<const Shape> call_shape;  // set if `tools` are usable
  bool any_characters = false;              // also those of other languages than options.language
  bool again = false;   // in place of a reply that was made already: does not wait for long
  int keep_tokens = 0;  // GenerationRequest::keep_tokens
  std::optional<int> score_top;  // score the prompt too
  std::string client;
  std::shared_ptr<RequestState> state;
};

// Submits all choices of all requests as one group; choice i of request r is r × n + i. Fails, and
// runs none, if the queue is full. The sink hears of everything else.
Result<void> RunReplies(ModelHost& host, const std::shared_ptr<Lease>& lease,
                        std::vector<ReplyRequest> requests, const std::shared_ptr<ReplySink>& sink);

}  // namespace bantam::server
