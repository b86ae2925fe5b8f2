// GET /, /api/version, /api/tags, /api/ps and POST /api/show: what models there are.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "server/api/fields.h"
#include "server/api/ids.h"
#include "server/api/reasoning.h"
#include "server/ollama/handlers.h"
#include "server/ollama/modelfile.h"
#include "server/ollama/options.h"

namespace bantam::server {
namespace {

// "494.0M"
std::string ParameterSize(uint64_t parameters) {
  char text[32];
  const auto n = static_cast<double>(parameters);
  if (n >= 1e9) {
    std::snprintf(text, sizeof text, "%.1fB", n / 1e9);
  } else {
    std::snprintf(text, sizeof text, "%.2fM", n / 1e6);
  }
  return text;
}

Json Details(const Server& server, const ModelEntry& entry) {
  const auto info = server.library.Inspect(entry);
  Json families = Json::MakeArray();
  if (info) families.Append(Json::String(info->architecture));
  Json details = Json::MakeObject();
  details.Set("parent_model", Json::String(entry.recipe.from));
  details.Set("format", Json::String(entry.path.ends_with(".gguf") ? "gguf" : "safetensors"));
  details.Set("family", Json::String(info ? info->architecture : ""));
  details.Set("families", std::move(families));
  details.Set("parameter_size", Json::String(info ? ParameterSize(info->parameters) : ""));
  details.Set("quantization_level", Json::String(info ? info->quantisation : ""));
  return details;
}

Json Listed(const Server& server, const ModelEntry& entry) {
  Json json = Json::MakeObject();
  json.Set("name", Json::String(entry.name));
  json.Set("model", Json::String(entry.name));
  json.Set("modified_at", Json::String(IsoTime(static_cast<double>(entry.modified_s))));
  json.Set("size", Json::Int(static_cast<int64_t>(entry.bytes)));
  json.Set("digest", Json::String(entry.digest));
  json.Set("details", Details(server, entry));
  return json;
}

// By the name under which it was wanted last or, if that has gone, another one of the same files;
// null: there is none.
const ModelEntry* EntryOf(const LoadedModelInfo& loaded, const std::vector<ModelEntry>& entries) {
  const ModelEntry* other = nullptr;
  for (const ModelEntry& entry : entries) {
    if (entry.path != loaded.path) continue;
    if (entry.name == loaded.name) return &entry;
    if (other == nullptr) other = &entry;
  }
  return other;
}

Json Running(const Server& server, const LoadedModelInfo& loaded, const ModelEntry& entry) {
  constexpr double kCentury = 3.2e9;  // "for ever", as a date
  const double left = loaded.expires_in_s < 0 ? kCentury : loaded.expires_in_s;
  Json json = Json::MakeObject();
  json.Set("name", Json::String(entry.name));
  json.Set("model", Json::String(entry.name));
  json.Set("size", Json::Int(static_cast<int64_t>(loaded.memory_bytes)));
  json.Set("digest", Json::String(entry.digest));
  json.Set("details", Details(server, entry));
  json.Set("expires_at", Json::String(IsoTime(UnixNow() + left)));
  json.Set("size_vram", Json::Int(0));
  json.Set("context_length", Json::Int(loaded.context));
  return json;
}

Result<Json> ShowBody(const Server& server, const Call& call) {
  const Json body = TRY(ParseBody(call.request().body));
  const Fields fields(body);
  const std::string name = TRY(ReadModelName(fields));
  const ModelEntry entry = TRY(server.library.Find(name));
  const ModelInfo info = TRY(server.library.Inspect(entry));
  const std::string& chat_template =
      entry.recipe.chat_template.empty() ? info.chat_template : entry.recipe.chat_template;
  Json capabilities = Json::MakeArray({Json::String(info.encoder ? "embedding" : "completion")});
  if (!info.encoder && !chat_template.empty()) capabilities.Append(Json::String("tools"));
  if (!info.encoder && Thinks(chat_template)) capabilities.Append(Json::String("thinking"));
  const std::string arch = info.architecture;
  Json facts = Json::MakeObject();
  facts.Set("general.architecture", Json::String(arch));
  facts.Set("general.basename", Json::String(info.name));
  facts.Set("general.parameter_count", Json::Int(static_cast<int64_t>(info.parameters)));
  facts.Set(arch + ".context_length", Json::Int(info.context_length));
  facts.Set(arch + ".embedding_length", Json::Int(info.embedding_length));
  facts.Set(arch + ".block_count", Json::Int(info.layers));
  facts.Set(arch + ".feed_forward_length", Json::Int(info.feed_forward_length));
  facts.Set(arch + ".attention.head_count", Json::Int(info.heads));
  facts.Set(arch + ".attention.head_count_kv", Json::Int(info.kv_heads));
  facts.Set(arch + ".vocab_size", Json::Int(info.vocabulary_size));
  Json reply = Json::MakeObject();
  reply.Set("license",
            Json::String(entry.recipe.license.empty() ? info.license : entry.recipe.license));
  reply.Set("modelfile", Json::String(ModelfileText(entry)));
  reply.Set("parameters", Json::String(ParametersText(entry.recipe.parameters)));
  reply.Set("template", Json::String(chat_template));
  if (!entry.recipe.system.empty()) reply.Set("system", Json::String(entry.recipe.system));
  if (!entry.recipe.messages.items().empty()) reply.Set("messages", entry.recipe.messages);
  reply.Set("details", Details(server, entry));
  reply.Set("model_info", std::move(facts));
  reply.Set("capabilities", std::move(capabilities));
  reply.Set("modified_at", Json::String(IsoTime(static_cast<double>(entry.modified_s))));
  return reply;
}

}  // namespace

void GetRoot(Server& server, const std::shared_ptr<Call>& call) {
  (void)server;
  call->Reply(200, "text/plain; charset=utf-8", "Bantam is running");
}

void GetApiVersion(Server& server, const std::shared_ptr<Call>& call) {
  Json body = Json::MakeObject();
  body.Set("version", Json::String(server.options.version));
  call->ReplyJson(200, body);
}

void GetTags(Server& server, const std::shared_ptr<Call>& call) {
  Json list = Json::MakeArray();
  for (const ModelEntry& entry : server.library.List()) list.Append(Listed(server, entry));
  Json body = Json::MakeObject();
  body.Set("models", std::move(list));
  call->ReplyJson(200, body);
}

void GetPs(Server& server, const std::shared_ptr<Call>& call) {
  const auto entries = server.library.List();
  Json list = Json::MakeArray();
  for (const LoadedModelInfo& loaded : server.host.Loaded()) {
    const ModelEntry* entry = EntryOf(loaded, entries);
    if (entry != nullptr) list.Append(Running(server, loaded, *entry));
  }
  Json body = Json::MakeObject();
  body.Set("models", std::move(list));
  call->ReplyJson(200, body);
}

void PostShow(Server& server, const std::shared_ptr<Call>& call) {
  const auto body = ShowBody(server, *call);
  if (!body) return call->ReplyError(body.error());
  call->ReplyJson(200, *body);
}

}  // namespace bantam::server
