// The field `lora` of requests: llama-server's way to say how much each adapter counts.
#pragma once

#include "bantam/model.h"
#include "bantam/result.h"
#include "server/api/fields.h"
#include "server/api/reply.h"

namespace bantam::server {

// [{"id": 0, "scale": 0.5}, …]. Fails with kInvalidArgument.
Result<void> ReadLora(const Fields& fields, ReplyOptions& options);

// ReplyOptions::adapter_scales of what was read, once the model is known: adapters that are not
// named count nothing. Fails with kInvalidArgument for an id that the model has not.
Result<void> SetAdapterScales(const Model& model, ReplyOptions& options);

}  // namespace bantam::server
