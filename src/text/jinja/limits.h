// What a template may use. Templates come from model files and are untrusted.
//
// The largest published template has 18 KB; a conversation of 1,000 messages takes Qwen2.5's
// template about 30,000 steps. Inside these limits a rendering needs about 600 KB of stack at most
// (measured: the release build passes its tests with 700 KB).
#pragma once

#include <cstddef>
#include <cstdint>

namespace bantam::jinja {

inline constexpr size_t kMaxSourceBytes = 512 << 10;
inline constexpr int kMaxNesting = 250;        // of statements; a bracket counts three times
inline constexpr int kMaxTreeHeight = 400;     // of an expression: a chain of 400 filters or "+"
inline constexpr int kMaxCallDepth = 900;      // statements and expressions evaluated in each other
inline constexpr int kMaxValueDepth = 600;     // lists in lists, for printing and comparing
inline constexpr int64_t kMaxRange = 100'000;  // the sandbox of jinja2 has the same

// Limits of one rendering; beyond them kResourceExhausted.
struct Limits {
  int64_t steps = 10'000'000;        // one per node evaluated, plus one per 64 bytes handled
  size_t output_bytes = 64u << 20;   // also of any one string
  size_t memory_bytes = 256u << 20;  // strings, lists and dicts alive at one time
};

}  // namespace bantam::jinja
