// Ids and scales.
#include "server/api/lora_fields.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "base/check.h"

namespace bantam::server {

void LoraDefaults::Set(const std::string& path, Scales scales) {
  const std::lock_guard lock(mutex_);
  scales_[path] = std::move(scales);
}

std::optional<LoraDefaults::Scales> LoraDefaults::Get(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = scales_.find(path);
  if (found == scales_.end()) return std::nullopt;
  return found->second;
}

Result<LoraDefaults::Scales> ReadLoraList(const Json& list, const std::string& list_name) {
  LoraDefaults::Scales scales;
  std::set<int64_t> ids;
  for (size_t i = 0; i < list.items().size(); ++i) {
    const Json& item = list.items()[i];
    const std::string name = list_name + "[" + std::to_string(i) + "]";
    if (!item.is_object()) return BadField(name, "must be an object with an id and a scale");
    const Fields inner(item, name + ".");
    const auto id = TRY(inner.Integer("id", 0, std::numeric_limits<int>::max()));
    const auto scale =
        TRY(inner.Number("scale", -AdapterSource::kMaxScale, AdapterSource::kMaxScale));
    if (!id) return inner.Bad("id", "must be given");
    if (!ids.insert(*id).second) return inner.Bad("id", "stands in the list twice");
    if (!scale) return inner.Bad("scale", "must be given");
    scales.emplace_back(static_cast<int>(*id), static_cast<float>(*scale));
  }
  return scales;
}

Result<void> ReadLora(const Fields& fields, ReplyOptions& options) {
  const Json* list = TRY(fields.Array("lora"));
  if (list != nullptr) options.lora = TRY(ReadLoraList(*list, fields.Name("lora")));
  return {};
}

void ApplyLoraDefaults(const LoraDefaults& defaults, const std::string& path, const Model& model,
                       ReplyOptions& options) {
  if (options.lora || model.adapters().empty()) return;
  const auto set = defaults.Get(path);
  // Another model may have come to lie there since.
  const auto known = [n = model.adapters().size()](const std::pair<int, float>& one) {
    return static_cast<size_t>(one.first) < n;
  };
  if (set && std::ranges::all_of(*set, known)) options.lora = set;
}

Result<void> SetAdapterScales(const Model& model, ReplyOptions& options) {
  if (!options.lora) return {};
  const size_t n = model.adapters().size();
  options.adapter_scales.assign(n, 0);
  for (const auto& [id, scale] : *options.lora) {
    if (static_cast<size_t>(id) >= n) {
      return BadField("lora", "there is no adapter " + std::to_string(id) + ": the model has " +
                                  std::to_string(n) + " (serve --lora)");
    }
    options.adapter_scales[static_cast<size_t>(id)] = scale;
  }
  return {};
}

}  // namespace bantam::server
