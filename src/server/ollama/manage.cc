// POST /api/create and /api/copy, DELETE /api/delete.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "server/api/fields.h"
#include "server/ollama/handlers.h"
#include "server/ollama/modelfile.h"
#include "server/ollama/options.h"

namespace bantam::server {
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
  const auto base = server.library.Find(request.recipe.from);
  if (!base) return About("from", base.error());
  return server.library.Create(
      request.name, base->has_recipe ? OnTopOf(base->recipe, request.recipe) : request.recipe);
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

void PostCreate(Server& server, const std::shared_ptr<Call>& call) {
  const auto request = ReadCreate(*call);
  if (!request) return call->ReplyError(request.error());
  const auto done = Create(server, *request);
  if (!done) return call->ReplyError(done.error());
  SayCreated(*call, request->stream);
}

}  // namespace bantam::server
