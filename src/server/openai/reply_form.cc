// Frames of whole replies and of chunks.
#include "server/openai/reply_form.h"

#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "server/api/ids.h"
#include "server/openai/parts.h"

namespace bantam::server {

Result<void> ReadReplyForm(const Fields& fields, std::string_view id_prefix,
                           std::string_view version, ReplyForm& form) {
  form.stream = TRY(fields.Bool("stream")).value_or(false);
  form.token_ids = TRY(fields.Bool("return_token_ids")).value_or(false);
  if (const Json* stream = TRY(fields.Object("stream_options"))) {
    const Fields inner(*stream, "stream_options.");
    form.include_usage = TRY(inner.Bool("include_usage")).value_or(false);
  }
  form.id = std::string(id_prefix) + RandomId(24);
  form.created_s = UnixSeconds();
  form.fingerprint = Fingerprint(version);
  return {};
}

Json Frame(const ReplyForm& form, const char* object, Json choices) {
  Json json = Json::MakeObject();
  json.Set("id", Json::String(form.id));
  json.Set("object", Json::String(object));
  json.Set("created", Json::Int(form.created_s));
  json.Set("model", Json::String(form.model));
  json.Set("system_fingerprint", Json::String(form.fingerprint));
  json.Set("choices", std::move(choices));
  return json;
}

bool SendChunk(Call& call, const ReplyForm& form, const char* object, Json choice) {
  call.Start(kEventStream);
  Json chunk = Frame(form, object, Json::MakeArray({std::move(choice)}));
  if (form.include_usage) chunk.Set("usage", Json());
  return call.Write(Event(chunk));
}

}  // namespace bantam::server
