// EndFields: where replies end but for their limit, by the names of OpenAI and vLLM.
#pragma once

#include "bantam/result.h"
#include "server/api/fields.h"
#include "server/api/reply.h"

namespace bantam::server {

// `stop`, `stop_token_ids`, `include_stop_str_in_output`, `ignore_eos`. Read after the shape: but
// for `stop`, they do not go with one.
Result<void> ReadEndFields(const Fields& fields, ReplyOptions& options);

}  // namespace bantam::server
