// Replies as every API has them: what is asked for, and what comes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bantam/engine.h"
#include "bantam/result.h"
#include "bantam/sampling.h"
#include "bantam/shape.h"
#include "server/host/job.h"

namespace bantam::server {

// A shape, and the field that asks for it: "guided_json".
struct AskedShape {
  std::string field;
  ShapeSpec spec;
};

struct ReplyOptions {
  SamplingParams sampling;
  int max_tokens = -1;  // -1: until the context is full
  std::vector<std::string> stop;
  std::vector<TokenId> stop_tokens;
  bool include_stop = false;  // the reply's text has the stop string, too
  int n = 1;                  // choices; of choice i the seed is `seed` + i
  int logprobs = -1;          // -1: none
  bool ignore_end = false;
  bool keep_special = false;
  std::optional<AskedShape> shape;
  const Language* language = nullptr;                      // the one it must be in; null: any
  std::optional<std::vector<std::pair<int, float>>> lora;  // adapters by number, as asked for
  std::vector<float> adapter_scales;  // GenerationRequest::adapter_scales, made of that
  Deadlines deadlines;
};

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  // a JSON object
};

// Of a call that is being written: what is new.
struct CallPiece {
  int index = 0;   // of the call, in its reply
  std::string id;  // in its first piece, as the name
  std::string name;
  std::string arguments;  // the next bytes
};

// What language a reply was to be in, and is in (null: its text does not say).
struct LanguageCheck {
  const Language* asked = nullptr;
  const Language* found = nullptr;
  bool retried = false;  // a reply before this one was in another
  bool other() const { return found != nullptr && found != asked; }
};

struct ReplyEnd {
  FinishReason finish = FinishReason::kStop;
  bool timed_out = false;  // it ends where the request's time did
  std::string stop_string;
  std::optional<TokenId> stop_token;
  std::optional<Shortening> shortened_at;
  std::vector<CopiedSpan> copied;
  std::vector<TokenId> tokens;
  std::optional<LanguageCheck> language;  // of replies that must be in one
  GenerationStats stats;
  int reasoning_tokens = 0;  // of the generated ones, the tags around the thoughts included
  uint64_t seed = 0;
  int n_tool_calls = 0;
};

// Who hears of a reply. Every function runs on the engine's thread and must not block; false
// cancels the choice.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  // Of its prompt, where that was to be scored: before all else.
  virtual void OnPromptScores(int /*choice*/, PromptScores /*scores*/) {}
  virtual bool OnDelta(int choice, const Delta& delta) = 0;
  // Of text that the model thinks before it answers; without text, the tokens of the tags around.
  virtual bool OnReasoning(int /*choice*/, const Delta& /*delta*/) { return true; }
  // Pieces of a call, before it is whole; those of one call join to its arguments. It need not have
  // any.
  virtual bool OnCallPiece(int /*choice*/, const CallPiece& /*piece*/) { return true; }
  virtual bool OnToolCall(int choice, const ToolCall& call) = 0;
  // Once for each choice.
  virtual void OnEnd(int choice, Result<ReplyEnd> end) = 0;
};

}  // namespace bantam::server
