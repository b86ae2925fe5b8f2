// POST /v1/responses.
#include "server/openai/handlers.h"

namespace bantam::server {

void PostResponses(Server&, const std::shared_ptr<Call>& call) {
  call->ReplyError(501, {ErrorCode::kUnsupported, "not yet"});
}

}  // namespace bantam::server
