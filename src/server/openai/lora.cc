// GET and POST /lora-adapters: llama-server's way to see and set how much adapters count in
// requests that do not say.
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "server/api/fields.h"
#include "server/api/lora_fields.h"
#include "server/openai/handlers.h"

namespace bantam::server {
namespace {

// The shortest text that is this number in single precision.
Json Number(float value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return Json::NumberText(std::string(text, end));
}

Json ListOf(const Model& model, const std::optional<LoraDefaults::Scales>& set) {
  std::vector<float> scales;
  for (const AdapterSource& adapter : model.adapters()) scales.push_back(adapter.scale);
  if (set) {
    scales.assign(scales.size(), 0);
    for (const auto& [id, scale] : *set) {
      if (static_cast<size_t>(id) < scales.size()) scales[static_cast<size_t>(id)] = scale;
    }
  }
  Json list = Json::MakeArray();
  for (size_t i = 0; i < scales.size(); ++i) {
    Json json = Json::MakeObject();
    json.Set("id", Json::Int(static_cast<int64_t>(i)));
    json.Set("path", Json::String(model.adapters()[i].path));
    json.Set("scale", Number(scales[i]));
    list.Append(std::move(json));
  }
  return list;
}

Result<LoraDefaults::Scales> ReadScales(const std::string& body) {
  const auto list = Json::Parse(body);
  if (!list) {
    return Fail(ErrorCode::kInvalidArgument, "the body is not valid JSON: " + list.error().message);
  }
  if (!list->is_array()) {
    return Fail(ErrorCode::kInvalidArgument,
                "the body must be an array of objects with an id and a scale, not " + Shown(*list));
  }
  return ReadLoraList(*list, "");
}

}  // namespace

void GetLoraAdapters(Server& server, const std::shared_ptr<Call>& call) {
  WithModel(server, call, std::string(call->request().Query("model")), std::nullopt,
            [&server, call](ModelEntry entry, const std::shared_ptr<Lease>& lease) {
              call->ReplyJson(200, ListOf(lease->model(), server.lora.Get(entry.path)));
            });
}

void PostLoraAdapters(Server& server, const std::shared_ptr<Call>& call) {
  auto scales = ReadScales(call->request().body);
  if (!scales) return call->ReplyError(scales.error());
  WithModel(server, call, std::string(call->request().Query("model")), std::nullopt,
            [&server, call, scales = *std::move(scales)](ModelEntry entry,
                                                         const std::shared_ptr<Lease>& lease) {
              ReplyOptions options;
              options.lora = scales;
              const auto known = SetAdapterScales(lease->model(), options);
              if (!known) return call->ReplyError(known.error());
              server.lora.Set(entry.path, scales);
              Json body = Json::MakeObject();
              body.Set("success", Json::Bool(true));
              call->ReplyJson(200, body);
            });
}

}  // namespace bantam::server
