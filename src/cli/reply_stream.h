// StreamReply: one reply, written to the output as it comes.
#pragma once

#include <vector>

#include "bantam/engine.h"
#include "bantam/result.h"
#include "cli/environment.h"
#include "cli/parameters.h"

namespace bantam::cli {

// Runs one request: a progress bar while a long prompt is read, then the text, flushed piece by
// piece. Ctrl-C (interrupt.h) and a failed write end it with FinishReason::kCancelled. Says on
// env.err when the context ended the reply. Writes no newline after the text.
Result<GenerationResult> StreamReply(Engine& engine, const Environment& env,
                                     std::vector<TokenId> prompt, const ReplySettings& settings);

// The error for a prompt of that many tokens, with both numbers.
std::unexpected<Error> PromptTooLong(size_t prompt_tokens, int context);

}  // namespace bantam::cli
