// Statistics of replies, as --stats and /stats show them.
#pragma once

#include <cstdint>
#include <string>

#include "bantam/engine.h"

namespace bantam::cli {

// A few lines about one reply; `peak_bytes` is the process's peak memory.
std::string DescribeReply(const GenerationResult& result, uint64_t peak_bytes);

// What x-copy has copied: one JSON line for each string. Offsets and lengths are bytes; "text" is
// the number of the text, 0 the first: the system message, if there is one, then the
// user's.
std::string CopiesAsJson(const GenerationResult& result);

// Sums over a session.
struct SessionStats {
  int replies = 0;
  int64_t prompt_tokens = 0;
  int64_t cached_tokens = 0;
  int64_t generated_tokens = 0;
  double prefill_s = 0;
  double decode_s = 0;
  int64_t decode_steps = 0;

  void Add(const GenerationStats& stats);
};

std::string DescribeSession(const SessionStats& stats, uint64_t peak_bytes);

}  // namespace bantam::cli
