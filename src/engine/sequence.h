// Sequence: one request while it is queued or running.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "bantam/engine.h"
#include "engine/lookup_draft.h"
#include "engine/prefix_cache.h"
#include "engine/reply.h"
#include "engine/reply_characters.h"
#include "engine/shaped_reply.h"
#include "text/token_spelling.h"

namespace bantam {

// Owned by the scheduler; changed by the engine's thread only.
struct Sequence {
  // `context`: the most tokens a sequence may have. Memory for all of them is taken here.
  Sequence(uint64_t request_id, GenerationRequest r, const Vocabulary& vocabulary, int context)
      : id(request_id),
        request(std::move(r)),
        reply(vocabulary, request.keep_special, request.stop, OpensText(request, vocabulary)) {
    const int room = context - n_prompt();
    const bool limited = request.max_tokens >= 0 && request.max_tokens < room;
    max_length = n_prompt() + (limited ? request.max_tokens : room);
    tokens.reserve(static_cast<size_t>(max_length) + LookupDraft::kMaxTokens);
    tokens = request.prompt;
    table.blocks.reserve(static_cast<size_t>(PrefixCache::BlocksFor(max_length)));
  }

  // After a control token tokenizers of SentencePiece put a space that is no part of the text. A
  // shape decides over every byte, so there it stays.
  static bool OpensText(const GenerationRequest& request, const Vocabulary& vocabulary) {
    if (request.prompt.empty() || request.shape != nullptr) return false;
    const TokenId last = request.prompt.back();
    return last >= 0 && last < vocabulary.size() &&
           IsSpecial(vocabulary.kinds[static_cast<size_t>(last)]);
  }

  int n_prompt() const { return static_cast<int>(request.prompt.size()); }
  int n_known() const { return static_cast<int>(tokens.size()) - n_draft; }
  int n_generated() const { return n_known() - n_prompt(); }
  // Tokens that are known but not run yet: one while it decodes, more after forced ones.
  int n_pending() const { return n_known() - table.computed; }
  // Whether the reply has begun; tokens that were known before may be there already.
  bool answering() const { return n_generated() > n_unsaid; }

  uint64_t id;  // ascending by age
  GenerationRequest request;
  uint64_t seed = 0;
  int max_length = 0;  // tokens at the end of the longest possible reply

  // Guesses are run behind the last token; between batches there are none.
  void AddDraft(std::span<const TokenId> guesses) {
    tokens.insert(tokens.end(), guesses.begin(), guesses.end());
    n_draft = static_cast<int>(guesses.size());
  }
  void DropDraft() {
    tokens.resize(tokens.size() - static_cast<size_t>(n_draft));
    n_draft = 0;
  }

  std::vector<TokenId> tokens;  // prompt and reply, then n_draft guesses
  int n_draft = 0;
  std::unique_ptr<ShapedReply> shape;         // null: free
  std::optional<ReplyCharacters> characters;  // nothing: any
  int n_unsaid = 0;  // of `tokens`, forced from the beginning: the reply does not know yet
  std::deque<TokenId> decided;  // tokens that come next but wait for their log-probabilities
  LookupDraft lookup;
  BlockTable table;  // empty while queued
  Reply reply;
  std::optional<TokenId> stop_token;  // the one that ended it
  bool cancelled = false;
  std::optional<Error> error;

  int cached_tokens = 0;  // of the prompt, not run because they were in the cache
  double submitted_s = 0;
  double started_s = 0;  // first admitted
  double first_token_s = 0;
  double last_token_s = 0;
};

}  // namespace bantam
