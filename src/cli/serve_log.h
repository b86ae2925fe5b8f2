// ServeLog: what the server tells, one JSON object a line. Prompts, replies and keys are not in it.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/json.h"
#include "cli/output.h"
#include "server/api/call.h"

namespace bantam::cli {

// Thread-safe.
class ServeLog {
 public:
  explicit ServeLog(Output& out) : out_(out) {}

  void Request(const server::CallRecord& record);
  // An event with further members.
  void Event(const char* event, const Json::Object& members);
  // A line for people.
  void Say(std::string_view line);

 private:
  std::mutex mutex_;
  Output& out_;
};

}  // namespace bantam::cli
