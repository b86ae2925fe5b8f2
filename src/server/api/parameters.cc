// Parameters of recipes and of Ollama's clients.
#include "server/api/parameters.h"

#include <cstdint>
#include <limits>

#include "base/check.h"
#include "server/api/sampling_fields.h"

namespace bantam::server {

Result<void> ReadParameters(const Fields& parameters, ReplyOptions& reply, int& context) {
  constexpr int64_t kMost = std::numeric_limits<int>::max();
  TRY(ReadSamplingFields(parameters, reply.sampling));
  TRY(ReadStop(parameters, reply.stop));
  // -1: no limit; -2: until the context is full, which is the same here.
  if (const auto limit = TRY(parameters.Integer("num_predict", -2, kMost))) {
    reply.max_tokens = *limit < 0 ? -1 : static_cast<int>(*limit);
  }
  if (const auto n = TRY(parameters.Integer("num_ctx", 0, kMost))) context = static_cast<int>(*n);
  return {};
}

Result<void> ApplyModelDefaults(const Library& library, std::string_view model, ReplyOptions& reply,
                                int& context) {
  const auto entry = library.Find(model);
  if (!entry) return {};
  if (const auto info = library.Inspect(*entry)) Apply(info->sampling, reply.sampling);
  if (!entry->has_recipe) return {};
  return ReadParameters(Fields(entry->recipe.parameters, "parameters."), reply, context);
}

}  // namespace bantam::server
