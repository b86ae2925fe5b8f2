// Reasoning: what models think between <think> and </think> before they answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"
#include "server/api/fields.h"

namespace bantam::server {

// Whether a model of that chat template thinks: the template speaks of the tags.
bool Thinks(std::string_view chat_template);

// Variables of the template that a request sets: `chat_template_kwargs` (vLLM), and what `think`
// (Ollama; true, false, "low", "medium", "high"), `enable_thinking` and `reasoning_effort` (OpenAI)
// mean to templates: "enable_thinking" and "reasoning_effort". Null if there are none. Fails with
// kInvalidArgument, naming the field.
Result<Json> ReadTemplateVariables(const Fields& fields);

// Tells thoughts from the answer, as text comes.
class ThinkSplitter {
 public:
  enum class Start : uint8_t {
    kOff,     // all is answer
    kMaybe,   // it thinks if the first thing it writes is <think>
    kInside,  // the prompt has ended with <think>
  };

  explicit ThinkSplitter(Start start = Start::kOff);

  struct Piece {
    bool thought = false;
    std::string text;
  };
  // What is known of the text so far and has not been given. A tag that may be beginning is held
  // back. Blanks on either side of the tags belong to neither.
  std::vector<Piece> Push(std::string_view text);
  // What is held back, at the end.
  std::vector<Piece> Finish();

  // The answer has begun; after thoughts, or at once.
  bool answering() const { return state_ == State::kAnswer; }
  bool has_thought() const { return closed_; }

 private:
  enum class State : uint8_t { kBefore, kThinking, kAnswerBlanks, kAnswer };

  bool Advance(std::vector<Piece>& out, bool last);

  State state_;
  std::string held_;
  bool said_ = false;    // a thought has been given
  bool closed_ = false;  // </think> has come
};

}  // namespace bantam::server
