// A small machine over bytes: it knows strings, brackets, and the members of a call.
#include "server/api/call_reader.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "server/api/tagged_call.h"

namespace bantam::server {

void CallReader::Push(std::string_view text, std::vector<CallPiece>& pieces) {
  if (style_.form == CallStyle::Form::kTags) return PushTagged(text, pieces);
  for (const char c : text) {
    const size_t n_calls = calls_.size();
    PushJson(c);
    if (calls_.size() > n_calls) Flush(pieces);
  }
  Flush(pieces);
}

// A value may have the closing tag, too: it ends the call only after a parameter, or where there is
// none.
void CallReader::PushTagged(std::string_view text, std::vector<CallPiece>& pieces) {
  constexpr std::string_view kEnd = "</function>";
  if (done_) return;
  const size_t from = text_.size() - std::min(text_.size(), kEnd.size() - 1);
  text_ += text;
  for (size_t at = text_.find(kEnd, from); at != std::string::npos && !done_;
       at = text_.find(kEnd, at + 1)) {
    const std::string_view before = std::string_view(text_).substr(0, at);
    const size_t words = before.find_last_not_of(" \t\r\n") + 1;
    done_ = before.substr(0, words).ends_with("</parameter>") ||
            before.find("<parameter=") == std::string_view::npos;
    if (!done_) continue;
    const auto call = ParseTaggedCall(std::string_view(text_).substr(0, at + kEnd.size()), tools_);
    if (!call) return;
    calls_.push_back(*call);
    pieces.push_back({0, call->id, call->name, call->arguments});
  }
}

void CallReader::PushJson(char c) {
  if (failed_) return;
  if (call_depth_ >= 0 && in_arguments() && !whole_) call_.arguments += c;
  if (in_string_) {
    PushString(c);
  } else {
    PushOutside(c);
  }
}

void CallReader::PushString(char c) {
  const bool own = call_depth_ == depth_;  // a key or a value of the call itself
  if (own) string_ += c;
  if (escaped_) {
    escaped_ = false;
  } else if (c == '\\') {
    escaped_ = true;
  } else if (c == '"') {
    in_string_ = false;
    if (own) TakeString();
  }
}

void CallReader::PushOutside(char c) {
  switch (c) {
    case '"':
      in_string_ = true;
      string_ = "\"";
      return;
    case '{':
    case '[':
      ++depth_;
      if (call_depth_ < 0 && c == '{') {
        BeginCall();
      } else if (depth_ == call_depth_ + 1 && c == '{' && place_ == Place::kValue &&
                 key_ == style_.arguments && call_.arguments.empty()) {
        arguments_depth_ = depth_;
        call_.arguments = "{";
      }
      return;
    case '}':
    case ']':
      if (depth_ == 0) failed_ = true;
      if (depth_ == call_depth_) EndCall();
      if (in_arguments() && depth_ == arguments_depth_) whole_ = true;
      --depth_;
      return;
    case ':':
      if (depth_ == call_depth_ && place_ == Place::kColon) place_ = Place::kValue;
      return;
    case ',':
      if (depth_ == call_depth_) place_ = Place::kKey;
      return;
    default: return;
  }
}

void CallReader::TakeString() {
  const auto parsed = Json::Parse(string_);
  const std::string text = parsed && parsed->is_string() ? parsed->AsString() : "";
  if (place_ == Place::kKey) {
    key_ = text;
    place_ = Place::kColon;
  } else if (place_ == Place::kValue) {
    if (key_ == "name" && call_.name.empty()) call_.name = text;  // it may have been told
    place_ = Place::kAfter;
  }
}

void CallReader::BeginCall() {
  call_depth_ = depth_;
  arguments_depth_ = 0;
  place_ = Place::kKey;
  key_.clear();
  call_ = {NewCallId(), "", ""};
  told_ = 0;
  begun_ = false;
  whole_ = false;
}

void CallReader::EndCall() {
  call_depth_ = -1;
  arguments_depth_ = 0;
  if (!whole_ || tools_.Find(call_.name) == nullptr) return;
  const auto arguments = Json::Parse(call_.arguments);
  if (arguments && arguments->is_object()) calls_.push_back(call_);
}

// What is known of the call, as far as it has not been told.
void CallReader::Flush(std::vector<CallPiece>& pieces) {
  if (call_.arguments.size() <= told_ && (begun_ || call_.name.empty())) return;
  if (tools_.Find(call_.name) == nullptr) return;
  // A call that has just ended is the last of calls_.
  const bool ended = !calls_.empty() && calls_.back().id == call_.id;
  CallPiece piece;
  piece.index = static_cast<int>(calls_.size()) - (ended ? 1 : 0);
  if (!begun_) {
    piece.id = call_.id;
    piece.name = call_.name;
  }
  piece.arguments = call_.arguments.substr(told_);
  told_ = call_.arguments.size();
  begun_ = true;
  pieces.push_back(std::move(piece));
}

std::vector<ToolCall> ReadCalls(std::string_view text, const Tools& tools, const CallStyle& style) {
  CallReader reader(tools, style);
  std::vector<CallPiece> pieces;
  reader.Push(text, pieces);
  return reader.calls();
}

}  // namespace bantam::server
