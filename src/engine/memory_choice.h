// ChooseMemory: the most of what is wished that fits into memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "bantam/model.h"
#include "bantam/result.h"
#include "engine/memory_plan.h"

namespace bantam {

// What a chooser has to know; pure, so that tests can say it.
struct MemoryRoom {
  std::function<MemoryPlan(const MemoryUse&)> plan;  // grows with everything but kMapped and k8
  int context_length = 0;                            // the model's
  bool exact = false;                                // one layout, one precision of the cache
  std::optional<uint64_t> left;  // what this process may come to on this machine; none: unknown
};

// The budget is the wish's or `room.left`, whichever is less; without either everything fits.
// What is given up first, until it fits (docs/memory.md):
//   1. context, down to 8,192 tokens          4. context, down to 2,048
//   2. prompts in chunks of 512: 128          5. packed weights, where mapped ones take less
//   3. 16-bit keys and values: 8              6. sequences, by halves; chunks of 32; context to 512
// Where MemoryWish::may_page allows it, weights may also be more than there is room for (`paged`):
// pages of a file can be given back and read again. Fails with kResourceExhausted, naming the least
// budget that would do, and kInvalidArgument for numbers out of range.
Result<MemoryChoice> ChooseMemory(const MemoryWish& wish, const MemoryRoom& room);

// ChooseMemory for a model, given what this process has resident and the system has free.
Result<MemoryChoice> ChooseMemory(const MemoryWish& wish, const MemoryCost& cost,
                                  std::optional<uint64_t> left);

// What this process takes before it reads weights, in whole steps: how far a file happened to be
// read by then must not decide what is chosen.
uint64_t ProgramBytes();

// What this process may come to: what it has and what is free. Nothing if the system does not say.
std::optional<uint64_t> MemoryLeft();

}  // namespace bantam
