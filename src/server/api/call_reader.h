// CallReader: reads calls out of what a model writes, as it comes, so that arguments can be passed
// on before they are whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/call_style.h"
#include "server/api/reply.h"
#include "server/api/tools.h"

namespace bantam::server {

// Reads calls in JSON ({"name": …, "arguments": {…}}, or a list of them) byte by byte; tagged ones
// as soon as they are whole. Any bytes will do: what is no call gives none. Linear; a call's
// arguments are a slice of the text, and what has been taken of them is never different later.
class CallReader {
 public:
  CallReader(const Tools& tools, const CallStyle& style) : tools_(tools), style_(style) {}

  // Reads on; what of it is known of calls is appended to `pieces`.
  void Push(std::string_view text, std::vector<CallPiece>& pieces);

  // The calls that are whole so far: known names, arguments that are JSON objects.
  const std::vector<ToolCall>& calls() const { return calls_; }

 private:
  enum class Place : uint8_t { kKey, kColon, kValue, kAfter };

  void PushTagged(std::string_view text, std::vector<CallPiece>& pieces);
  void PushJson(char c);
  void PushString(char c);
  void PushOutside(char c);
  void BeginCall();
  void EndCall();
  void TakeString();
  bool in_arguments() const { return arguments_depth_ > 0; }
  void Flush(std::vector<CallPiece>& pieces);

  const Tools& tools_;
  const CallStyle& style_;
  std::vector<ToolCall> calls_;

  std::string text_;         // of a tagged call
  bool done_ = false;        // a tagged call was read
  int depth_ = 0;            // of braces and brackets
  int call_depth_ = -1;      // the depth inside the call being read; -1: none is
  int arguments_depth_ = 0;  // the depth inside its arguments; 0: not there
  bool in_string_ = false;
  bool escaped_ = false;
  bool failed_ = false;  // brackets that do not match: nothing more is read
  Place place_ = Place::kKey;
  std::string string_;  // being read, with its quotes, if it is the call's own
  std::string key_;
  ToolCall call_;
  size_t told_ = 0;     // bytes of call_.arguments that pieces have
  bool begun_ = false;  // a piece has the name
  bool whole_ = false;  // the arguments have ended
};

// The calls of a text that is there as a whole.
std::vector<ToolCall> ReadCalls(std::string_view text, const Tools& tools, const CallStyle& style);

}  // namespace bantam::server
