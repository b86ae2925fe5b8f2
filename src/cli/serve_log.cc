// Lines of the log.
#include "cli/serve_log.h"

#include <cmath>

#include "server/api/ids.h"

namespace bantam::cli {

void ServeLog::Event(const char* event, const Json::Object& members) {
  Json line = Json::MakeObject();
  line.Set("time", Json::String(server::IsoTime(server::UnixNow())));
  line.Set("event", Json::String(event));
  for (const auto& [key, value] : members) line.Set(key, value);
  const std::lock_guard lock(mutex_);
  out_.Write(line.Dump() + "\n");
  out_.Flush();
}

void ServeLog::Say(std::string_view line) {
  const std::lock_guard lock(mutex_);
  out_.WriteUntrusted(std::string(line) + "\n");
  out_.Flush();
}

void ServeLog::Request(const server::CallRecord& record) {
  const auto milliseconds = [](double seconds) {
    return Json::Double(std::round(seconds * 1e6) / 1e3);
  };
  Json::Object members;
  members.emplace_back("method", Json::String(record.method));
  members.emplace_back("route", Json::String(record.route));
  members.emplace_back("status", Json::Int(record.status));
  members.emplace_back("ms", milliseconds(record.seconds));
  members.emplace_back("peer", Json::String(record.peer));
  if (!record.model.empty()) members.emplace_back("model", Json::String(record.model));
  if (record.prompt_tokens >= 0) {
    members.emplace_back("prompt_tokens", Json::Int(record.prompt_tokens));
    members.emplace_back("generated_tokens", Json::Int(record.generated_tokens));
    members.emplace_back("first_token_ms", milliseconds(record.first_token_s));
  }
  if (record.left) members.emplace_back("client_left", Json::Bool(true));
  if (!record.error.empty()) members.emplace_back("error", Json::String(record.error));
  Event("request", members);
}

}  // namespace bantam::cli
