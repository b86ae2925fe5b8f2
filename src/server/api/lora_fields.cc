// Ids and scales.
#include "server/api/lora_fields.h"

#include <limits>
#include <string>
#include <utility>

#include "base/check.h"

namespace bantam::server {

void LoraDefaults::Set(Scales scales) {
  const std::lock_guard lock(mutex_);
  scales_ = std::move(scales);
}

std::optional<LoraDefaults::Scales> LoraDefaults::Get() const {
  const std::lock_guard lock(mutex_);
  return scales_;
}

Result<LoraDefaults::Scales> ReadLoraList(const Json& list, const std::string& list_name) {
  LoraDefaults::Scales scales;
  for (size_t i = 0; i < list.items().size(); ++i) {
    const Json& item = list.items()[i];
    const std::string name = list_name + "[" + std::to_string(i) + "]";
    if (!item.is_object()) return BadField(name, "must be an object with an id and a scale");
    const Fields inner(item, name + ".");
    const auto id = TRY(inner.Integer("id", 0, std::numeric_limits<int>::max()));
    const auto scale = TRY(inner.Number("scale", -1e6, 1e6));
    if (!id) return inner.Bad("id", "must be given");
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

void ApplyLoraDefaults(const LoraDefaults& defaults, const Model& model, ReplyOptions& options) {
  if (!options.lora && !model.adapters().empty()) options.lora = defaults.Get();
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
