// Job: one sequence to run on a model, and whom to tell.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bantam/engine.h"
#include "bantam/result.h"
#include "server/host/shared_time.h"

namespace bantam::server {

// What the jobs of a request share.
struct RequestState {
  // Set from any thread; the engine's thread looks at it before every step.
  std::atomic<bool> cancelled{false};
  // Of the engine's thread alone.
  double started_s = 0;  // when the first of them began (0: none has)
  SharedTime waiting;    // in the queue
  SharedTime silent;     // running without a token so far
};

// How long all jobs of a request may take together, in seconds; 0: for ever.
struct Deadlines {
  double queue_s = 120;         // waiting
  double first_token_s = 1800;  // before a first token; a small board reads a prompt for minutes
  double total_s = 0;           // from the start of the first
};

// Log-probabilities of a prompt's own tokens. tops[i] are the likeliest for position i.
struct PromptScores {
  std::vector<std::optional<float>> logprobs;                // [n_prompt]; none at position 0
  std::vector<std::vector<std::pair<TokenId, float>>> tops;  // [n_prompt]
};

struct JobResult {
  GenerationResult generation;
  // A deadline was over; the generation is what there is, maybe nothing.
  bool timed_out = false;
};

// Every callback runs on the engine's thread and must not block.
struct Job {
  GenerationRequest request;     // with its on_delta; it may submit further jobs
  std::optional<int> score_top;  // score the prompt first, with so many likeliest tokens each …
  std::function<void(PromptScores)> on_scored;  // … and say so once, before the first piece
  std::string client;                           // who asks: clients take turns
  bool continues = false;  // goes on with a reply: before others, whatever waits
  Deadlines deadlines;
  std::shared_ptr<RequestState> state = std::make_shared<RequestState>();
  // Once, however it ends. Fails with kResourceExhausted when the queue or a deadline is to blame
  // (but if it goes on with a reply), kCancelled if it was cancelled before it ran, else with the
  // engine's error.
  std::function<void(Result<JobResult>)> on_done;

  std::shared_ptr<void> ticket;  // a place in the queue, held until it runs (EngineThread sets it)
  double submitted_s = 0;        // likewise
};

}  // namespace bantam::server
