// The request of one reply and its callbacks.
#include "cli/reply_stream.h"

#include <string>
#include <utility>

#include "base/check.h"
#include "cli/format_text.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"

namespace bantam::cli {

std::unexpected<Error> PromptTooLong(size_t prompt_tokens, int context) {
  return Fail(ErrorCode::kTooLong, "the prompt has " + FormatCount(prompt_tokens) +
                                       " tokens, but the context holds " +
                                       FormatCount(static_cast<uint64_t>(context)) +
                                       " and the reply needs room too (--ctx sets it)");
}

namespace {

void NoteShortening(const Environment& env, const Shortening& place) {
  env.out.Flush();
  env.err.WriteUntrusted("\nbantam: the reply was kept short from byte " +
                         FormatCount(static_cast<uint64_t>(place.byte)) + " on" +
                         (place.pointer.empty() ? "" : " (" + place.pointer + ")") +
                         ", to be whole within its limit (--max-tokens, --ctx)\n");
  env.err.Flush();
}

void NoteLanguage(const Environment& env, const std::string& text, const Language& asked) {
  const Language* found = IdentifyLanguage(text, &asked);
  if (found == nullptr || found == &asked) return;
  env.out.Flush();
  env.err.Write("\nbantam: the reply seems to be in " + std::string(found->name) + ", not in " +
                std::string(asked.name) + "\n");
  env.err.Flush();
}

}  // namespace

Result<GenerationResult> StreamReply(Engine& engine, const Environment& env,
                                     std::vector<TokenId> prompt, const ReplySettings& settings) {
  const int context = engine.context();
  if (prompt.empty()) return Fail(ErrorCode::kInvalidArgument, "the prompt is empty");
  if (prompt.size() >= static_cast<size_t>(context)) return PromptTooLong(prompt.size(), context);
  ProgressBar bar(env.err, "Reading the prompt", "tokens");
  GenerationRequest request;
  request.prompt = std::move(prompt);
  request.sampling = settings.sampling;
  request.max_tokens = settings.max_tokens;
  request.stop = settings.stop;
  request.ignore_end = settings.ignore_end;
  request.keep_tokens = settings.keep_tokens;
  request.shape = settings.shape;
  request.language = settings.language;
  request.on_prompt_progress = [&](int done, int total) {
    bar.Update(done, total);
    return !Interrupted();
  };
  request.on_delta = [&](const Delta& delta) {
    bar.Clear();
    env.out.WriteUntrusted(delta.text);
    env.out.Flush();
    return env.out.ok() && !Interrupted();
  };
  GenerationResult result = TRY(engine.Generate(std::move(request)));
  bar.Clear();
  const bool by_limit =
      settings.max_tokens >= 0 && result.stats.generated_tokens >= settings.max_tokens;
  if (result.finish == FinishReason::kLength && !by_limit) {
    env.out.Flush();
    env.err.Write("\nbantam: the context of " + FormatCount(static_cast<uint64_t>(context)) +
                  " tokens is full, the reply ends here (--ctx sets it)\n");
    env.err.Flush();
  }
  if (settings.language != nullptr && settings.shape == nullptr) {
    NoteLanguage(env, result.text, *settings.language);
  }
  if (result.shortened_at) NoteShortening(env, *result.shortened_at);
  return result;
}

}  // namespace bantam::cli
