// The field `lora` of requests: llama-server's way to say how much each adapter counts.
#pragma once

#include <map>
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

// [{"id": 0, "scale": 0.5}, …]. Fails with kInvalidArgument, for an id that is there twice too.
Result<void> ReadLora(const Fields& fields, ReplyOptions& options);

// How much the adapters of each model count in requests that do not say: what POST /lora-adapters
// set last for it, until then the adapters' own scales. Models are known by the paths of their
// files, so there are no more lists than models. Thread-safe.
class LoraDefaults {
 public:
  using Scales = std::vector<std::pair<int, float>>;  // adapters that are not named: 0
  void Set(const std::string& path, Scales scales);
  std::optional<Scales> Get(const std::string& path) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Scales> scales_;
};

// [{"id": 0, "scale": 0.5}, …] in `list`, called `name` in errors; each id once.
Result<LoraDefaults::Scales> ReadLoraList(const Json& list, const std::string& name);

// Puts the defaults of the model at `path` where a request for it says nothing and it has adapters.
void ApplyLoraDefaults(const LoraDefaults& defaults, const std::string& path, const Model& model,
                       ReplyOptions& options);

// ReplyOptions::adapter_scales of what was read, once the model is known: adapters that are not
// named count nothing. Fails with kInvalidArgument for an id that the model has not.
Result<void> SetAdapterScales(const Model& model, ReplyOptions& options);

}  // namespace bantam::server
