// ResponsesSink: a reply as OpenAI's responses API writes it: events, or a whole.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bantam/model.h"
#include "base/json.h"
#include "server/api/call.h"
#include "server/api/reply.h"

namespace bantam::server {

struct ResponsesForm {
  bool stream = false;
  std::string id;
  std::string model;
  int64_t created_s = 0;
  int left_out = 0;
  Json echoed = Json::MakeObject();  // members of the request that the response repeats
};

std::shared_ptr<ReplySink> MakeResponsesSink(std::shared_ptr<Call> call,
                                             std::shared_ptr<const Model> model,
                                             ResponsesForm form);

}  // namespace bantam::server
