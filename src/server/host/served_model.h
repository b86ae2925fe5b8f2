// ServedModel: a model that is loaded, with its engine.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bantam/encoder.h"
#include "bantam/engine.h"
#include "bantam/model.h"
#include "server/host/embed_queue.h"
#include "server/host/job_queue.h"
#include "server/host/prefix_lengths.h"

namespace bantam::server {

// A job on its engine. Its address stays: the engine's callbacks know it.
struct RunningJob {
  Job job;
  Engine::RequestId id = 0;
  double started_s = 0;
  double first_token_s = 0;
  double last_delta_s = 0;
  int n_told = 0;            // tokens of all pieces so far
  bool out_of_time = false;  // a deadline has ended it …
  bool too_late = false;     // … before its first token
  int scored = -1;           // prompt tokens scored so far; -1: nothing to score (any more)
  PromptScores scores;
};

struct ServedModel {
  std::string key;  // the path it was loaded from
  // Either a model with its engine, or an encoder; engine and encoder run on the engine's thread.
  std::shared_ptr<const Model> model;
  std::unique_ptr<Engine> engine;
  std::shared_ptr<Encoder> encoder;
  int context = 0;   // tokens of a sequence
  int parallel = 1;  // sequences at once
  bool prefix_cache = true;
  bool keeps_prefixes = false;  // there is an EngineOptions::prefix_dir
  PrefixLengths prefixes;
  uint64_t memory_bytes = 0;  // as planned
  size_t longest_token = 1;   // bytes

  // Of the engine's thread.
  JobQueue queue;
  EmbedQueue embeds;
  std::vector<std::unique_ptr<RunningJob>> running;

  std::atomic<bool> broken{false};  // its engine has failed
  std::atomic<uint64_t> n_steps{0};
};

}  // namespace bantam::server
