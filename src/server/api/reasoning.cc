// Fields that switch thinking, and the tags around it.
#include "server/api/reasoning.h"

#include <algorithm>

#include "base/check.h"

namespace bantam::server {
namespace {

constexpr std::string_view kOpen = "<think>";
constexpr std::string_view kClose = "</think>";
constexpr std::string_view kBlanks = " \t\r\n";

// Bytes at the end of `text` that `tag` may begin with.
size_t BegunTag(std::string_view text, std::string_view tag) {
  for (size_t n = std::min(text.size(), tag.size() - 1); n > 0; --n) {
    if (text.ends_with(tag.substr(0, n))) return n;
  }
  return 0;
}

void SetUnlessGiven(Json& variables, const char* name, Json value) {
  if (variables.Find(name) == nullptr) variables.Set(name, std::move(value));
}

}  // namespace

bool Thinks(std::string_view chat_template) {
  return chat_template.find(kOpen) != std::string_view::npos ||
         chat_template.find(kClose) != std::string_view::npos;
}

Result<Json> ReadTemplateVariables(const Fields& fields) {
  Json variables = Json::MakeObject();
  if (const Json* given = TRY(fields.Object("chat_template_kwargs"))) variables = *given;
  if (const auto enable = TRY(fields.Bool("enable_thinking"))) {
    SetUnlessGiven(variables, "enable_thinking", Json::Bool(*enable));
  }
  if (const Json* think = fields.Get("think")) {
    if (think->is_bool()) {
      SetUnlessGiven(variables, "enable_thinking", *think);
    } else if (think->is_string()) {
      SetUnlessGiven(variables, "enable_thinking", Json::Bool(think->AsString() != "none"));
      SetUnlessGiven(variables, "reasoning_effort", *think);
    } else {
      return fields.Bad("think", "must be true, false or a level, not " + Shown(*think));
    }
  }
  if (const auto effort = TRY(fields.Text("reasoning_effort"))) {
    SetUnlessGiven(variables, "reasoning_effort", Json::String(*effort));
    if (*effort == "none") SetUnlessGiven(variables, "enable_thinking", Json::Bool(false));
  }
  return variables.members().empty() ? Json() : variables;
}

ThinkSplitter::ThinkSplitter(Start start)
    : state_(start == Start::kOff     ? State::kAnswer
             : start == Start::kMaybe ? State::kBefore
                                      : State::kThinking) {}

// One step; false if more text is needed.
bool ThinkSplitter::Advance(std::vector<Piece>& out, bool last) {
  const auto give = [&](bool thought, size_t bytes) {
    if (bytes > 0) out.push_back({thought, held_.substr(0, bytes)});
    held_.erase(0, bytes);
  };
  switch (state_) {
    case State::kBefore: {
      const size_t begin = held_.find_first_not_of(kBlanks);
      const std::string_view text =
          begin == std::string::npos ? "" : std::string_view(held_).substr(begin);
      if (!last && text.size() < kOpen.size() && kOpen.starts_with(text)) return false;
      if (text.starts_with(kOpen)) {
        held_.erase(0, begin + kOpen.size());
        state_ = State::kThinking;
      } else {
        state_ = State::kAnswer;
      }
      return true;
    }
    case State::kThinking: {
      if (!said_) held_.erase(0, std::min(held_.find_first_not_of(kBlanks), held_.size()));
      const size_t close = held_.find(kClose);
      size_t end = close;
      if (close == std::string::npos) end = held_.size() - (last ? 0 : BegunTag(held_, kClose));
      // Blanks before the tag are not known as such until it comes.
      const size_t words = held_.find_last_not_of(kBlanks, end == 0 ? 0 : end - 1);
      const size_t kept = end == 0 || words == std::string::npos ? 0 : std::min(words + 1, end);
      said_ = said_ || kept > 0;
      give(true, kept);
      if (close == std::string::npos) {
        if (last) held_.clear();
        return false;
      }
      held_.erase(0, close - kept + kClose.size());
      closed_ = true;
      state_ = State::kAnswerBlanks;
      return true;
    }
    case State::kAnswerBlanks:
      held_.erase(0, std::min(held_.find_first_not_of(kBlanks), held_.size()));
      if (held_.empty()) return false;
      state_ = State::kAnswer;
      return true;
    case State::kAnswer: give(false, held_.size()); return false;
  }
  return false;
}

std::vector<ThinkSplitter::Piece> ThinkSplitter::Push(std::string_view text) {
  std::vector<Piece> out;
  held_ += text;
  while (Advance(out, false)) {
  }
  return out;
}

std::vector<ThinkSplitter::Piece> ThinkSplitter::Finish() {
  std::vector<Piece> out;
  while (Advance(out, true)) {
  }
  return out;
}

}  // namespace bantam::server
