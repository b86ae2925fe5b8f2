// Models: listing, showing, copying, removing, and those in memory.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/quote.h"
#include "server/api/fields.h"
#include "server/api/ids.h"
#include "server/api/reasoning.h"
#include "server/ollama/handlers.h"
#include "server/ollama/modelfile.h"

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

// "model", or "name" as older clients say.
Result<std::string> ReadModelName(const Fields& fields) {
  auto name = TRY(fields.Text("model"));
  if (!name) name = TRY(fields.Text("name"));
  if (!name || name->empty()) return fields.Bad("model", "must be given");
  return *name;
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
  constexpr double kCentury = 3.2e9;  // "for ever", as a date
  const auto entries = server.library.List();
  Json list = Json::MakeArray();
  for (const LoadedModelInfo& loaded : server.host.Loaded()) {
    for (const ModelEntry& entry : entries) {
      if (entry.path != loaded.path) continue;
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
      list.Append(std::move(json));
      break;
    }
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

void PostCopy(Server& server, const std::shared_ptr<Call>& call) {
  const auto copy = [&]() -> Result<void> {
    const Json body = TRY(ParseBody(call->request().body));
    const Fields fields(body);
    const auto from = TRY(fields.Text("source"));
    const auto to = TRY(fields.Text("destination"));
    if (!from || from->empty()) return fields.Bad("source", "must be given");
    if (!to || to->empty()) return fields.Bad("destination", "must be given");
    return server.library.Copy(*from, *to);
  };
  const auto done = copy();
  if (!done) return call->ReplyError(done.error());
  call->Reply(200, "application/json", "");
}

void DeleteModel(Server& server, const std::shared_ptr<Call>& call) {
  const auto remove = [&]() -> Result<void> {
    const Json body = TRY(ParseBody(call->request().body));
    const std::string name = TRY(ReadModelName(Fields(body)));
    const auto entry = server.library.Find(name);
    TRY(server.library.Remove(name));
    const bool gone = entry && (!entry->has_recipe || entry->recipe.from == entry->name);
    if (gone) server.host.Unload(entry->path);
    return {};
  };
  const auto done = remove();
  if (!done) return call->ReplyError(done.error());
  call->Reply(200, "application/json", "");
}

namespace {

struct CreateRequest {
  std::string name;
  bool stream = true;
  std::vector<store::GivenFile> files;
  std::vector<store::GivenFile> adapters;
  Recipe recipe;
};

Result<CreateRequest> ReadCreate(const Call& call) {
  const Json body = TRY(ParseBody(call.request().body));
  const Fields fields(body);
  CreateRequest request;
  request.name = TRY(ReadModelName(fields));
  request.stream = TRY(fields.Bool("stream")).value_or(true);
  request.files = TRY(ReadGivenFiles(fields, "files"));
  request.adapters = TRY(ReadGivenFiles(fields, "adapters"));
  request.recipe = TRY(ReadRecipe(fields, !request.files.empty()));
  return request;
}

Result<void> Create(Server& server, const CreateRequest& request) {
  const auto replaced = server.library.Find(request.name);
  if (!request.files.empty() || !request.adapters.empty()) {
    TRY(server.library.Assemble(request.name, request.files, request.adapters, request.recipe));
    if (replaced) server.host.Unload(replaced->path);
    return {};
  }
  // The base must be here: a recipe of a recipe takes what that one says.
  const ModelEntry base = TRY(server.library.Find(request.recipe.from));
  return server.library.Create(
      request.name, base.has_recipe ? OnTopOf(base.recipe, request.recipe) : request.recipe);
}

void SayCreated(Call& call, bool stream) {
  const auto status = [](const char* said) {
    Json json = Json::MakeObject();
    json.Set("status", Json::String(said));
    return json;
  };
  if (!stream) return call.ReplyJson(200, status("success"));
  call.Start("application/x-ndjson");
  for (const char* text : {"reading model metadata", "writing manifest", "success"}) {
    call.Write(status(text).Dump() + "\n");
  }
  call.End();
}

}  // namespace

void PostCreate(Server& server, const std::shared_ptr<Call>& call) {
  const auto request = ReadCreate(*call);
  if (!request) return call->ReplyError(request.error());
  const auto done = Create(server, *request);
  if (!done) return call->ReplyError(done.error());
  SayCreated(*call, request->stream);
}

}  // namespace bantam::server
