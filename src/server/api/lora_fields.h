// The field `lora` of requests: llama-server's way to say how much each adapter counts.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "server/api/fields.h"
#include "server/api/reply.h"

namespace bantam::server {

// [{"id": 0, "scale": 0.5}, …]. Fails with kInvalidArgument.
Result<void> ReadLora(const Fields& fields, ReplyOptions& options);

// How much adapters count in requests that do not say: what POST /lora-adapters set last, until
// then the adapters' own scales. Thread-safe.
class LoraDefaults {
 public:
  using Scales = std::vector<std::pair<int, float>>;  // adapters that are not named: 0
  void Set(Scales scales);
  std::optional<Scales> Get() const;

 private:
  mutable std::mutex mutex_;
  std::optional<Scales> scales_;
};

// [{"id": 0, "scale": 0.5}, …] in `list`, called `name` in errors.
Result<LoraDefaults::Scales> ReadLoraList(const Json& list, const std::string& name);

// Puts the defaults where a request for a model with adapters says nothing.
void ApplyLoraDefaults(const LoraDefaults& defaults, const Model& model, ReplyOptions& options);

// ReplyOptions::adapter_scales of what was read, once the model is known: adapters that are not
// named count nothing. Fails with kInvalidArgument for an id that the model has not.
Result<void> SetAdapterScales(const Model& model, ReplyOptions& options);

}  // namespace bantam::server
